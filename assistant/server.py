"""Starts the assistant: `python -m assistant.server` in the repository's root, in the assistant's own environment.

Trains when the model is not up to date, loads it, then listens on ASSISTANT_HOST:ASSISTANT_PORT (127.0.0.1:5005) with
our channel, health and metrics only: none of Rasa's own routes. SIGTERM lets running turns finish, then stops.
"""

from assistant.environment import prepare

prepare()

import gc  # noqa: E402
from pathlib import Path  # noqa: E402

import structlog  # noqa: E402
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: E402
from rasa.core.channels.channel import register  # noqa: E402
from sanic import Sanic  # noqa: E402
from sanic.request import Request  # noqa: E402
from sanic.response import HTTPResponse, json, raw  # noqa: E402

from assistant.agent import load_agent  # noqa: E402
from assistant.channel.caller import TokenVerifier  # noqa: E402
from assistant.channel.shopclerk import ShopclerkChannel, begin, error_response  # noqa: E402
from assistant.channel.turns import Turns  # noqa: E402
from assistant.observability.logs import configure_logging  # noqa: E402
from assistant.settings import Settings, from_environment  # noqa: E402
from assistant.train import ensure_model  # noqa: E402

log = structlog.get_logger(__name__)

MAX_BODY_BYTES = 64 * 1024
DRAIN_SECONDS = 13.0  # a turn takes 11 s at most, and the supervisor kills after 15


def create_app(settings: Settings, model: Path) -> Sanic:
    """The HTTP application; the agent is loaded when its event loop starts, before it listens."""
    app = Sanic("shopclerk-assistant", configure_logging=False)
    app.config.update(
        REQUEST_MAX_SIZE=MAX_BODY_BYTES,
        RESPONSE_TIMEOUT=30,
        KEEP_ALIVE_TIMEOUT=75,
        GRACEFUL_SHUTDOWN_TIMEOUT=DRAIN_SECONDS,
        ACCESS_LOG=False,
    )
    register([ShopclerkChannel(TokenVerifier(settings.keys_dir))], app, route="/")
    app.register_middleware(begin, "request")
    app.error_handler.add(Exception, error_response)
    _add_lifetime(app, settings, model)
    _add_observation(app)
    return app


def _add_lifetime(app: Sanic, settings: Settings, model: Path) -> None:
    async def load(app: Sanic, _: object) -> None:
        app.ctx.agent = load_agent(model, settings)
        app.ctx.turns = Turns(app.ctx.agent)
        # What was loaded stays for good: turns need not wait for scans of it.
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        log.info("started", host=settings.host, port=settings.port, model=model.name)

    async def close(app: Sanic, _: object) -> None:
        await app.ctx.agent.action_endpoint.close()
        app.ctx.agent.tracker_store.close()
        log.info("stopped")

    app.register_listener(load, "before_server_start")
    app.register_listener(close, "after_server_stop")


def _add_observation(app: Sanic) -> None:
    async def live(_: Request) -> HTTPResponse:
        return json({"status": "live"})

    async def ready(request: Request) -> HTTPResponse:
        state = await _database_state(request)
        usable = state == "ok"
        body = {"status": "ready" if usable else "not ready", "checks": {"model": "ok", "database": state}}
        return json(body, status=200 if usable else 503)

    async def metrics(_: Request) -> HTTPResponse:
        return raw(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    app.add_route(live, "/health/live")
    app.add_route(ready, "/health/ready")
    app.add_route(metrics, "/metrics")


async def _database_state(request: Request) -> str:
    try:
        await request.app.ctx.agent.tracker_store.ping()
    except Exception as error:
        log.warning("not_ready", reason=type(error).__name__)
        return "unavailable"
    return "ok"


def main() -> None:
    """Run until SIGINT or SIGTERM."""
    settings = from_environment()
    configure_logging(settings.log_level)
    serve(settings, ensure_model(settings.home, say=lambda line: log.info("model", state=line)))


def serve(settings: Settings, model: Path) -> None:
    """Listen with a trained model until SIGINT or SIGTERM."""
    create_app(settings, model).run(host=settings.host, port=settings.port, workers=1, access_log=False)


if __name__ == "__main__":
    main()
