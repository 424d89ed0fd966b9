"""Brings a database to the newest schema, from any working directory."""

from pathlib import Path

from alembic import command
from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def alembic_config(database_url: str) -> Config:
    """Alembic's configuration for one database, without a file: the address may hold any character."""
    config = Config(attributes={"database_url": database_url})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def upgrade(database_url: str) -> None:
    """Apply every missing migration in one transaction; several callers at once wait for each other."""
    command.upgrade(alembic_config(database_url), "head")
