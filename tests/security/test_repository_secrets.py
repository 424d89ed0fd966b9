"""S20: no secret stands in the repository, and no shop opens to the world with those of a demo."""

import subprocess
from pathlib import Path

import pytest
from detect_secrets import SecretsCollection
from detect_secrets.settings import transient_settings
from pydantic import SecretStr

from common.caller import Role, add_key
from common.settings import ROOT, Settings
from store.session import Database
from tests.gateway_kit import Gateway, running_gateway, settings_for
from web.startup import UnsafeStart, check_settings

KEYS = [
    {"name": f"{name}Detector"}
    for name in (
        "AWSKey", "Artifactory", "AzureStorageKey", "Cloudant", "DiscordBotToken", "GitHubToken", "GitLabToken",
        "IbmCloudIam", "JwtToken", "Mailchimp", "Npm", "OpenAI", "PrivateKey", "PypiToken", "SendGrid", "Slack",
        "Softlayer", "SquareOAuth", "Stripe", "TelegramBotToken", "TwilioKey",
    )
]  # fmt: skip
PASSWORDS = [{"name": "BasicAuthDetector"}, {"name": "KeywordDetector"}]
BINARY = {".onnx", ".safetensors", ".png", ".jpg", ".webp", ".ico", ".woff2"}
KEPT_APART = ("tests/", "assistant/tests/", "docs/")  # passwords of accounts that tests and examples make up


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def texts() -> list[str]:
    """What people write; weights and pictures are known by their checksums instead."""
    return [name for name in tracked() if not name.startswith("models/") and Path(name).suffix not in BINARY]


def found(files: list[Path], plugins: list[dict[str, str]]) -> list[str]:
    secrets = SecretsCollection()
    with transient_settings({"plugins_used": plugins}):
        for file in files:
            secrets.scan_file(str(file))
    return [
        f"{file}:{secret.line_number} {secret.type}"
        for file, secret in secrets
        if not (secret.type == "Secret Keyword" and " " in str(secret.secret_value))  # a sentence on passwords
    ]


def test_no_tracked_file_holds_a_key() -> None:
    """Keys and tokens of known forms, in any file; passwords by their name, in what is not a test."""
    names = texts()
    assert len(names) > 50
    assert found([ROOT / name for name in names], KEYS) == []
    sources = [ROOT / name for name in names if not name.startswith(KEPT_APART) and not name.endswith(".md")]
    assert found(sources, PASSWORDS) == []


def test_the_scan_finds_what_is_planted(tmp_path: Path) -> None:
    """A scan that finds nothing anywhere would prove nothing."""
    planted = tmp_path / "settings.py"
    planted.write_text(
        "AWS = '" + "AKIA" + "Z7VRSQ5TJN2XMPLQ'\n"
        "-----BEGIN " + "PRIVATE KEY-----\n"
        "url = 'https://user:" + "hunter2secret@example.org'\n"
        "password = '" + "kX9-real-looking'\n"
    )
    lines = {hit.rsplit(":", 1)[1].split()[0] for hit in found([planted], KEYS + PASSWORDS)}
    assert lines == {"1", "2", "3", "4"}


def test_no_file_of_secrets_is_tracked() -> None:
    """Neither `.env` nor a key nor the state directory."""
    names = [Path(name) for name in tracked()]
    assert [n for n in names if n.name == ".env" or n.suffix in (".pem", ".key", ".p12") or n.parts[0] == "var"] == []


GOOD = {
    "shopclerk_env": "production",
    "public_url": "https://shop.example",
    "database_url": "postgresql://shop:a-long-random-secret@db/shop",  # pragma: allowlist secret
}
BAD = [
    ({"public_url": "http://shop.example"}, "PUBLIC_URL"),
    ({"demo_password": SecretStr("known to many")}, "DEMO_PASSWORD"),
    ({"allowed_origins": ["*"]}, "ALLOWED_ORIGINS"),
    ({"database_url": None}, "DATABASE_URL"),
    ({"database_url": "postgresql://shop@db/shop"}, "DATABASE_URL"),
    ({"database_url": "postgresql://shop:postgres@db/shop"}, "DATABASE_URL"),
    ({"database_url": "postgresql://shop:change-me@db/shop"}, "DATABASE_URL"),
    ({"smtp_url": SecretStr("smtp://shop:short@mail.example")}, "SMTP_URL"),
    ({"redis_url": "redis://cache:6379/0"}, "REDIS_URL"),
]


def production(**changes: object) -> Settings:
    return Settings(_env_file=None, **(GOOD | changes))


def test_a_production_with_secrets_of_its_own_starts() -> None:
    """The good settings pass, so that the refusals below are about their one change."""
    check_settings(production())


@pytest.mark.parametrize(("change", "name"), BAD)
def test_a_production_with_a_demos_settings_does_not_start(change: dict[str, object], name: str) -> None:
    """The refusal names the setting, and never prints the secret."""
    with pytest.raises(UnsafeStart, match=name) as refusal:
        check_settings(production(**change))
    assert "known to many" not in str(refusal.value)
    assert "short" not in str(refusal.value)


def test_a_demo_starts_with_its_defaults(tmp_path: Path) -> None:
    """Nothing of this gets in the way of trying the shop out."""
    check_settings(settings_for(tmp_path))


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """In a demo too: who has the private key can be anybody."""
    settings = settings_for(tmp_path)
    key = settings.keys_dir / "private" / f"{add_key(settings.keys_dir)}.pem"
    check_settings(settings)
    key.chmod(0o644)
    with pytest.raises(UnsafeStart, match="chmod 600"):
        check_settings(settings)


async def test_a_production_with_demo_accounts_does_not_start(gateway: Gateway, tmp_path: Path) -> None:
    """Their password stands in somebody's terminal; once they are disabled, it starts."""
    await gateway.services.accounts.create("marketer@demo.shop", "a password that was printed", Role.MARKETER)
    settings = {"shopclerk_env": "production", "database_url": GOOD["database_url"]}

    async def start(database: Database) -> None:
        async with running_gateway(tmp_path, database, **settings, public_url="https://shop.test"):
            pass

    with pytest.raises(UnsafeStart, match=r"marketer@demo\.shop"):
        await start(gateway.database)
    await gateway.sql("UPDATE accounts SET disabled = true WHERE email LIKE '%@demo.shop' RETURNING 1")
    await start(gateway.database)
