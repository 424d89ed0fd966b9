"""`shopclerk up`: everything from an empty folder to a shop that answers, with progress, and a clean stop."""

import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.processes import processes, taken
from cli.state import Store, demo_password, export, prepare_home
from cli.supervisor import Supervisor
from common.settings import ROOT, Settings, settings
from store.demo.load import load as load_demo
from store.migrate import upgrade

ASSISTANT_PYTHON = ROOT / "assistant" / ".venv" / "bin" / "python"
console = Console()


def up() -> None:
    """Start the database, the demo store, the assistant and the shop; Ctrl-C stops them."""
    config = settings()
    _refuse_taken_ports(config)
    prepare_home(config)
    password = demo_password(config) if config.shopclerk_env == "demo" else None
    with Store(config) as store:
        _step("Database", lambda: upgrade(store.url))
        if password:
            _ensure_demo(config, store.url, password)
        environment = export(config, store.url)
        _step("Assistant's model", lambda: train_assistant(environment, config.logs_dir))
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


def _ensure_demo(config: Settings, url: str, password: str) -> None:
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT EXISTS (SELECT FROM products)").fetchone() == (True,):
            return
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("Demo store", total=1.0)
        load_demo(
            url,
            config.images_dir,
            today=datetime.now(UTC).date(),
            password=password,
            progress=lambda what, done: progress.update(task, description=f"Demo store: {what}", completed=done),
        )


def train_assistant(environment: dict[str, str], logs_dir: Path) -> None:
    """Train Rasa when its data or code changed; what Rasa prints goes to `training.log`."""
    command, log = [str(ASSISTANT_PYTHON), "-m", "assistant.train"], logs_dir / "training.log"
    with console.status("Training the assistant, about a minute"), log.open("wb") as output:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    if done.returncode:
        console.print(f"[red]The assistant could not be trained.[/red] The end of {log}:")
        console.print("\n".join(log.read_text(errors="replace").splitlines()[-15:]), markup=False)
        raise typer.Exit(1)


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
        console.print(
            f"Sign in as shopper@demo.shop, marketer@demo.shop or agent@demo.shop; password: {password}", markup=False
        )
    console.print("Ctrl-C stops it.\n")
