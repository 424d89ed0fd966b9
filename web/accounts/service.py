"""Sessions, sign-in, sign-up and the forgotten password; pages and the API both call this."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from common.caller import Role
from common.errors import BadRequest, Conflict, TooManyRequests, Unauthenticated
from common.ids import public_id
from common.requests import current_request_id
from common.settings import Settings
from store import accounts, audit
from store.audit import Outcome
from store.session import Database
from store.tables import Account
from web.accounts.mail import Mailer, compose
from web.accounts.passwords import Passwords, check_new
from web.accounts.session import SessionInfo
from web.limits import Limit, Limiter

log = structlog.get_logger()

GUEST_LIFETIME = timedelta(days=30)
SIGNED_IN_LIFETIME = timedelta(days=7)
RESET_LIFETIME = timedelta(hours=1)
RESET_PATH = "/reset-password"  # the page that takes the mailed link, with `?token=...`
LOCK_AFTER = 5
LOCK_FOR = timedelta(minutes=15)
WRONG = "The mail address or the password is not right."
LOCKED = "Too many tries with this mail address. Please wait a while, or ask for a new password."
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Opened:
    """A new session: its token, to be shown to its owner only, and what it stands for."""

    token: str
    session: SessionInfo


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def normalised_email(email: str) -> str:
    """Lower case, without blanks around; raises BadRequest for what is no mail address."""
    email = email.strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise BadRequest("Please give a mail address, such as name@example.org.")
    return email


def _now() -> datetime:
    return datetime.now(UTC)


class AccountService:
    """All that can be done with accounts; `address` is the caller's network address, for the limits."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        limiter: Limiter,
        mailer: Mailer,
        passwords: Passwords,
        *,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._settings, self._database, self._limiter = settings, database, limiter
        self._mailer, self._passwords, self._now = mailer, passwords, now
        self._mails: set[asyncio.Task[None]] = set()

    async def start_guest(self, address: str) -> Opened:
        """A new guest's session."""
        await self._limiter.count_address(Limit.GUESTS, address)
        return await self._open(None)

    async def session_of(self, token: str) -> SessionInfo | None:
        async with self._database.read() as session:
            row = await accounts.find_session(session, token_hash(token), self._now())
        return _info(row.subject, row.account) if row else None

    async def sign_in(self, email: str, password: str, *, address: str, old_token: str | None = None) -> Opened:
        """A new session for the account; `old_token`'s session ends.

        Raises Unauthenticated alike for unknown addresses and wrong passwords, and TooManyRequests past the limits.
        """
        await self._limiter.count_address(Limit.SIGN_IN, address)
        email = email.strip().lower()[:254]
        account = await self._account_if_password_fits(email, password, address)
        await self._forget_failures(account, password)
        return await self._open(account, old_token, action="sign_in")

    async def sign_up(
        self, email: str, password: str, *, address: str, name: str | None = None, old_token: str | None = None
    ) -> Opened:
        """A new shopper's account and session. Raises BadRequest for a weak password, Conflict for a known address."""
        await self._limiter.count_address(Limit.SIGN_UP, address)
        email = normalised_email(email)
        check_new(password, email)
        account = await self.create(email, password, Role.SHOPPER, name=name)
        return await self._open(account, old_token, action="sign_up")

    async def create(self, email: str, password: str, role: Role, *, name: str | None = None) -> Account:
        """An account of any role; for the command line and for sign-up. Raises Conflict for a known address."""
        hashed = await self._passwords.hash(password)
        async with self._database.begin() as session:
            account = await accounts.create_account(
                session, email=normalised_email(email), password_hash=hashed, role=role.value, name=name
            )
        if account is None:
            raise Conflict("There is an account with this mail address already. Sign in, or ask for a new password.")
        return account

    async def sign_out(self, token: str) -> None:
        """End the session on the server; unknown tokens are fine."""
        async with self._database.begin() as session:
            await accounts.delete_session(session, token_hash(token))

    async def request_reset(self, email: str, *, address: str) -> None:
        """Mail a link when there is such an account; what the caller sees, and how soon, never tells whether."""
        await self._limiter.count_address(Limit.RESET, address)
        email = normalised_email(email)
        await self._limiter.count_subject(Limit.RESET, email)
        task = asyncio.create_task(self._mail_reset(email))
        self._mails.add(task)
        task.add_done_callback(self._mails.discard)

    async def reset_password(self, token: str, password: str, *, address: str) -> None:
        """Set a new password with a mailed token, once; ends every session of the account.

        Raises BadRequest when the token is unknown, used or older than an hour.
        """
        await self._limiter.count_address(Limit.RESET, address)
        check_new(password, "")
        hashed = await self._passwords.hash(password)
        async with self._database.begin() as session:
            account_id = await accounts.use_reset(session, token_hash(token), self._now())
            if account_id is None:
                raise BadRequest("This link has been used or is too old. Please ask for a new one.")
            await accounts.set_password(session, account_id, hashed)
            await accounts.clear_failed_sign_ins(session, account_id)
            await accounts.delete_sessions_of(session, account_id)
            account = await accounts.account_by_id(session, account_id)
            assert account is not None
            await _audit(session, account.public_id, account.role, "password_reset", Outcome.ALLOWED)
        await self._limiter.forget_subject(Limit.FAILED_FOR_ACCOUNT, account.email)

    async def record_refusal(self, info: SessionInfo, what: str) -> None:
        """An audit row: this session asked for what its role may not do."""
        async with self._database.begin() as session:
            await _audit(session, info.subject, info.role.value, f"GET {what}"[:60], Outcome.REFUSED)

    async def forget_expired(self) -> int:
        async with self._database.begin() as session:
            return await accounts.delete_expired(session, self._now())

    async def finish_mails(self) -> None:
        """Wait until mails under way are gone; at the process's end."""
        await asyncio.gather(*self._mails)

    async def _account_if_password_fits(self, email: str, password: str, address: str) -> Account:
        await self._limiter.check_address(Limit.FAILED_FROM_ADDRESS, address)
        async with self._database.begin() as session:
            account = await accounts.account_by_email(session, email)
        fits = await self._passwords.verify(account.password_hash if account else None, password)
        await self._refuse_locked(email, account)
        if account is None or not fits or account.disabled:
            await self._count_failure(email, account, address)
            raise Unauthenticated(WRONG)
        return account

    async def _refuse_locked(self, email: str, account: Account | None) -> None:
        """Addresses without an account lock just the same, so that a lock tells nothing."""
        try:
            await self._limiter.check_subject(Limit.FAILED_FOR_ACCOUNT, email)
        except TooManyRequests as error:
            raise TooManyRequests(LOCKED, retry_after=error.retry_after) from None
        if account and account.locked_until and account.locked_until > self._now():
            wait = int((account.locked_until - self._now()).total_seconds()) + 1
            raise TooManyRequests(LOCKED, retry_after=wait)

    async def _count_failure(self, email: str, account: Account | None, address: str) -> None:
        async with self._database.begin() as session:
            if account:
                until = self._now() + LOCK_FOR
                await accounts.count_failed_sign_in(session, account.id, limit=LOCK_AFTER, locked_until=until)
            actor, role = (account.public_id, account.role) if account else ("unknown", Role.GUEST.value)
            await _audit(session, actor, role, "sign_in", Outcome.REFUSED)
        try:
            await self._limiter.count_subject(Limit.FAILED_FOR_ACCOUNT, email)
            await self._limiter.count_address(Limit.FAILED_FROM_ADDRESS, address)
        except TooManyRequests:
            log.warning("sign_ins_locked", account=actor)

    async def _forget_failures(self, account: Account, password: str) -> None:
        await self._limiter.forget_subject(Limit.FAILED_FOR_ACCOUNT, account.email)
        outdated = self._passwords.is_outdated(account.password_hash)
        hashed = await self._passwords.hash(password) if outdated else None
        if account.failed_sign_ins or account.locked_until or hashed:
            async with self._database.begin() as session:
                await accounts.clear_failed_sign_ins(session, account.id)
                if hashed:
                    await accounts.set_password(session, account.id, hashed)

    async def _open(
        self, account: Account | None, old_token: str | None = None, *, action: str | None = None
    ) -> Opened:
        """A session under a new token; the old one goes, so that a planted token never becomes a signed-in one."""
        token = secrets.token_urlsafe(32)
        subject = account.public_id if account else public_id("g")
        expires_at = self._now() + (SIGNED_IN_LIFETIME if account else GUEST_LIFETIME)
        account_id = account.id if account else None
        async with self._database.begin() as session:
            if old_token:
                await accounts.delete_session(session, token_hash(old_token))
            await accounts.add_session(
                session, token_hash=token_hash(token), subject=subject, account_id=account_id, expires_at=expires_at
            )
            if account and action:
                await _audit(session, subject, account.role, action, Outcome.ALLOWED)
        return Opened(token, _info(subject, account))

    async def _mail_reset(self, email: str) -> None:
        try:
            async with self._database.begin() as session:
                account = await accounts.account_by_email(session, email)
                if account is None or account.disabled:
                    return
                token = secrets.token_urlsafe(32)
                expires_at = self._now() + RESET_LIFETIME
                await accounts.add_reset(
                    session, token_hash=token_hash(token), account_id=account.id, expires_at=expires_at
                )
            await self._mailer.send(self._reset_mail(email, token))
        except Exception:  # nobody waits for this task: the log is the only place to tell
            log.exception("reset_mail_failed")

    def _reset_mail(self, email: str, token: str) -> EmailMessage:
        shop = self._settings.public_url.rstrip("/")
        link = f"{shop}{RESET_PATH}?token={token}"
        return compose("password_reset.txt", to=email, sender=self._settings.mail_from, shop=shop, link=link)


def _info(subject: str, account: Account | None) -> SessionInfo:
    if account is None:
        return SessionInfo(subject, Role.GUEST)
    return SessionInfo(subject, Role(account.role), account, account.customer_id)


async def _audit(session: AsyncSession, actor: str, role: str, action: str, outcome: Outcome) -> None:
    request_id = current_request_id() or "none"
    await audit.record(session, actor=actor, role=role, action=action, outcome=outcome, request_id=request_id)
