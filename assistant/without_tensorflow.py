"""Keeps TensorFlow out of the process: Rasa imports it at every start, and none of this pipeline's parts uses it.

It would cost 300 MB of memory, 20 seconds of every start, and the open advisories of the version that Rasa pins.
Whatever asks for `tensorflow` gets stand-in modules that can be imported, subclassed and decorated with, so that Rasa's
own modules load; a component that really computes with them (DIET, TED) fails at once with `TensorflowAbsent`.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

PACKAGES = ("tensorflow", "tensorflow_text", "tensorflow_addons", "keras")


class TensorflowAbsent(RuntimeError):
    """Something in the pipeline needs TensorFlow, which this process leaves out on purpose."""


class _StandInMeta(type):
    """A class whose every attribute is a stand-in class too: `tf.keras.layers.Layer` can be subclassed."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(name)


def _stand_in(name: str) -> Any:
    return _StandInMeta(name, (), {"__init__": _refuse, "__module__": __name__})


def _refuse(self: object, *arguments: Any, **_: Any) -> None:
    """Decorators (`@tf.function`) get one function and pass; everything else is somebody computing."""
    if not (len(arguments) == 1 and callable(arguments[0])):
        raise TensorflowAbsent(f"{type(self).__name__} needs TensorFlow, which the assistant runs without.")


class _StandInModule(types.ModuleType):
    __path__: Sequence[str] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _stand_in(name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in PACKAGES:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run: the stand-ins are made as they are asked for."""


def install() -> None:
    """Put the stand-ins in front; call before anything imports Rasa, else it is too late."""
    if "tensorflow" in sys.modules and not isinstance(sys.modules["tensorflow"], _StandInModule):
        raise TensorflowAbsent("TensorFlow is loaded already: install() belongs at the very start of the process.")
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
