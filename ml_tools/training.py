"""What trainings on torch share: checkpoints that a stopped training goes on from, and averaged weights."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn


class Checkpoints:
    """The newest state of a training in a folder: tensors as safetensors, the rest as JSON; swapped in whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def forget(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def keep(self, modules: Mapping[str, nn.Module], optimizer: torch.optim.Optimizer, done: int) -> None:
        """Write down the state after `done` epochs."""
        aside = self._folder.with_name(self._folder.name + ".new")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        save_file(_tensors(modules, optimizer), aside / "state.safetensors")
        (aside / "state.json").write_text(json.dumps({"done": done}))
        self.forget()
        os.replace(aside, self._folder)

    def restore(self, modules: Mapping[str, nn.Module], optimizer: torch.optim.Optimizer) -> int:
        """Put the kept state into modules and optimizer; returns how many epochs were done, 0 for none."""
        if not (self._folder / "state.json").is_file():
            return 0
        tensors = load_file(self._folder / "state.safetensors")
        for name, module in modules.items():
            module.load_state_dict(_under(tensors, f"{name}/"))
        state: dict[int, dict[str, Tensor]] = {}
        for key, tensor in _under(tensors, "optimizer/").items():
            number, field = key.split("/")
            state.setdefault(int(number), {})[field] = tensor
        optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
        return int(json.loads((self._folder / "state.json").read_text())["done"])

    def read(self, name: str, module: nn.Module) -> None:
        """Put one module's kept state into `module`; FileNotFoundError when nothing was kept."""
        module.load_state_dict(_under(load_file(self._folder / "state.safetensors"), f"{name}/"))


def _tensors(modules: Mapping[str, nn.Module], optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    found = {
        f"{name}/{key}": tensor.detach().cpu().contiguous().clone()
        for name, module in modules.items()
        for key, tensor in module.state_dict().items()
    }
    states: dict[int, dict[str, Any]] = optimizer.state_dict()["state"]
    for number, fields in states.items():
        for field, value in fields.items():
            found[f"optimizer/{number}/{field}"] = value.detach().cpu().contiguous().clone()
    return found


def _under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}


@torch.no_grad()
def average_into(averaged: nn.Module, trained: nn.Module, keep: float) -> None:
    """averaged = keep * averaged + (1 - keep) * trained, in place; weights that are not floats are copied."""
    for old, new in zip(averaged.state_dict().values(), trained.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(new.to(old.dtype), 1 - keep)
        else:
            old.copy_(new)
