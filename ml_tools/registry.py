"""Which tools there are and in what state: each is loaded on its own, so that one that fails takes no other down."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import structlog
from fastapi import APIRouter
from pydantic import BaseModel, Field

from common.errors import ModelUnavailable
from ml_tools.device import Device
from ml_tools.errors import StillLoading
from ml_tools.jobs import Job

log = structlog.get_logger()


class Status(StrEnum):
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class ModelName(BaseModel):
    """Which model an answer comes from; every answer of every tool carries one."""

    name: str
    version: str


class ModelCard(BaseModel):
    """What `GET /models` says about a tool that is loaded."""

    model: ModelName
    device: Device
    trained_at: datetime | None = Field(default=None, description="null: nothing was trained ahead of requests")
    trained_on: str | None = None
    as_of: date | None = Field(default=None, description="the newest data that the training saw")
    quality: dict[str, float | int | None] = Field(default_factory=dict, description="as measured when it was trained")


class ToolState(BaseModel):
    """A tool, whether it can be asked, and its card when it can."""

    tool: str
    status: Status
    reason: str | None = Field(default=None, description="why it failed")
    card: ModelCard | None = None


class Tool(Protocol):
    """What a room's `api.py` offers. Its module imports nothing heavy: that waits for `load`."""

    name: str
    router: APIRouter

    def load(self) -> None:
        """Import, read weights and warm up; runs in a thread, once. May raise anything."""

    def card(self) -> ModelCard:
        """Only asked after `load`."""

    def jobs(self) -> Mapping[str, Job]:
        """The jobs that the tool does, by name; only asked after `load`."""


class Registry:
    """The tools of one process and what became of them."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self.tools = {tool.name: tool for tool in tools}
        self._failures: dict[str, str] = {}
        self._loaded: set[str] = set()

    async def load(self) -> None:
        """Load every tool, each in its turn; failures are logged and kept, never raised."""
        for name, tool in self.tools.items():
            try:
                await asyncio.to_thread(tool.load)
            except Exception as error:
                self._failures[name] = (
                    error.message if isinstance(error, ModelUnavailable) else "It could not be loaded."
                )
                log.exception("tool_failed", tool=name)
            else:
                self._loaded.add(name)
                log.info("tool_ready", tool=name, version=tool.card().model.version)

    def status(self, name: str) -> Status:
        if name in self._loaded:
            return Status.READY
        return Status.FAILED if name in self._failures else Status.LOADING

    def require(self, name: str) -> None:
        """Raise unless the tool can be asked."""
        if self.status(name) is Status.LOADING:
            raise StillLoading(name)
        if self.status(name) is Status.FAILED:
            raise ModelUnavailable(f"The {name} tool is not available. {self._failures[name]}")

    def states(self) -> list[ToolState]:
        return [
            ToolState(
                tool=name,
                status=self.status(name),
                reason=self._failures.get(name),
                card=tool.card() if name in self._loaded else None,
            )
            for name, tool in self.tools.items()
        ]

    async def settled(self) -> None:
        """A readiness check: raises while any tool is still loading. A failed one does not hold up the others."""
        for name in self.tools:
            if self.status(name) is Status.LOADING:
                raise StillLoading(name)
