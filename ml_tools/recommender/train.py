"""Learning from everything that happened in the shop, judged by what came last before it is written down.

    python -m ml_tools.recommender.train [--refresh] [--quick]

With `--refresh` the new model is written only if it is no worse than the one that serves, on what came in since that
one was trained. What was done is printed as JSON.
"""

import argparse
import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # implicit and numpy would each start a thread a core

import structlog

from common.errors import ShopclerkError
from common.logs import configure_logging
from common.settings import settings
from ml_tools import artefacts
from ml_tools.artefacts import Artefact, Manifest
from ml_tools.errors import BrokenArtefact
from ml_tools.recommender.features import TEXT_TOKENS, TextEncoder
from ml_tools.recommender.interactions import Interactions
from ml_tools.recommender.judging import Verdict, judged
from ml_tools.recommender.model import NAME, TOOL, ServedModel, files_of
from ml_tools.recommender.models.base import Progress, Shippable, silent
from ml_tools.recommender.policies import MAKERS, Makers, chosen_policy, quick_makers
from ml_tools.recommender.serving import newest_readable
from ml_tools.recommender.training_data import Questions, TrainingData, held_back, read_training_data

log = structlog.get_logger()

QUESTIONS = 2000  # customers, those who came last
MOST_LEFT_OUT = 0.02  # share of all steps that a model may go without, rather than being fitted twice
LEAST_FRESH = 100  # questions since the last training, without which it is too early for the next


@dataclass(frozen=True)
class Outcome:
    """What became of a training: the artefact, or why the old model stays."""

    artefact: Artefact | None
    reason: str


async def train_from_store(
    database_url: str,
    models: Path,
    encode: TextEncoder | None,
    *,
    makers: Makers = MAKERS,
    refresh: bool = False,
    quick: bool = False,
    least_fresh: int = LEAST_FRESH,
    progress: Progress = silent,
) -> Outcome:
    """Train on the whole store and write a new version under `models`. NotEnoughData without products.

    A refresh compares with the newest version there, on what happened since; one that is worse is not written.
    """
    data = await read_training_data(database_url, encode)
    progress(data.described())
    return await asyncio.to_thread(
        train_on, data, models, makers=makers, refresh=refresh, quick=quick, least_fresh=least_fresh, progress=progress
    )


def train_on(
    data: TrainingData,
    models: Path,
    *,
    makers: Makers = MAKERS,
    refresh: bool = False,
    quick: bool = False,
    least_fresh: int = LEAST_FRESH,
    progress: Progress = silent,
    now: datetime | None = None,
) -> Outcome:
    """Fit, judge, compare, write down; fitted again with everything where what was held back is more than a trifle."""
    serving = _serving(models, makers) if refresh else None
    if quick:
        makers = quick_makers(makers)
    rest, questions = held_back(data, after=_trained_until(serving), most=QUESTIONS)
    if serving is not None and len(questions.targets) < least_fresh:
        return Outcome(None, f"Only {len(questions.targets)} customers came since the last training.")
    policies = _fitted(rest, makers, progress)
    verdicts = _verdicts(policies, data, questions)
    if serving is not None:
        policy = chosen_policy(None, serving.policies)
        old = judged(serving.policies[policy], serving.catalogue, questions)
        new = verdicts[chosen_policy(None, verdicts)]
        if new.worse_than(old):
            return Outcome(
                None,
                f"The new model finds {new.ndcg:.4f} (NDCG@10) where the one that serves finds {old.ndcg:.4f}, "
                f"on {len(questions.targets)} customers who came since.",
            )
    if len(questions.targets) > MOST_LEFT_OUT * len(data.learnt.interactions):
        policies = _fitted(data.learnt.interactions, makers, progress)
    return Outcome(_saved(data, policies, _quality(verdicts, questions), models, now), "It was trained.")


def _serving(models: Path, makers: Makers) -> ServedModel | None:
    """The model that serves; None also where every version is damaged: then any new one is better."""
    try:
        return newest_readable(models, makers)
    except BrokenArtefact:
        return None


def _trained_until(serving: ServedModel | None) -> float:
    trained_at = serving.manifest.trained_at if serving else None
    return trained_at.timestamp() if trained_at else 0.0


def _fitted(data: Interactions, makers: Makers, progress: Progress) -> dict[str, Shippable]:
    models = {}
    for name, make in makers.items():
        progress(f"fitting {name}")
        models[name] = make()
        models[name].fit(data, progress)
    return models


def _verdicts(policies: Mapping[str, Shippable], data: TrainingData, questions: Questions) -> dict[str, Verdict]:
    return {name: judged(model, data.catalogue, questions) for name, model in policies.items()}


def _quality(verdicts: Mapping[str, Verdict], questions: Questions) -> dict[str, float | int | None]:
    served = chosen_policy(None, verdicts)
    quality: dict[str, float | int | None] = {"customers": len(questions.targets)}
    for name, verdict in verdicts.items():
        prefix = "" if name == served else f"{name.replace('-', '_')}_"
        quality |= {
            f"{prefix}recall_at_10": round(verdict.hit_rate, 4),
            f"{prefix}ndcg_at_10": round(verdict.ndcg, 4),
        }
    return quality


def _saved(
    data: TrainingData,
    policies: Mapping[str, Shippable],
    quality: Mapping[str, float | int | None],
    models: Path,
    now: datetime | None,
) -> Artefact:
    return artefacts.save(
        models,
        TOOL,
        files_of(data.catalogue, data.space, data.content, data.links(), policies),
        name=NAME,
        trained_on=data.described(),
        as_of=data.as_of,
        licence="the shop's own data",
        quality=quality,
        now=now,
    )


async def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a ranker of fewer examples: about a minute")
    parser.add_argument("--refresh", action="store_true", help="keep the old model where the new one is worse")
    options = parser.parse_args()
    config = settings()
    configure_logging("train", config.log_level)
    if config.database_url is None:
        raise SystemExit("DATABASE_URL is not set. `shopclerk train recommender` sets it.")
    import torch

    from ml_tools.sentence_encoder.encoder import SentenceEncoder

    torch.set_num_threads(config.threads)
    if options.refresh and hasattr(os, "nice"):
        os.nice(10)  # the shop's requests come first
    encode = SentenceEncoder(config.models_dir, threads=config.threads, most_tokens=TEXT_TOKENS)
    try:
        outcome = await train_from_store(
            config.database_url,
            config.trained_dir,
            encode,
            refresh=options.refresh,
            quick=options.quick,
            progress=_tell,
        )
    except ShopclerkError as error:
        raise SystemExit(error.message) from error
    print(_as_json(outcome))  # noqa: T201 (what was trained is this command's output)


def _tell(line: str) -> None:
    log.info("training", step=line)


def _as_json(outcome: Outcome) -> str:
    manifest: Manifest | None = outcome.artefact.manifest if outcome.artefact else None
    return manifest.model_dump_json(indent=2) if manifest else outcome.reason


if __name__ == "__main__":
    asyncio.run(_main())
