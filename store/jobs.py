"""Work that takes longer than an answer: jobs on Postgres (Procrastinate), deferred by whoever has changed something.

What a job does stands with the tool that does it; here is only its name, and the way to ask for it."""

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

SCHEMA = "jobs"
EMBED_IMAGES = "embed_images"
READ_REVIEWS = "read_reviews"
REFRESH_SEARCH = "refresh_search"
TRAIN_RECOMMENDER = "train_recommender"
LEARN_PROMOTIONS = "learn_promotions"
TRAIN_PROMOTIONS = "train_promotions"
COUNT_PROMOTIONS = "count_promotions"
TRAIN_FORECASTING = "forecasting_refresh"
CHECK_FORECASTS = "forecast_check"
_OPTIONS = f"-c search_path={SCHEMA}"


def worker_app(database_url: str) -> App:
    """The queue for a worker; open it with `async with app.open_async()`."""
    return App(connector=PsycopgConnector(conninfo=database_url, kwargs={"options": _OPTIONS}, min_size=1, max_size=3))


def defer(database_url: str, task: str) -> None:
    """Ask for a job; nothing more when it is waiting to begin already. Raises psycopg.OperationalError."""
    app = App(connector=SyncPsycopgConnector(conninfo=database_url, kwargs={"options": _OPTIONS}, min_size=1))
    with app.open():
        try:
            app.configure_task(task, queueing_lock=task).defer()
        except AlreadyEnqueued:
            return
