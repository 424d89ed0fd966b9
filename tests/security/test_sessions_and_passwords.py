"""S10 and S11: sessions cannot be planted or outlived; passwords are kept and tried as they should be."""

import re
import secrets
import statistics
import time

import pytest

from common.caller import Role
from tests.gateway_kit import ORIGIN, PASSWORD, Gateway
from web.accounts.passwords import Passwords

NEW_PASSWORD = "another long password"


async def account(gateway: Gateway, role: Role = Role.SHOPPER) -> str:
    email = f"{secrets.token_hex(6)}@example.org"
    await gateway.services.accounts.create(email, PASSWORD, role)
    return email


async def test_signing_in_gives_a_new_id_and_ends_the_old_one(gateway: Gateway) -> None:
    """A session planted before the sign-in never becomes a signed-in one."""
    http = gateway.client(headers={"Origin": ORIGIN})
    planted = (await http.post("/api/session")).json()["token"]
    email = await account(gateway)
    signed_in = await http.post("/api/session/login", json={"email": email, "password": PASSWORD})
    assert signed_in.json()["role"] == "shopper"
    assert signed_in.json()["token"] != planted
    assert http.cookies["shopclerk_session"] == signed_in.json()["token"]
    used = await gateway.client().get("/api/chat/history", headers={"Authorization": f"Bearer {planted}"})
    assert used.status_code == 401


async def test_signing_out_ends_the_session_on_the_server(gateway: Gateway) -> None:
    """A copied cookie is worth nothing afterwards."""
    person = await gateway.person(Role.SHOPPER)
    assert (await person.http.get("/api/chat/history")).status_code == 200
    assert (await person.http.delete("/api/session")).status_code == 204
    assert (await person.http.get("/api/chat/history")).status_code == 401


async def test_sessions_end_by_themselves_and_with_the_account(gateway: Gateway) -> None:
    """Past its time, or when the account is disabled, a session does not exist."""
    old, disabled = await gateway.person(Role.SHOPPER), await gateway.person(Role.MARKETER)
    await old.ask("hello")
    await disabled.ask("hello")
    await gateway.sql(
        "UPDATE sessions SET expires_at = now() WHERE subject = :s RETURNING 1", s=gateway.caller(0).subject
    )
    await gateway.sql(
        "UPDATE accounts SET disabled = true WHERE public_id = :s RETURNING 1", s=gateway.caller(1).subject
    )
    assert (await old.http.get("/api/chat/history")).status_code == 401
    assert (await disabled.http.get("/api/chat/history")).status_code == 401


async def test_only_hashes_are_kept(gateway: Gateway) -> None:
    """Neither session tokens nor passwords stand in the database."""
    email = await account(gateway)
    person = await gateway.sign_in(email)
    rows = str(await gateway.sql("SELECT a.*, s.* FROM accounts a, sessions s WHERE a.email = :email", email=email))
    assert email in rows
    assert person.token not in rows
    assert PASSWORD not in rows


def test_passwords_are_hashed_with_argon2id() -> None:
    """The library's current recommendation, or stronger."""
    hashed = Passwords()._hasher.hash("anything")
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", hashed)
    assert found
    memory, passes, _ = map(int, found.groups())
    assert memory >= 19_456
    assert passes >= 2


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaa", "x" * 129, "someone@example.org"])
async def test_weak_passwords_are_refused(gateway: Gateway, password: str) -> None:
    """With a reason, and nothing is made."""
    response = await gateway.client().post("/api/accounts", json={"email": "someone@example.org", "password": password})
    assert response.status_code in (400, 422)
    assert await gateway.sql("SELECT 1 FROM accounts WHERE email = 'someone@example.org'") == []


async def test_unknown_addresses_answer_the_same_and_as_slowly(gateway: Gateway) -> None:
    """Neither words nor time tell whether there is an account."""
    real = Passwords()  # at its real cost, so that a skipped hash would show
    hashed = await real.hash(PASSWORD)
    known, unknown = [], []
    for _ in range(5):
        for times, stored in ((known, hashed), (unknown, None)):
            started = time.perf_counter()
            assert not await real.verify(stored, "wrong")
            times.append(time.perf_counter() - started)
    assert 0.5 < statistics.median(unknown) / statistics.median(known) < 2
    email, http = await account(gateway), gateway.client()
    answers = [
        await http.post("/api/session/login", json={"email": name, "password": "wrong"})
        for name in (email, "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert len({answer.json()["error"]["message"] for answer in answers}) == 1


async def tries(gateway: Gateway, email: str, *, address: str, count: int) -> list[int]:
    http = gateway.client(address)
    answers = [
        await http.post("/api/session/login", json={"email": email, "password": f"wrong {number}"})
        for number in range(count)
    ]
    return [answer.status_code for answer in answers]


async def test_an_account_locks_after_five_wrong_passwords(gateway: Gateway) -> None:
    """From wherever they come, and then even the right one has to wait."""
    email = await account(gateway)
    seen = [(await tries(gateway, email, address=f"198.51.100.{number}", count=1))[0] for number in range(7)]
    assert seen == [401] * 5 + [429] * 2
    right = await gateway.client("192.0.2.1").post("/api/session/login", json={"email": email, "password": PASSWORD})
    assert right.status_code == 429
    assert int(right.headers["Retry-After"]) > 0


async def test_the_lock_outlives_the_process(gateway: Gateway, tmp_path) -> None:
    """It stands with the account, not only in memory."""
    from tests.gateway_kit import running_gateway

    email = await account(gateway)
    await tries(gateway, email, address="198.51.100.1", count=5)
    async with running_gateway(tmp_path, gateway.database) as restarted:
        login = {"email": email, "password": PASSWORD}
        assert (await restarted.client().post("/api/session/login", json=login)).status_code == 429


async def test_a_lock_does_not_tell_whether_there_is_an_account(gateway: Gateway) -> None:
    """Addresses without an account lock just the same."""
    known, unknown = await account(gateway), f"{secrets.token_hex(6)}@example.org"
    one = await tries(gateway, known, address="198.51.100.1", count=6)
    other = await tries(gateway, unknown, address="198.51.100.2", count=6)
    assert one == other == [401] * 5 + [429]


async def test_an_address_that_tries_many_accounts_is_locked(gateway: Gateway) -> None:
    """One guess at each of many accounts is no way around."""
    seen = [
        (await tries(gateway, f"user{number}@example.org", address="198.51.100.9", count=1))[0] for number in range(30)
    ]
    assert 429 in seen
    other = await tries(gateway, "user@example.org", address="198.51.100.10", count=1)
    assert other == [401]


async def test_the_right_password_forgets_the_wrong_ones(gateway: Gateway) -> None:
    """Four slips, then right: the count begins anew."""
    email = await account(gateway)
    for _ in range(2):
        assert await tries(gateway, email, address="198.51.100.1", count=4) == [401] * 4
        await gateway.sign_in(email)


async def reset_token(gateway: Gateway, email: str) -> str:
    response = await gateway.client().post("/api/accounts/reset", json={"email": email})
    assert response.status_code == 202
    await gateway.services.accounts.finish_mails()
    found = re.search(r"\?token=([\w-]+)", gateway.mail.sent[-1].get_content())
    assert found
    return found.group(1)


async def confirm(gateway: Gateway, token: str, password: str = NEW_PASSWORD) -> int:
    content = {"token": token, "password": password}
    return (await gateway.client().post("/api/accounts/reset/confirm", json=content)).status_code


async def test_a_mailed_link_sets_a_new_password_once(gateway: Gateway) -> None:
    """It ends the account's sessions, lifts a lock, and works a single time; only its hash is kept."""
    email = await account(gateway)
    before = await gateway.sign_in(email)
    await tries(gateway, email, address="198.51.100.1", count=5)
    token = await reset_token(gateway, email)
    assert token not in str(await gateway.sql("SELECT * FROM password_resets"))
    assert gateway.mail.sent[-1]["To"] == email
    assert await confirm(gateway, token) == 204
    assert await confirm(gateway, token) == 422
    assert (await before.http.get("/api/chat/history")).status_code == 401
    await gateway.sign_in(email, NEW_PASSWORD)
    old = await gateway.client().post("/api/session/login", json={"email": email, "password": PASSWORD})
    assert old.status_code == 401


async def test_links_age_and_newer_ones_replace_older_ones(gateway: Gateway) -> None:
    """An hour, and only the newest."""
    email = await account(gateway)
    first, second = await reset_token(gateway, email), await reset_token(gateway, email)
    assert await confirm(gateway, first) == 422
    await gateway.sql("UPDATE password_resets SET expires_at = now() RETURNING 1")
    assert await confirm(gateway, second) == 422
    assert await confirm(gateway, "invented") == 422


async def test_a_weak_new_password_does_not_use_the_link_up(gateway: Gateway) -> None:
    """The link still works for a better one."""
    token = await reset_token(gateway, await account(gateway))
    assert await confirm(gateway, token, "short") == 422
    assert await confirm(gateway, token) == 204


async def test_asking_for_a_link_never_tells_whether_there_is_an_account(gateway: Gateway) -> None:
    """The same answer for both, and a mail for one."""
    email, http = await account(gateway), gateway.client()
    answers = [await http.post("/api/accounts/reset", json={"email": name}) for name in (email, "nobody@example.org")]
    await gateway.services.accounts.finish_mails()
    assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"")] * 2
    assert [mail["To"] for mail in gateway.mail.sent] == [email]


async def test_sign_ins_are_in_the_audit(gateway: Gateway) -> None:
    """Those that worked and those that did not, without the address or the password."""
    email = await account(gateway)
    await tries(gateway, email, address="198.51.100.1", count=1)
    await gateway.sign_in(email)
    rows = await gateway.sql(
        "SELECT action, outcome, detail FROM audit JOIN accounts ON actor = public_id WHERE email = :email ORDER BY "
        "audit.id",
        email=email,
    )
    assert [(row.action, row.outcome) for row in rows] == [("sign_in", "refused"), ("sign_in", "allowed")]
    assert email not in str(rows)
