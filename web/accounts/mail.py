"""Mail that the shop sends: through SMTP when it is set, else written to the outbox folder as `.eml` files."""

import asyncio
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from common.ids import public_id
from common.settings import Settings

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "mail"
SECONDS = 10


class Mailer(Protocol):
    async def send(self, message: EmailMessage) -> None: ...


class SmtpMailer:
    """Sends through `smtp://...`, port 587 (STARTTLS) or `smtps://...` (TLS from the start).

    A password never goes over a plain connection; without one, STARTTLS is used when the server offers it.
    """

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    async def send(self, message: EmailMessage) -> None:
        url, tls = self._url, self._url.scheme == "smtps"
        await aiosmtplib.send(
            message,
            hostname=url.hostname,
            port=url.port or (465 if tls else 587),
            username=unquote(url.username) if url.username else None,
            password=unquote(url.password) if url.password else None,
            use_tls=tls,
            start_tls=True if url.username and not tls else None,
            timeout=SECONDS,
        )


class OutboxMailer:
    """Writes each mail to a folder that only its owner reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage) -> None:
        await asyncio.to_thread(self._write, message)

    def _write(self, message: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{public_id('m')}.eml"
        path.touch(mode=0o600)
        path.write_bytes(bytes(message))


def mailer(settings: Settings) -> Mailer:
    return SmtpMailer(settings.smtp_url.get_secret_value()) if settings.smtp_url else OutboxMailer(settings.outbox_dir)


def compose(template: str, *, to: str, sender: str, **values: str) -> EmailMessage:
    """A mail from a template whose first line is the subject; raises when the template lacks a value."""
    environment = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=False)  # noqa: S701 (plain text)
    subject, _, body = environment.get_template(template).render(values).partition("\n")
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject.strip(), sender, to
    message["Date"], message["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain="shopclerk.local")
    message.set_content(body.lstrip("\n"))
    return message
