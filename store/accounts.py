"""Queries for accounts, their sessions and password resets. Tokens come in as SHA-256 hashes, never in the clear."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from common.ids import public_id
from store.tables import Account, Customer, PasswordReset, Session


class SessionRow(NamedTuple):
    """A live session's subject and, when it is signed in, its account."""

    subject: str
    account: Account | None


async def account_by_email(session: AsyncSession, email: str) -> Account | None:
    return await session.scalar(select(Account).where(Account.email == email))


async def account_by_id(session: AsyncSession, account_id: int) -> Account | None:
    return await session.get(Account, account_id)


async def create_account(
    session: AsyncSession, *, email: str, password_hash: str, role: str, name: str | None = None
) -> Account | None:
    """A new account, with a new customer when it is a shopper's; None when the address has one already."""
    values = {"public_id": public_id("a"), "email": email, "password_hash": password_hash, "role": role}
    statement = insert(Account).values(values).on_conflict_do_nothing(index_elements=[Account.email])
    account = await session.scalar(statement.returning(Account))
    if account is None:
        return None
    if role == "shopper":
        customer = Customer(public_id=public_id("cu"), name=name)
        session.add(customer)
        await session.flush()
        account.customer_id = customer.id
    return account


async def add_session(
    session: AsyncSession, *, token_hash: str, subject: str, account_id: int | None, expires_at: datetime
) -> None:
    session.add(Session(token_hash=token_hash, subject=subject, account_id=account_id, expires_at=expires_at))
    await session.flush()


async def find_session(session: AsyncSession, token_hash: str, now: datetime) -> SessionRow | None:
    """The live session behind a token; an expired one, or one of a disabled account, does not exist."""
    row = (
        await session.execute(
            select(Session.subject, Session.account_id, Account)
            .outerjoin(Account, Account.id == Session.account_id)
            .where(Session.token_hash == token_hash, Session.expires_at > now)
        )
    ).one_or_none()
    if row is None or (row.account_id is not None and (row.Account is None or row.Account.disabled)):
        return None
    return SessionRow(row.subject, row.Account)


async def delete_session(session: AsyncSession, token_hash: str) -> None:
    await session.execute(delete(Session).where(Session.token_hash == token_hash))


async def delete_sessions_of(session: AsyncSession, account_id: int) -> None:
    await session.execute(delete(Session).where(Session.account_id == account_id))


async def delete_expired(session: AsyncSession, now: datetime) -> int:
    """Forget sessions and resets whose time is over; returns how many rows went."""
    sessions = await session.execute(delete(Session).where(Session.expires_at <= now).returning(Session.token_hash))
    resets = await session.execute(
        delete(PasswordReset).where(PasswordReset.expires_at <= now).returning(PasswordReset.token_hash)
    )
    return len(sessions.all()) + len(resets.all())


async def count_failed_sign_in(session: AsyncSession, account_id: int, *, limit: int, locked_until: datetime) -> None:
    """One more wrong password; at the limit the account is locked and the count begins anew."""
    failed = Account.failed_sign_ins + 1
    await session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(
            failed_sign_ins=failed % limit,
            locked_until=case((failed >= limit, locked_until), else_=Account.locked_until),
        )
    )


async def clear_failed_sign_ins(session: AsyncSession, account_id: int) -> None:
    await session.execute(update(Account).where(Account.id == account_id).values(failed_sign_ins=0, locked_until=None))


async def set_password(session: AsyncSession, account_id: int, password_hash: str) -> None:
    await session.execute(update(Account).where(Account.id == account_id).values(password_hash=password_hash))


async def add_reset(session: AsyncSession, *, token_hash: str, account_id: int, expires_at: datetime) -> None:
    """A new reset; earlier ones of the account stop working."""
    await session.execute(delete(PasswordReset).where(PasswordReset.account_id == account_id))
    session.add(PasswordReset(token_hash=token_hash, account_id=account_id, expires_at=expires_at))
    await session.flush()


async def use_reset(session: AsyncSession, token_hash: str, now: datetime) -> int | None:
    """The account that a reset token is for, using the token up in the same statement; None when it is not valid."""
    return await session.scalar(
        update(PasswordReset)
        .where(PasswordReset.token_hash == token_hash, PasswordReset.used_at.is_(None), PasswordReset.expires_at > now)
        .values(used_at=now)
        .returning(PasswordReset.account_id)
    )


async def emails_ending(session: AsyncSession, suffix: str) -> list[str]:
    """The addresses of enabled accounts that end so; the start in production asks for the demo's."""
    found = await session.scalars(select(Account.email).where(Account.email.endswith(suffix), ~Account.disabled))
    return list(found)
