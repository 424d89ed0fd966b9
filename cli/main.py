"""The `shopclerk` command: every sub-command in one place."""

import typer

from cli.chat import chat
from cli.demo import demo_app
from cli.evaluation import evaluate_app
from cli.experiments import app as experiment_app
from cli.imports import import_app
from cli.maintenance import doctor, erase, health, migrate
from cli.policy_command import policy
from cli.training import train_app
from cli.up import up
from cli.users import app as user_app
from cli.words_evaluation import answers, mood

app = typer.Typer(help="The open-source shop assistant.", no_args_is_help=True, pretty_exceptions_enable=False)
for command in (up, chat, migrate, health, doctor, erase):
    app.command()(command)
for command in (answers, mood):
    evaluate_app.command()(command)
evaluate_app.command()(policy)
for name, group in {
    "import": import_app,
    "demo": demo_app,
    "train": train_app,
    "evaluate": evaluate_app,
    "experiment": experiment_app,
    "user": user_app,
}.items():
    app.add_typer(group, name=name)

if __name__ == "__main__":
    app()
