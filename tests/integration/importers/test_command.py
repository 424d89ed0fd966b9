"""`shopclerk import`: what it says, its exit code, and the file of errors."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.imports import import_app
from common.settings import settings
from tests.integration.importers.conftest import EXAMPLES, Importer


@pytest.fixture
def environment(importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DATABASE_URL", importer.url)
    monkeypatch.setenv("SHOPCLERK_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def test_a_good_file_is_counted(environment: Path) -> None:
    result = CliRunner().invoke(import_app, ["products", str(EXAMPLES / "products.csv")])
    assert result.exit_code == 0
    assert "5 rows of products: 5 created, 0 updated, 0 unchanged" in result.output


def test_a_bad_file_is_explained_and_its_errors_written(environment: Path) -> None:
    (environment / "bad.csv").write_text("sku,name,category,price,currency\nA,[red]Mug,Home,-1,USD\n")
    result = CliRunner().invoke(import_app, ["products", "bad.csv"])
    assert result.exit_code == 1
    assert "nothing was imported" in result.output
    assert (environment / "bad.errors.csv").read_text().splitlines()[1].startswith("2,price,")


def test_a_missing_file_is_said(environment: Path) -> None:
    result = CliRunner().invoke(import_app, ["orders", "gone.csv"])
    assert (result.exit_code, "There is no file gone.csv" in result.output) == (1, True)
