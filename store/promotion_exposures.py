"""Tests of promotion policies: whose arm decides where, and that somebody was shown what it chose.

An exposure is an impression that was really shown, noted with it: once, however often it is reported.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from store.experiments import PROMOTION_SURFACES, Assignment, assign, running_tests
from store.tables import Customer, Exposure, Impression


def promotion_surface(surface: str) -> str:
    """What tests call a surface where promotions are shown; the recommender's are its plain names."""
    return f"promotions-{surface}"


async def promotion_arm(session: AsyncSession, surface: str, unit: str) -> Assignment | None:
    """The arm that chooses promotions for a unit there; None while no test runs."""
    return await assign(session, promotion_surface(surface), unit)


async def expose_shown(session: AsyncSession, keys: Sequence[str]) -> int:
    """Note the impressions of these keys in the tests that run where they were shown; returns how many."""
    tests = await running_tests(session, PROMOTION_SURFACES) if keys else {}
    if not tests:
        return 0
    shown = (
        select(Impression.id, Impression.surface, Impression.session, Impression.shown_at, Impression.customer_id,
               Customer.public_id)
        .outerjoin(Customer, Customer.id == Impression.customer_id)
        .where(Impression.key.in_(keys))
    )  # fmt: skip
    rows = []
    for impression_id, surface, visitor, at, customer_id, customer in (await session.execute(shown)).all():
        place, unit = promotion_surface(surface or ""), customer or visitor
        if unit is None or place not in tests or at < tests[place].started_at:
            continue
        arm = tests[place].assigned(unit)
        rows.append(
            {
                "experiment_id": arm.experiment_id, "arm_id": arm.arm_id, "unit": unit, "customer_id": customer_id,
                "session": visitor, "surface": place, "at": at, "product_ids": [], "impression_id": impression_id,
            }
        )  # fmt: skip
    if rows:
        await session.execute(insert(Exposure).on_conflict_do_nothing(), rows)
    return len(rows)
