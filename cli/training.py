"""`shopclerk train`: makes the models that this shop trains on its own data; and the one that ships."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.state import Store, export, prepare_home
from common.settings import ROOT, settings

ASSISTANT_PYTHON = ROOT / "assistant" / ".venv" / "bin" / "python"
PROGRAMS = {
    "assistant": [str(ASSISTANT_PYTHON), "-m", "assistant.train"],
    "forecasting": [sys.executable, "-m", "ml_tools.forecasting.train"],
    "forecasting-quick": [sys.executable, "-m", "ml_tools.forecasting.train", "--quick"],
    "recommender": [sys.executable, "-m", "ml_tools.recommender.train"],
    "recommender-quick": [sys.executable, "-m", "ml_tools.recommender.train", "--quick"],
    "promotions": [sys.executable, "-m", "ml_tools.promotions.train"],
    "visual-search": [sys.executable, "-m", "ml_tools.visual_search.train"],
    "reviews": [sys.executable, "-m", "ml_tools.reviews.sentiment.fine_tune"],
    "review-sentiment": [sys.executable, "-m", "ml_tools.reviews.sentiment.train"],
    "review-aspects": [sys.executable, "-m", "ml_tools.reviews.aspect_model.train"],
    "sentence-encoder": [sys.executable, "-m", "ml_tools.sentence_encoder.train"],
}
train_app = typer.Typer(help="Train a model on this shop's data.", no_args_is_help=True)
console = Console()


@train_app.command()
def assistant() -> None:
    """Train the dialogue when its data or code changed; about a minute."""
    _train_here("assistant")


@train_app.command()
def forecasting(
    quick: Annotated[bool, typer.Option(help="Factors alone, without networks: seconds instead of minutes.")] = False,
) -> None:
    """Learn what drives demand from the orders of all products; a running shop takes it up by itself."""
    _train_here("forecasting-quick" if quick else "forecasting")


@train_app.command()
def recommender(
    quick: Annotated[bool, typer.Option(help="Without the networks: seconds instead of minutes.")] = False,
) -> None:
    """Learn who likes what from events and orders; a running shop takes it up by itself, as it does every night."""
    _train_here("recommender-quick" if quick else "recommender")


@train_app.command()
def promotions() -> None:
    """Learn anew from all promotions that were ever shown; a running shop learns new ones by itself, every minute."""
    _train_here("promotions")


@train_app.command()
def visual_search() -> None:
    """Train the network of the visual search that ships in models/ on public data; about an hour on 2 cores."""
    _train_here("visual-search")


@train_app.command()
def reviews() -> None:
    """Teach the sentiment of reviews this shop's own starred ones; kept only if it tells others of them better."""
    _train_here("reviews")


@train_app.command()
def review_sentiment() -> None:
    """Train the sentiment that ships in models/ on public reviews; about an hour on 2 cores."""
    _train_here("review-sentiment")


@train_app.command()
def review_aspects() -> None:
    """Train the aspects of reviews that ship in models/ on labelled sentences; seconds."""
    _train_here("review-aspects")


@train_app.command()
def sentence_encoder() -> None:
    """Export the sentence encoder that ships in models/ anew."""
    _train_here("sentence-encoder")


def _train_here(what: str) -> None:
    config = settings()
    prepare_home(config)
    with Store(config) as store:
        run_training(what, export(config, store.url), config.logs_dir)
    console.print(f"Trained: {what}.")


def run_training(what: str, environment: dict[str, str], logs_dir: Path) -> None:
    """Run a training in a process of its own; what it prints goes to a log, whose end is shown when it fails."""
    log = logs_dir / f"training-{what}.log"
    with console.status(f"Training: {what}"), log.open("wb") as output:
        done = subprocess.run(PROGRAMS[what], cwd=ROOT, env=environment, stdout=output, stderr=output)
    if done.returncode:
        console.print(f"[red]Training {what} failed.[/red] The end of {log}:")
        console.print("\n".join(log.read_text(errors="replace").splitlines()[-15:]), markup=False)
        raise typer.Exit(1)
