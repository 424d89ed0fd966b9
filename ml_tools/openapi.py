"""`python -m ml_tools.openapi`: write the API of all tools to `docs/tools.openapi.json`."""

import json

from common.settings import ROOT, Settings
from ml_tools.app import create_app, every_tool
from ml_tools.settings import ToolsSettings
from store.session import Database

DOCUMENT = ROOT / "docs" / "tools.openapi.json"


def main() -> None:
    database = Database("postgresql://127.0.0.1/none", pool_size=1)  # never connected to
    app = create_app(database, every_tool(Settings(), ToolsSettings(), database))
    DOCUMENT.write_text(json.dumps(app.openapi(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
