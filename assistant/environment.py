"""What must be set before Rasa is imported: no telemetry, no TensorFlow, few threads, quiet imports."""

import logging
import os
import warnings

import structlog

from assistant import without_tensorflow

THREADS = "1"  # vectors are small: a second thread costs more than it brings, and takes the core from another process
# What Rasa warns about although it is as it should be.
KNOWN_WARNINGS = (
    "Slot auto-fill has been removed",  # said to every domain with a slot
    # Examples mark what is a name, so that intents are learnt without it; names themselves are found in the catalogue.
    "You have defined training data consisting of entity examples",
)


def prepare() -> None:
    """Call first in every program of this environment that uses Rasa."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("RASA_MAX_CACHE_SIZE", "0")  # the model's own hash says when to train again
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, THREADS)
    # Rasa's pinned dependencies warn about themselves at import; nothing here can change that.
    warnings.simplefilter("ignore", category=DeprecationWarning)
    ignore_known_warnings()
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    # Rasa debugs with whole conversations; the server configures its own logs on top.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    without_tensorflow.install()


def ignore_known_warnings() -> None:
    for beginning in KNOWN_WARNINGS:
        warnings.filterwarnings("ignore", message=beginning)
