"""The web process put together: the only place where its parts are chosen."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path

import httpx
import structlog
from fastapi import FastAPI, Request
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse

from common import http
from common.caller import TokenSigner, ensure_keys
from common.errors import Unavailable
from common.memory import settle
from common.settings import Settings
from store.offers import shop_day
from store.session import Database
from store.stock import record_stock
from web.accounts import api as accounts_api
from web.accounts import pages as accounts_pages
from web.accounts.mail import Mailer, mailer
from web.accounts.passwords import Passwords
from web.accounts.service import SIGNED_IN_LIFETIME, AccountService
from web.accounts.session import SessionCookieMiddleware
from web.bodies import PROBLEMS
from web.chat import api as chat_api
from web.chat import socket as chat_socket
from web.chat.assistant import Assistant
from web.chat.forecast_files import ForecastFiles
from web.chat.hub import Hub
from web.chat.images import ImageStore
from web.chat.record import Record
from web.chat.turns import DEADLINE_SECONDS, TurnService
from web.console import forecasts as console_forecasts
from web.console import pages as console_pages
from web.console import promotions as console_promotions
from web.console import reviews as console_reviews
from web.console import tags as console_tags
from web.console.campaign_reports import CampaignReports
from web.console.forecast_advice import ForecastAdvice
from web.limits import Limiter
from web.security import AddressLimitMiddleware, BodyMiddleware, OriginMiddleware, Origins, SecurityHeadersMiddleware
from web.services import Services
from web.shop import pages as shop_pages
from web.shop import route as shop_route
from web.shop.promotions import Promotions
from web.shop.recommender import Recommender
from web.shop.search import Search
from web.shop.static import CachedStatic
from web.startup import check_accounts, check_settings

log = structlog.get_logger()

STATIC = Path(__file__).parent / "static"
DRAIN_SECONDS = 13.0
HOUSEKEEPING_SECONDS = 3600


def create_app(
    settings: Settings,
    database: Database,
    *,
    assistant_transport: httpx.AsyncBaseTransport | None = None,
    tools_transport: httpx.AsyncBaseTransport | None = None,
    passwords: Passwords | None = None,
    outgoing: Mailer | None = None,
    deadline: float = DEADLINE_SECONDS,
) -> FastAPI:
    """The app on a database. Tests hand in stand-ins for the assistant, the tools and the mail; raises UnsafeStart."""
    ensure_keys(settings.keys_dir)
    check_settings(settings)
    limiter = Limiter(settings.redis_url, factor=settings.limits_factor)
    assistant = Assistant(settings.assistant_url, transport=assistant_transport)
    signer = TokenSigner(settings.keys_dir)
    services = Services(
        settings=settings,
        database=database,
        limiter=limiter,
        accounts=AccountService(settings, database, limiter, outgoing or mailer(settings), passwords or Passwords()),
        turns=TurnService(Record(database), assistant, signer, Hub(), deadline=deadline),
        images=ImageStore(settings.uploads_dir, database),
        forecast_files=ForecastFiles(settings.tools_url, transport=tools_transport),
        forecast_advice=ForecastAdvice(settings.tools_url, transport=tools_transport),
        recommender=Recommender(settings.tools_url, transport=tools_transport),
        promotions=Promotions(settings.tools_url, transport=tools_transport),
        campaign_reports=CampaignReports(settings.tools_url, transport=tools_transport),
        search=Search(settings.tools_url, transport=tools_transport),
    )
    app = FastAPI(
        title="Shopclerk",
        lifespan=_lifespan(services, assistant),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    _add_middleware(app, services)
    _add_routes(app)
    return app


def _add_middleware(app: FastAPI, services: Services) -> None:
    """From the inside out: what is added last sees a request first."""
    settings = services.settings
    https = settings.public_url.startswith("https://")
    max_age = int(SIGNED_IN_LIFETIME.total_seconds())
    app.add_middleware(SessionCookieMiddleware, secure=https, max_age=max_age)
    app.add_middleware(BodyMiddleware)
    app.add_middleware(OriginMiddleware, origins=Origins(settings.public_url, settings.allowed_origins))
    app.add_middleware(AddressLimitMiddleware, limiter=services.limiter)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
        )
    http.install(app, "web", ready={"database": _reachable(services.database)})
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(away, _database_away)
    app.add_middleware(SecurityHeadersMiddleware, https=https)


def _add_routes(app: FastAPI) -> None:
    for api in (accounts_api, chat_api):
        app.include_router(api.router, responses=PROBLEMS)
    for room in (
        chat_socket,
        accounts_pages,
        shop_pages,
        console_pages,
        console_forecasts,
        console_promotions,
        console_reviews,
        console_tags,
    ):
        app.include_router(room.router)
    app.mount("/static", CachedStatic(directory=STATIC), name="static")
    shop_route.install(app)


def _lifespan(services: Services, assistant: Assistant) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await check_accounts(services.settings, services.database)
        housekeeping = asyncio.create_task(_keep_house(services))
        settle()
        yield
        housekeeping.cancel()
        await services.turns.drain(DRAIN_SECONDS)
        await services.accounts.finish_mails()
        with suppress(asyncio.CancelledError):
            await housekeeping
        await assistant.close()
        await services.forecast_files.close()
        await services.forecast_advice.close()
        await services.recommender.close()
        await services.promotions.close()
        await services.campaign_reports.close()
        await services.search.close()
        await services.database.close()

    return lifespan


async def _keep_house(services: Services) -> None:
    while True:
        try:
            log.info("expired_sessions_forgotten", rows=await services.accounts.forget_expired())
            async with services.database.begin() as session:
                log.info("stock_recorded", products=await record_stock(session, shop_day()))
        except (OperationalError, InterfaceError, PoolTimeout) as error:
            log.warning("housekeeping_postponed", reason=type(error).__name__)
        await asyncio.sleep(HOUSEKEEPING_SECONDS)


def _reachable(database: Database) -> http.Check:
    async def check() -> None:
        async with database.begin() as session:
            await session.execute(text("SELECT 1"))

    return check


async def _database_away(_: Request, error: Exception) -> JSONResponse:
    """The store heals by itself: say so, instead of calling it our mistake."""
    log.error("database_unavailable", error=type(error).__name__)
    return http.error_response(Unavailable("The shop's memory is away for a moment. Please try again.", retry_after=5))
