"""The marketers' promotions: clicks against what was to be expected, and which campaigns are worth their money."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from web.console.promotion_views import campaign_views, percent, promotion_views, rule_views
from web.console.staff import Marketer, note
from web.services import services
from web.shop.rendering import page
from web.shop.route import PageRoute
from web.shop.visiting import transaction

router = APIRouter(prefix="/console/promotions", route_class=PageRoute, include_in_schema=False)
DAYS = (30, 90, 365)
SORTS = {"ctr": "Most clicked", "below_expectation": "Below expectation", "conversion": "Most bought from",
         "clicks": "Most clicks"}  # fmt: skip
Days = Annotated[int, Query(ge=1, le=730)]
Sort = Literal["ctr", "below_expectation", "conversion", "clicks"]


@router.get("")
async def promotions(request: Request, staff: Marketer, days: Days = 30, sort: Sort = "ctr") -> Response:
    """The overview. Without the tool it says so."""
    reports, campaigns = await services(request).campaign_reports.both(days, sort)
    async with transaction(request) as session:
        await note(session, staff, "list_promotions", days=str(days), sort=sort)
        return await page(
            request,
            session,
            "console/promotions.html",
            reports=reports,
            rows=promotion_views(reports) if reports else [],
            campaigns=campaigns,
            returns=campaign_views(campaigns) if campaigns else [],
            rules=rule_views(campaigns.tree) if campaigns else [],
            days=days,
            sort=sort,
            spans=DAYS,
            sorts=SORTS,
            percent=percent,
        )
