"""Errors of the tools' own, beside those of `common.errors` that every process shares.

ModelUnavailable
├── StillLoading    the tool is being loaded: ask again soon
└── BrokenArtefact  a file is missing, cut, changed, or of a kind that is never loaded
"""

from common.errors import ModelUnavailable


class StillLoading(ModelUnavailable):
    def __init__(self, tool: str) -> None:
        super().__init__(f"The {tool} tool is still starting.", retry_after=2)


class BrokenArtefact(ModelUnavailable):
    retryable = False
