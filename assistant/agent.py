"""Rasa's agent with our parts: conversations fail loudly, actions fail in words."""

from pathlib import Path
from urllib.parse import urlsplit

from rasa.core.agent import Agent
from rasa.core.lock_store import InMemoryLockStore, LockStore, RedisLockStore
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain

from assistant.action_endpoint import ActionEndpoint
from assistant.processor import Processor
from assistant.settings import ACTION_SECONDS, Settings
from assistant.tracker_store import PostgresTrackerStore


class ShopclerkAgent(Agent):
    """Rasa wraps a tracker store so that errors turn into fresh conversations; this agent uses the store as it is."""

    @staticmethod
    def _create_tracker_store(store: TrackerStore | None, domain: Domain) -> TrackerStore:
        assert store is not None, "the assistant never keeps conversations in memory"
        store.domain = domain
        return store

    def load_model(self, model_path: str | Path, fingerprint: str | None = None) -> None:
        """Load a trained model with our processor; raises when it cannot be loaded."""
        self.processor = Processor(
            model_path=model_path,
            tracker_store=self.tracker_store,
            lock_store=self.lock_store,
            action_endpoint=self.action_endpoint,
            generator=self.nlg,
        )
        self.domain = self.processor.domain
        self.tracker_store.domain = self.domain
        self.nlg.responses = self.domain.responses
        self._set_fingerprint(fingerprint)


def load_agent(model: Path, settings: Settings) -> ShopclerkAgent:
    """The agent, ready for turns; raises when the model cannot be loaded."""
    agent = ShopclerkAgent(
        tracker_store=PostgresTrackerStore(settings.database_url),
        lock_store=lock_store(settings.redis_url),
        action_endpoint=ActionEndpoint(settings.actions_url, seconds=ACTION_SECONDS),
    )
    agent.load_model(model)
    return agent


def lock_store(redis_url: str | None) -> LockStore:
    """Turns of one conversation run one after the other: within this process, or among many through Redis."""
    if not redis_url:
        return InMemoryLockStore()
    parts = urlsplit(redis_url)
    return RedisLockStore(
        host=parts.hostname or "localhost",
        port=parts.port or 6379,
        db=int(parts.path.strip("/") or 1),
        username=parts.username,
        password=parts.password,
        use_ssl=parts.scheme == "rediss",
    )
