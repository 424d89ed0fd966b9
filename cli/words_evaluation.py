"""`shopclerk evaluate answers` and `mood`: how well words are answered, and how well a mood is read from them."""

from pathlib import Path
from typing import Annotated

import typer

from cli.evaluation import AsJson, report
from cli.evaluation import _refuse as refuse
from cli.evaluation import _working as working
from common.errors import ShopclerkError


def answers(
    questions: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="csv: product, question, kind, name, says.")
    ] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Also BM25 and embeddings alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """How often questions on products are answered rightly, from the right source, or falsely. Without a file: the
    questions on the demo store that nothing was learnt from."""
    from cli.answers_evaluation import HELD_OUT, evaluate_answers

    try:
        with working("questions"):
            found = evaluate_answers(questions or HELD_OUT, peers=peers)
    except ShopclerkError as error:
        refuse(error)
    report(found, as_json=as_json)


def mood(
    messages: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="csv: text, mood.")] = None,
    peers: Annotated[bool, typer.Option("--peers", help="Also VADER.")] = False,
    as_json: AsJson = False,
) -> None:
    """Precision and recall of each mood. Without a file: the messages that nothing was learnt from."""
    from cli.mood_evaluation import HELD_OUT, evaluate_mood

    try:
        with working("messages"):
            found = evaluate_mood(messages or HELD_OUT, peers=peers)
    except ShopclerkError as error:
        refuse(error)
    report(found, as_json=as_json)
