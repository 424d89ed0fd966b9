"""`shopclerk up`: everything from an empty folder to a shop that answers, with progress, and a clean stop."""

import time
from collections.abc import Callable

import psycopg
import typer
from rich.console import Console

from cli.demo import load_with_progress
from cli.processes import processes, taken
from cli.state import Store, demo_password, export, prepare_home
from cli.supervisor import Supervisor
from cli.training import run_training
from common.errors import Conflict
from common.settings import Settings, settings
from store.migrate import upgrade

console = Console()


def up() -> None:
    """Start the database, the demo store, the assistant and the shop; Ctrl-C stops them."""
    config = settings()
    _refuse_taken_ports(config)
    prepare_home(config)
    password = demo_password(config) if config.shopclerk_env == "demo" else None
    with Store(config) as store:
        _step("Database", lambda: upgrade(store.url))
        environment = export(config, store.url)
        if password and not _has_demo(config, store.url):
            password = None
        if _has_orders(store.url) and not any(config.trained_dir.glob("forecasting/*/*.safetensors")):
            _step("Forecasting's model", lambda: run_training("forecasting-quick", environment, config.logs_dir))
        if _has_orders(store.url) and not any(config.trained_dir.glob("recommender/*")):
            _step("Recommender's model", lambda: run_training("recommender-quick", environment, config.logs_dir))
        _step("Assistant's model", lambda: run_training("assistant", environment, config.logs_dir))
        _serve(config, environment, password)
    console.print("Stopped.")


def _refuse_taken_ports(config: Settings) -> None:
    for process in processes(config):
        if taken(process):
            name = "WEB_PORT" if process.name == "web" else f"{process.name.upper()}_URL"
            console.print(
                f"[red]Port {process.port} is taken[/red], and {process.name} needs it. "
                f"Stop what listens there, or choose another with {name} in .env."
            )
            raise typer.Exit(1)


def _step(title: str, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    console.print(f"  {title} ready ({time.perf_counter() - started:.1f} s)")


def _has_demo(config: Settings, url: str) -> bool:
    """Make the demo store and its accounts whole; False for a store with products of its own, which is left alone."""
    started = time.perf_counter()
    try:
        load_with_progress(config, url)
    except Conflict:
        console.print("  This store has products of its own: no demo, no demo accounts")
        return False
    console.print(f"  Demo store ready ({time.perf_counter() - started:.1f} s)")
    return True


def _has_orders(url: str) -> bool:
    """A shop without sales has no seasons and no tastes to learn yet: its forecasts say that there is too little data,
    and its first recommender is trained at night."""
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT EXISTS (SELECT FROM orders)").fetchone() == (True,)


def _serve(config: Settings, environment: dict[str, str], password: str | None) -> None:
    supervisor = Supervisor(processes(config), environment, config.shopclerk_home)
    failed: list[str] = []

    def tell_failure(name: str) -> None:
        failed.append(name)
        lines = supervisor.log_file(name).read_text(errors="replace").splitlines()[-15:]
        console.print(f"[red]{name} did not start.[/red] Its last words ({supervisor.log_file(name)}):")
        console.print("\n".join(lines), markup=False)

    supervisor.run(
        on_ready=lambda name: console.print(f"  {name} ready"),
        on_all=lambda: _welcome(config, password),
        on_failure=tell_failure,
    )
    if failed:
        raise typer.Exit(1)


def _welcome(config: Settings, password: str | None) -> None:
    console.print(f"\n[bold]Shopclerk is open:[/bold] {config.public_url}")
    if password:
        console.print("Sign in as shopper@demo.shop, marketer@demo.shop or agent@demo.shop")
        console.print(f"Password: {password}", markup=False)
    console.print("Ctrl-C stops it.\n")
