"""The accounts' JSON endpoints: sessions, sign-up and the forgotten password."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from web.accounts.service import Opened
from web.accounts.session import address_of, hand_out, optional_session, presented_token, take_back
from web.bodies import Body, Text, body, documented
from web.services import services

router = APIRouter(prefix="/api", tags=["accounts"])

Email = Annotated[Text, Field(min_length=3, max_length=254)]
Password = Annotated[Text, Field(min_length=1, max_length=128)]


class Credentials(Body):
    email: Email
    password: Password


class NewAccount(Credentials):
    name: Annotated[Text, Field(max_length=120)] | None = None


class ResetRequest(Body):
    email: Email


class Reset(Body):
    token: Annotated[Text, Field(min_length=1, max_length=100)]
    password: Password


class GuestSession(BaseModel):
    token: str


class AccountSession(BaseModel):
    token: str
    role: str


class SessionState(BaseModel):
    role: str
    email: str | None


@router.post("/session")
async def start_session(request: Request) -> GuestSession:
    """Begin a guest's session; it becomes the browser's cookie too, unless that has a live session already."""
    opened = await services(request).accounts.start_guest(address_of(request))
    if await optional_session(request) is None:
        hand_out(request, opened.token, opened.session)
    return GuestSession(token=opened.token)


@router.get("/session")
async def show_session(request: Request) -> SessionState:
    """Who the request's session stands for; a guest without an address when there is none."""
    session = await optional_session(request)
    account = session.account if session else None
    return SessionState(role=session.role.value if session else "guest", email=account.email if account else None)


@router.delete("/session", status_code=204)
async def end_session(request: Request) -> Response:
    """Sign out: the session ends on the server."""
    if token := presented_token(request):
        await services(request).accounts.sign_out(token)
    take_back(request)
    return Response(status_code=204)


@router.post("/session/login", openapi_extra=documented(Credentials))
async def sign_in(request: Request, credentials: Annotated[Credentials, Depends(body(Credentials))]) -> AccountSession:
    opened = await services(request).accounts.sign_in(
        credentials.email,
        credentials.password,
        address=address_of(request),
        old_token=presented_token(request),
    )
    return _opened(request, opened)


@router.post("/accounts", status_code=201, openapi_extra=documented(NewAccount))
async def sign_up(request: Request, account: Annotated[NewAccount, Depends(body(NewAccount))]) -> AccountSession:
    """A new shopper's account, signed in at once."""
    opened = await services(request).accounts.sign_up(
        account.email,
        account.password,
        name=account.name,
        address=address_of(request),
        old_token=presented_token(request),
    )
    return _opened(request, opened)


@router.post("/accounts/reset", status_code=202, openapi_extra=documented(ResetRequest))
async def request_reset(request: Request, wanted: Annotated[ResetRequest, Depends(body(ResetRequest))]) -> Response:
    """Mail a link to choose a new password; the answer is the same whether or not there is such an account."""
    await services(request).accounts.request_reset(wanted.email, address=address_of(request))
    return Response(status_code=202)


@router.post("/accounts/reset/confirm", status_code=204, openapi_extra=documented(Reset))
async def reset_password(request: Request, reset: Annotated[Reset, Depends(body(Reset))]) -> Response:
    await services(request).accounts.reset_password(reset.token, reset.password, address=address_of(request))
    return Response(status_code=204)


def _opened(request: Request, opened: Opened) -> AccountSession:
    hand_out(request, opened.token, opened.session)
    return AccountSession(token=opened.token, role=opened.session.role.value)
