"""Mails: composed whole, and written where only the owner reads when there is no SMTP."""

import stat
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from pydantic import SecretStr

from tests.gateway_kit import settings_for
from web.accounts.mail import OutboxMailer, SmtpMailer, compose, mailer

VALUES = {"shop": "https://shop.test", "link": "https://shop.test/reset-password?token=x&y=<1>"}


async def test_without_smtp_a_mail_is_written_to_the_outbox(tmp_path: Path) -> None:
    """As an `.eml` that any mail program opens, readable by its owner only."""
    mail = compose("password_reset.txt", to="a@example.org", sender="Shop <shop@example.org>", **VALUES)
    chosen = mailer(settings_for(tmp_path))
    assert isinstance(chosen, OutboxMailer)
    await chosen.send(mail)
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.suffix == ".eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    read = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert (read["To"], read["Subject"]) == ("a@example.org", "Choose a new password")
    assert VALUES["link"] in read.get_content()


def test_with_smtp_mails_go_through_it(tmp_path: Path) -> None:
    """One setting decides."""
    url = SecretStr("smtps://shop@mail.example")
    assert isinstance(mailer(settings_for(tmp_path, smtp_url=url)), SmtpMailer)


def test_a_mail_without_its_values_is_not_sent() -> None:
    """A forgotten value is an error, not a mail with a hole in it."""
    with pytest.raises(UndefinedError):
        compose("password_reset.txt", to="a@example.org", sender="shop@example.org", shop="x")


def test_an_address_cannot_smuggle_headers() -> None:
    """A line break in an address is refused."""
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        compose("password_reset.txt", to="a@example.org\nBcc: b@example.org", sender="shop@example.org", **VALUES)
