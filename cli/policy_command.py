"""`shopclerk evaluate policy`: what a way of choosing promotions would earn, judged before anybody is shown it."""

from typing import Annotated

import typer

from cli.evaluation import AsJson
from cli.evaluation import _lines_of as lines_of
from cli.evaluation import _refuse as refuse
from cli.evaluation import _working as working
from common.errors import ShopclerkError


def policy(
    candidates: Annotated[
        list[str],
        typer.Argument(help="RULE or RULE+MODEL: thompson, greedy, epsilon-greedy, discount, random; +boosted, +none."),
    ],
    days: Annotated[int, typer.Option(min=1, help="Judged on the showings of so many days.")] = 90,
    slot: Annotated[str | None, typer.Option(help="Where, as home_hero; without, in all slots but the chat.")] = None,
    as_json: AsJson = False,
) -> None:
    """Clicks that a policy of promotions would get, beside the running one, from what this shop has shown so far."""
    from cli.policy_evaluation import evaluate_policies, report

    try:
        with working("showings") as shown:
            found = evaluate_policies(candidates, days, slot, lines_of(shown))
    except ShopclerkError as error:
        refuse(error)
    report(found, as_json=as_json)
