"""`shopclerk chat`: talk to the shop from a terminal, as a guest or signed in."""

from dataclasses import dataclass, field
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from common.ids import public_id
from common.settings import settings

SECONDS = 20


@dataclass
class ChatClient:
    """One conversation over HTTP; `offered` are the choices of the last answer, to be picked by number."""

    http: httpx.Client
    offered: list[dict[str, str]] = field(default_factory=list)

    def begin(self, email: str | None, password: str | None) -> str:
        """A session; returns the role that it has."""
        credentials = {"email": email, "password": password} if email else None
        body = self._post("/api/session/login" if email else "/api/session", credentials)
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {body['token']}"
        return str(body.get("role", "guest"))

    def send(self, line: str) -> list[dict[str, Any]]:
        """The answer's parts; a number picks one of the choices offered last."""
        picked = int(line) - 1 if line.isdecimal() and len(line) < 4 else -1
        message = {"choice": self.offered[picked]["id"]} if 0 <= picked < len(self.offered) else {"text": line}
        parts: list[dict[str, Any]] = self._post("/api/chat", {"client_id": public_id("m"), **message})["messages"]
        self.offered = [choice for part in parts if part["type"] == "choices" for choice in part["choices"]]
        return parts

    def _post(self, path: str, content: dict[str, Any] | None) -> dict[str, Any]:
        response = self.http.post(path, json=content)
        body: dict[str, Any] = response.json()
        if response.is_error:
            raise ChatRefused(body["error"]["message"])
        return body


class ChatRefused(Exception):
    """The gateway's reason, in its own words."""


def chat(
    url: Annotated[str | None, typer.Option(help="the shop's address; from the settings when not given")] = None,
    email: Annotated[str | None, typer.Option(help="sign in with this address; a guest without it")] = None,
    password: Annotated[str | None, typer.Option(envvar="SHOPCLERK_PASSWORD", help="asked for when not given")] = None,
    say: Annotated[list[str] | None, typer.Option(help="say this, print the answer and end; may be repeated")] = None,
) -> None:
    """Talk to the shop. Numbers pick choices; an empty line or Ctrl-D ends."""
    console = Console()
    if email and password is None:
        password = str(typer.prompt("Password", hide_input=True))
    with httpx.Client(base_url=url or settings().public_url, timeout=SECONDS) as http:
        try:
            _converse(ChatClient(http), console, email, password, say)
        except ChatRefused as refusal:
            console.print(str(refusal), style="red", markup=False)
            raise typer.Exit(1) from refusal
        except httpx.HTTPError as error:
            console.print("The shop does not answer. Is it running? `shopclerk up` starts it.", style="red")
            raise typer.Exit(1) from error


def _converse(
    client: ChatClient, console: Console, email: str | None, password: str | None, say: list[str] | None
) -> None:
    role = client.begin(email, password)
    console.print(f"You are talking to the shop as {role}.", style="dim")
    for line in say or _typed(console):
        for part in client.send(line):
            show(part, console)


def _typed(console: Console) -> Any:
    """Lines until an empty one or the end of the input."""
    while True:
        try:
            line = console.input("[bold cyan]> [/]").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if not line:
            return
        yield line


def show(part: dict[str, Any], console: Console) -> None:
    """Print one part; what the shop says is never read as markup."""
    if part["type"] == "text":
        console.print(Text(part["text"]))
    elif part["type"] == "products":
        rows = [[item["name"], f"{item['price']:,.2f} {item['currency']}", item["url"]] for item in part["products"]]
        console.print(_table(["product", "price", "page"], rows))
    elif part["type"] == "table":
        console.print(_table(part["columns"], part["rows"]))
    elif part["type"] == "choices":
        for number, choice in enumerate(part["choices"], 1):
            console.print(Text(f"  {number}. {choice['title']}", style="green"))
    else:
        console.print(Text(f"{part.get('alt') or part.get('name')}: {part['url']}", style="blue"))


def _table(columns: list[str], rows: list[list[Any]]) -> Table:
    table = Table(*columns)
    for row in rows:
        table.add_row(*[Text("" if cell is None else str(cell)) for cell in row])
    return table
