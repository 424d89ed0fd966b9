"""Answers about campaigns: from what the job has counted and learnt, nothing of it inside a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from common.metrics import timed, tool_seconds
from ml_tools.promotions.campaigns.expectation import Fitted, fit
from ml_tools.promotions.campaigns.learning import NAME, fitted_from_json
from ml_tools.promotions.campaigns.naming import Meant, Segment, named, promotion_meant, segment_meant
from ml_tools.promotions.campaigns.report import Subject, judged, ordered, reports
from ml_tools.promotions.campaigns.schemas import (
    CampaignRow,
    CampaignsAnswer,
    CampaignsRequest,
    Cluster,
    ForSegmentAnswer,
    ForSegmentRequest,
    Report,
    ReportAnswer,
    ReportRequest,
)
from ml_tools.promotions.campaigns.segment_choice import Audience, chosen_for
from ml_tools.promotions.campaigns.tree import Tree
from ml_tools.promotions.signals import SLOTS
from ml_tools.registry import ModelName
from store.promotion_names import SegmentCategory, segment_categories
from store.promotion_reports import Cell, Window, cells, knowledge, promotions_shown, spent_in
from store.promotions import Asker, Candidate, Interest, eligible
from store.session import Database

MODEL = "campaign-expectation"
SEGMENT_DAYS = 90
NOBODY = "nobody_known"


@dataclass(frozen=True)
class Known:
    """What is kept; before the job has run, nothing is known."""

    version: int
    as_of: date | None
    fitted: Fitted
    content: dict[str, Any]

    @property
    def model(self) -> ModelName:
        return ModelName(name=MODEL, version=str(self.version))


class CampaignService:
    def __init__(self, database: Database, *, break_even: float) -> None:
        self._database, self._break_even = database, break_even
        self.known = Known(0, None, fit([]), {})

    async def report(self, request: ReportRequest, *, today: date | None = None) -> ReportAnswer:
        """Rows of all promotions that were shown in the window, or of the one that is meant. Words that mean nothing,
        or several things, are answered with candidates."""
        day = today or datetime.now(UTC).date()
        since = day - timedelta(days=request.days - 1)
        with timed(tool_seconds, tool="campaigns_report"):
            async with self._database.read() as session:
                known = await self._known(session)
                meant = await promotion_meant(session, request.promotion, today=day) if request.promotion else None
                categories = await segment_categories(session) if request.segment or request.by == "segment" else []
                segment, others = segment_meant(categories, request.segment) if request.segment else (None, [])
                answer = ReportAnswer(
                    model=known.model, as_of=known.as_of, since=since, until=day, rows=[], total_promotions=0,
                    promotion=named(meant.promotion) if meant and meant.promotion else None,
                    candidates=[named(one) for one in meant.candidates] if meant else [],
                    segment=segment.named if segment else None, segment_candidates=others,
                )  # fmt: skip
                if (meant and not meant.promotion) or (request.segment and not segment):
                    return answer
                window = _window(request, since, day, meant, segment)
                rows = await _rows(session, known.fitted, request, window, categories, segment, day)
        total = len({row.promotion_id for row in rows})
        return answer.model_copy(update={"rows": rows[: request.n], "total_promotions": total})

    async def for_segment(self, request: ForSegmentRequest, *, today: date | None = None) -> ForSegmentAnswer:
        """Of promotions that the segment may see today: none that is over, spent or sold out."""
        day = today or datetime.now(UTC).date()
        with timed(tool_seconds, tool="campaigns_for_segment"):
            async with self._database.read() as session:
                known = await self._known(session)
                categories = await segment_categories(session)
                segment, others = segment_meant(categories, request.segment)
                answer = ForSegmentAnswer(
                    model=known.model, as_of=known.as_of, segment=segment.named if segment else None,
                    segment_candidates=others, customers=0, rows=[],
                )  # fmt: skip
                if segment is None:
                    return answer
                mine = [one for one in categories if one.category_id in set(segment.ids)]
                candidates = await _showable(session, mine)
                window = Window(
                    day - timedelta(days=SEGMENT_DAYS), day, [c.promotion_id for c in candidates], segment.ids
                )
                seen = await cells(session, window) if candidates else []
        sizes = {int(key): size for key, size in known.content.get("sizes", {}).items()}
        audience = Audience(mine, sizes, known.content.get("slots", {}))
        rows = chosen_for(known.fitted, known.content.get("kappa", 50.0), audience, candidates, seen)
        customers = sum(sizes.get(key, 0) for key in segment.ids)
        return answer.model_copy(update={"customers": customers, "rows": rows[: request.n]})

    async def campaigns(self, request: CampaignsRequest, *, today: date | None = None) -> CampaignsAnswer:
        day = today or datetime.now(UTC).date()
        with timed(tool_seconds, tool="campaigns"):
            async with self._database.read() as session:
                known = await self._known(session)
        content, since = known.content, (day - timedelta(days=request.days - 1)).isoformat()
        rows = [
            CampaignRow.model_validate(one["row"] | {"running": one["starts_on"] <= str(day) <= one["ends_on"]})
            for one in content.get("campaigns", [])
            if one["last_day"] >= since
        ]
        rows.sort(key=lambda row: (row.predicted_roas is None, -(row.predicted_roas or 0)))
        tree = Tree.from_json(content["tree"]) if content else Tree([], False, None)
        return CampaignsAnswer(
            model=known.model, as_of=known.as_of, currency=content.get("currency"),
            break_even=content.get("break_even", self._break_even), rows=rows[: request.n],
            total_campaigns=len(rows), tree=tree.rules, tree_accuracy=tree.accuracy,
            tree_target="better_half" if tree.better_half else "break_even",
            clusters=[Cluster.model_validate(one) for one in content.get("clusters", [])],
        )  # fmt: skip

    async def _known(self, session: AsyncSession) -> Known:
        kept = await knowledge(session, NAME)
        if kept is not None and kept.version != self.known.version:
            self.known = Known(kept.version, kept.as_of, fitted_from_json(kept.content["expectation"]), kept.content)
        return self.known


def _window(request: ReportRequest, since: date, until: date, meant: Meant | None, segment: Segment | None) -> Window:
    promotions = [meant.promotion.promotion_id] if meant and meant.promotion else None
    return Window(since, until, promotions, segment.ids if segment else None, request.slot)


async def _rows(
    session: AsyncSession, fitted: Fitted, request: ReportRequest, window: Window,
    categories: Sequence[SegmentCategory], segment: Segment | None, today: date,
) -> list[Report]:  # fmt: skip
    found = await cells(session, window, by_segment=request.by == "segment")
    slugs = {one.category_id: one.slug for one in categories}
    groups: dict[tuple[int, str | None, str | None], list[Cell]] = {}
    for cell in found:
        slot = cell.slot if request.by == "slot" else request.slot
        part = slugs.get(cell.segment_id, NOBODY) if request.by == "segment" else segment.named.id if segment else None
        groups.setdefault((cell.promotion_id, slot, part), []).append(cell)
    ids = sorted({promotion for promotion, _, _ in groups})
    promotions = await promotions_shown(session, ids)
    spent = await spent_in(session, ids, window.since, window.until)
    rows = [
        judged(fitted, Subject(promotions[promotion], slot, part), mine)
        for (promotion, slot, part), mine in groups.items()
        if promotion in promotions
    ]
    whole = request.by == "promotion" and not request.slot and not segment
    return ordered(reports(rows, spent, today=today, whole=whole), request.sort)


async def _showable(session: AsyncSession, mine: Sequence[SegmentCategory]) -> list[Candidate]:
    """Promotions that somebody who likes these categories may be shown in some slot now."""
    interests = [Interest(0, one.slug, one.parent_slug or one.slug, None, 1) for one in mine]
    found: dict[int, Candidate] = {}
    for slot in SLOTS:
        for one in await eligible(session, Asker(slot=slot), interests):
            found.setdefault(one.promotion_id, one)
    return list(found.values())
