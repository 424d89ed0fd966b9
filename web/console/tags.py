"""The review of proposed tags: marketers accept what the pictures say, choose an alternative, or take none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import Annotated

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from common.errors import Conflict
from store.tags import WaitingTag, decide, tag_counts, waiting
from web.console.staff import Marketer, note
from web.shop.notices import NOTICES
from web.shop.rendering import page as rendered
from web.shop.route import PageRoute
from web.shop.visiting import transaction

router = APIRouter(prefix="/console/tags", route_class=PageRoute, include_in_schema=False)
PAGE_SIZE = 30
MOST_PAGES = 10_000
TagId = Annotated[int, Path(ge=1, le=2**62)]
PageNumber = Annotated[int, Query(ge=1, le=MOST_PAGES)]
PageField = Annotated[int, Form(ge=1, le=MOST_PAGES)]
LabelField = Annotated[str, Form(max_length=60)]  # empty: none of the proposals
ThenField = Annotated[int | None, Form(ge=1, le=2**62)]


@dataclass(frozen=True)
class Choice:
    """A label that may be accepted; `chance` is the model's confidence in words."""

    label: str
    chance: str


@dataclass(frozen=True)
class Decision:
    """One waiting attribute; the first choice is the proposal. `then` is the row to go on with, None for the only."""

    tag_id: int
    attribute: str
    choices: list[Choice]
    then: int | None


@dataclass(frozen=True)
class ToReview:
    """A product with what waits for a decision."""

    name: str
    public_id: str
    image: str | None
    decisions: list[Decision]


@dataclass(frozen=True)
class Tally:
    """What became of the proposals of one attribute."""

    attribute: str
    automatic: int
    accepted: int
    rejected: int
    waiting: int

    @property
    def no_hand(self) -> str:
        """The share that needed no person."""
        total = self.automatic + self.accepted + self.rejected + self.waiting
        return f"{round(100 * self.automatic / total)} %"


@router.get("")
async def tags(request: Request, staff: Marketer, page: PageNumber = 1) -> Response:
    """The proposals that wait, by product, and how many needed nobody."""
    async with transaction(request) as session:
        found, total = await waiting(session, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
        pages = max(1, -(-total // PAGE_SIZE))
        if page > pages:
            return _back(pages, request.query_params.get("notice", ""))
        await note(session, staff, "list_tags", page=str(page))
        return await rendered(
            request,
            session,
            "console/tags.html",
            products=_by_product(found),
            total=total,
            number=page,
            pages=pages,
            tallies=_tallies(await tag_counts(session)),
        )


@router.post("/{tag_id}")
async def decide_tag(
    request: Request,
    staff: Marketer,
    tag_id: TagId,
    label: LabelField = "",
    page: PageField = 1,
    then: ThenField = None,
) -> Response:
    """Accept a label of a proposal or, with an empty one, take none; back to the same place of the list."""
    try:
        async with transaction(request) as session:
            await decide(session, tag_id, label or None, decided_by=staff.subject, now=datetime.now(UTC))
            await note(session, staff, "decide_tag", tag=str(tag_id), label=label)
    except Conflict:
        return _back(page, "tag-decided")  # to the top, where the words are that say so
    return _back(page, "tag-accepted" if label else "tag-rejected", then)


def _back(number: int, notice: str, then: int | None = None) -> Response:
    said = f"&notice={notice}" if notice in NOTICES else ""
    place = f"#tag-{then}" if then else ""
    return RedirectResponse(f"/console/tags?page={number}{said}{place}", status_code=303)


def _by_product(found: Sequence[WaitingTag]) -> list[ToReview]:
    ids = [one.tag.id for one in found]
    following = dict(pairwise([*ids, *ids[-2:-1]]))  # the row below; for the last one the row above
    return [
        ToReview(name, public_id, image, [_decision(one, following.get(one.tag.id)) for one in group])
        for (public_id, name, image), group in groupby(found, lambda one: (one.public_id, one.name, one.image))
    ]


def _decision(one: WaitingTag, then: int | None) -> Decision:
    proposed = [(one.tag.label, one.tag.confidence), *one.tag.alternatives]
    return Decision(one.tag.id, one.tag.attribute, [Choice(label, chance(share)) for label, share in proposed], then)


def chance(confidence: float) -> str:
    """`62 %`; neither impossible nor certain, however the rounding falls."""
    return f"{min(99, max(1, round(confidence * 100)))} %"


def _tallies(counts: dict[str, dict[str, int]]) -> list[Tally]:
    statuses = ("automatic", "accepted", "rejected", "waiting")
    return [Tally(name, *(by_status.get(status, 0) for status in statuses)) for name, by_status in counts.items()]
