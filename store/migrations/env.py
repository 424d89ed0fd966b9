"""How Alembic reaches the database: the caller's address, else the settings', else the embedded Postgres."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from common.settings import settings
from store.embedded import EmbeddedPostgres
from store.session import sqlalchemy_url
from store.tables import Base

LOCK = 4_815_162  # any number, the same for everybody: two starts at once must not both migrate


def database_url() -> str:
    given = context.config.attributes.get("database_url") or settings().database_url
    return given or EmbeddedPostgres(settings().shopclerk_home).url()


def run() -> None:
    engine = create_engine(sqlalchemy_url(database_url()), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=True)
        context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run against a live database; --sql is not supported.")
run()
