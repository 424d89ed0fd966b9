"""What the web process is made of: chosen once in `web/app.py`, found by every request."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection

from common.settings import Settings
from store.session import Database
from web.limits import Limiter

if TYPE_CHECKING:
    from web.accounts.service import AccountService
    from web.chat.forecast_files import ForecastFiles
    from web.chat.images import ImageStore
    from web.chat.turns import TurnService
    from web.console.campaign_reports import CampaignReports
    from web.console.forecast_advice import ForecastAdvice
    from web.shop.promotions import Promotions
    from web.shop.recommender import Recommender
    from web.shop.search import Search


@dataclass(frozen=True)
class Services:
    settings: Settings
    database: Database
    limiter: Limiter
    accounts: "AccountService"
    turns: "TurnService"
    images: "ImageStore"
    forecast_files: "ForecastFiles"
    forecast_advice: "ForecastAdvice"
    recommender: "Recommender"
    promotions: "Promotions"
    campaign_reports: "CampaignReports"
    search: "Search"


def services(connection: HTTPConnection) -> Services:
    """The services of the app that serves this request."""
    found = connection.app.state.services
    assert isinstance(found, Services)
    return found
