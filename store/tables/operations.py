"""What operators need: the audit trail and the record of imports."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from store.tables.base import Base, CreatedAt, Id


class AuditEntry(Base):
    """Append-only (a trigger refuses updates and deletes): who asked for what, and what came of it."""

    __tablename__ = "audit"

    id: Mapped[Id]
    at: Mapped[CreatedAt]
    actor: Mapped[str] = mapped_column(String(40), index=True)
    role: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60))
    outcome: Mapped[str] = mapped_column(String(20))  # allowed, refused, failed
    request_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")


class ImportRun(Base):
    """One finished import; the file's hash shows when the same file comes again."""

    __tablename__ = "import_runs"

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20))
    file: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    rows: Mapped[int]
    created: Mapped[int]
    updated: Mapped[int]
    unchanged: Mapped[int]
    finished_at: Mapped[CreatedAt]
