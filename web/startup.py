"""What must hold before the shop opens to the world: no default secrets, no demo accounts, private keys private."""

import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from common.settings import Settings
from store import accounts
from store.session import Database

DEMO_DOMAIN = "@demo.shop"
SHORTEST_SECRET = 8
KNOWN_SECRETS = frozenset(
    {"postgres", "password", "shopclerk", "changeme", "change-me", "change_me", "changeit", "shopclerk-web"}
)


class UnsafeStart(SystemExit):
    """The process ends with what is wrong and what to do about it."""


def check_settings(settings: Settings) -> None:
    """Raises UnsafeStart when a production's settings are those of a demo, or its keys are for everybody to read."""
    problems = [*_key_problems(settings.keys_dir)]
    if settings.shopclerk_env == "production":
        problems += _production_problems(settings)
    if problems:
        raise UnsafeStart("Shopclerk does not start:\n- " + "\n- ".join(problems))


async def check_accounts(settings: Settings, database: Database) -> None:
    """Raises UnsafeStart when a production still holds the demo's accounts, whose password others may know."""
    if settings.shopclerk_env != "production":
        return
    async with database.begin() as session:
        demo = await accounts.emails_ending(session, DEMO_DOMAIN)
    if demo:
        raise UnsafeStart(f"Shopclerk does not start: disable or delete the demo accounts {', '.join(demo)}.")


def _production_problems(settings: Settings) -> list[str]:
    problems = []
    if settings.demo_password:
        problems.append("DEMO_PASSWORD is set: a production has no demo accounts.")
    if urlsplit(settings.public_url).scheme != "https":
        problems.append("PUBLIC_URL must begin with https://, so that sessions stay private.")
    if "*" in settings.allowed_origins:
        problems.append("ALLOWED_ORIGINS must name sites; * lets every site in.")
    if settings.database_url is None:
        problems.append("DATABASE_URL must name the production's Postgres.")
    smtp = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    for name, url in (("DATABASE_URL", settings.database_url), ("SMTP_URL", smtp), ("REDIS_URL", settings.redis_url)):
        if url and _has_weak_password(url):
            problems.append(f"{name} has no password of its own; choose a long random one.")
    return problems


def _has_weak_password(url: str) -> bool:
    """Whether a password over the network is missing, short or well known; local sockets need none."""
    parts = urlsplit(url)
    if not parts.hostname or parts.hostname.startswith("/"):
        return False
    password = unquote(parts.password or "")
    return len(password) < SHORTEST_SECRET or password.lower() in KNOWN_SECRETS


def _key_problems(keys_dir: Path) -> list[str]:
    private = keys_dir / "private"
    readable = [key for key in private.glob("*.pem") if key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    return [f"{key} can be read by others; run: chmod 600 {key}" for key in readable]
