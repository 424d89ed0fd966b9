"""The route and the taking up of newer weights, with readers that tests choose."""

import httpx
import pytest
from fastapi import FastAPI

from common.http import install
from common.settings import Settings
from ml_tools.artefacts import Manifest
from ml_tools.capacity import Capacity
from ml_tools.errors import BrokenArtefact
from ml_tools.reviews.api import ReviewsTool
from ml_tools.reviews.sentiment.reader import TOOL, Reading
from ml_tools.reviews.sentiment.schemas import LONGEST_TEXT, MOST_CHARACTERS, MOST_TEXTS
from ml_tools.reviews.sentiment.service import SentimentService, Serving
from ml_tools.settings import ToolsSettings
from store.session import Database


class FakeReader:
    """Says "positive" of every text."""

    def __init__(self, version: str = "1") -> None:
        self.manifest = Manifest(name="fake", version=version, files={}, licence="none")

    def read(self, texts):
        return [Reading("positive", 0.9, 0.9) if text else Reading("unclear", 1.0, 0.5, "empty") for text in texts]


async def asked(tmp_path, body):
    service = SentimentService(Serving(tmp_path, FakeReader), Capacity(running=1, waiting=2))
    database = Database("postgresql://nobody@127.0.0.1:1/none", pool_size=1)
    app = FastAPI()
    install(app, "tools")
    app.include_router(ReviewsTool(Settings(), ToolsSettings(), database, service=service).router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tools") as client:
        return await client.post("/reviews/sentiment", json=body)


async def test_each_text_has_its_reading_in_order(tmp_path):
    answer = (await asked(tmp_path, {"texts": ["good", "", "fine"]})).json()
    assert [one["sentiment"] for one in answer["readings"]] == ["positive", "unclear", "positive"]
    assert answer["readings"][1]["reason"] == "empty"
    assert answer["model"] == {"name": "fake", "version": "1"}
    assert answer["as_of"] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"texts": []},
        {"texts": "good"},
        {"texts": [1]},
        {"texts": ["a"] * (MOST_TEXTS + 1)},
        {"texts": ["a" * (LONGEST_TEXT + 1)]},
        {"texts": ["a" * LONGEST_TEXT] * (MOST_CHARACTERS // LONGEST_TEXT + 1)},
        {"texts": ["good"], "language": "en"},
    ],
)
async def test_bad_requests_are_refused_in_the_envelope(tmp_path, body):
    answer = await asked(tmp_path, body)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"


def test_a_newer_version_is_taken_up_and_a_broken_one_is_not(tmp_path):
    readers = iter([FakeReader("1"), FakeReader("2"), BrokenArtefact("damaged")])

    def read():
        found = next(readers)
        if isinstance(found, BrokenArtefact):
            raise found
        return found

    serving = Serving(tmp_path, read, looked_seconds=0)
    assert serving.current().manifest.version == "1"
    (tmp_path / TOOL / "20260101").mkdir(parents=True)
    assert serving.current().manifest.version == "2"
    (tmp_path / TOOL / "20260102").mkdir()
    assert serving.current().manifest.version == "2"
    assert serving.current().manifest.version == "2"
