"""The pages to sign in, sign up, sign out and set a forgotten password; the account service does the work."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from common.caller import Role
from common.errors import ShopclerkError
from store.carts import move_cart
from web.accounts.service import Opened
from web.accounts.session import SessionInfo, address_of, hand_out, optional_session, presented_token, take_back
from web.services import services
from web.shop.rendering import page
from web.shop.route import PageRoute
from web.shop.visiting import Text, local_path, transaction

router = APIRouter(route_class=PageRoute, include_in_schema=False)
HOME_OF = {Role.AGENT: "/console/tickets", Role.MARKETER: "/console/forecasts"}
Field = Annotated[Text, Form(max_length=254)]
Secret = Annotated[str, Form(max_length=1000)]


async def _page(request: Request, template: str, error: ShopclerkError | None = None, **values: str) -> Response:
    """One of the account pages; with an error it is the form again, saying what was wrong."""
    async with transaction(request) as session:
        status = error.status if error else 200
        problem = error.message if error else None
        response = await page(request, session, template, status=status, problem=problem, **values)
    if error and error.retry_after:
        response.headers["Retry-After"] = str(error.retry_after)
    return response


async def _enter(request: Request, before: SessionInfo | None, opened: Opened, onwards: str) -> Response:
    """Go on as the account: what the guest had put into the cart comes along."""
    if before is not None and before.role is Role.GUEST:
        async with transaction(request) as session:
            await move_cart(session, before.subject, opened.session.subject)
    hand_out(request, opened.token, opened.session)
    way = local_path(onwards)
    if way == "/":
        way = HOME_OF.get(opened.session.role, "/?notice=welcome")
    return RedirectResponse(way, status_code=303)


@router.get("/sign-in")
async def sign_in_form(
    request: Request, onwards: Annotated[Text, Query(alias="next", max_length=500)] = "/"
) -> Response:
    """The form to sign in; `next` is where to go on, on this site only."""
    return await _page(request, "sign_in.html", onwards=local_path(onwards), email="")


@router.post("/sign-in")
async def sign_in(
    request: Request, email: Field = "", password: Secret = "", onwards: Annotated[Text, Form(alias="next")] = "/"
) -> Response:
    """Sign in, or the form again with the reason."""
    before, old = await optional_session(request), presented_token(request)  # signing in ends the old session
    try:
        opened = await services(request).accounts.sign_in(email, password, address=address_of(request), old_token=old)
    except ShopclerkError as error:
        return await _page(request, "sign_in.html", error, onwards=local_path(onwards), email=email)
    return await _enter(request, before, opened, onwards)


@router.get("/sign-up")
async def sign_up_form(
    request: Request, onwards: Annotated[Text, Query(alias="next", max_length=500)] = "/"
) -> Response:
    """The form for a new account."""
    return await _page(request, "sign_up.html", onwards=local_path(onwards), email="", name="")


@router.post("/sign-up")
async def sign_up(
    request: Request,
    name: Annotated[Text, Form(max_length=120)] = "",
    email: Field = "",
    password: Secret = "",
    onwards: Annotated[Text, Form(alias="next")] = "/",
) -> Response:
    """Make a shopper's account and sign in, or the form again with the reason."""
    before, old = await optional_session(request), presented_token(request)  # signing in ends the old session
    try:
        opened = await services(request).accounts.sign_up(
            email, password, address=address_of(request), name=name or None, old_token=old
        )
    except ShopclerkError as error:
        return await _page(request, "sign_up.html", error, onwards=local_path(onwards), email=email, name=name)
    return await _enter(request, before, opened, onwards)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session on the server and in the browser."""
    if token := presented_token(request):
        await services(request).accounts.sign_out(token)
    take_back(request)
    return RedirectResponse("/?notice=signed-out", status_code=303)


@router.get("/forgotten-password")
async def forgotten_form(request: Request) -> Response:
    """The form that asks for a link by mail."""
    return await _page(request, "forgotten_password.html", email="", sent="")


@router.post("/forgotten-password")
async def forgotten(request: Request, email: Field = "") -> Response:
    """Mail a link; the page says the same whether or not there is such an account."""
    try:
        await services(request).accounts.request_reset(email, address=address_of(request))
    except ShopclerkError as error:
        return await _page(request, "forgotten_password.html", error, email=email, sent="")
    return await _page(request, "forgotten_password.html", email=email, sent="yes")


@router.get("/reset-password")
async def reset_form(request: Request, token: Annotated[Text, Query(max_length=100)] = "") -> Response:
    """The form for a new password, reached from the mail."""
    return await _page(request, "reset_password.html", token=token)


@router.post("/reset-password")
async def reset(request: Request, token: Annotated[Text, Form(max_length=100)] = "", password: Secret = "") -> Response:
    """Set the new password; all sessions of the account end."""
    try:
        await services(request).accounts.reset_password(token, password, address=address_of(request))
    except ShopclerkError as error:
        return await _page(request, "reset_password.html", error, token=token)
    return RedirectResponse("/sign-in?notice=password", status_code=303)
