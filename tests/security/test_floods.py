"""S12: limits by address, by person and by kind of request, each saying when to come back."""

import httpx
import pytest

from tests.gateway_kit import ORIGIN, Gateway
from web.limits import BY_ADDRESS, BY_SUBJECT, Limit, Limiter, network

PICTURES = [f"203.0.113.{number}" for number in range(1, 100)]


def refused(response: httpx.Response) -> bool:
    """Refused as a flood is: 429 in the envelope, retryable, with Retry-After in seconds."""
    if response.status_code != 429:
        return False
    assert response.json()["error"]["code"] == "too_many_requests"
    assert response.json()["error"]["retryable"] is True
    assert 1 <= int(response.headers["Retry-After"]) <= 86_400
    return True


async def test_one_person_may_send_sixty_messages_a_minute(gateway: Gateway) -> None:
    """The sixty-first is refused; another person goes on."""
    guest, other = await gateway.guest(), await gateway.guest()
    answers = [await guest.send(text=f"hello {number}") for number in range(61)]
    assert [refused(answer) for answer in answers] == [False] * 60 + [True]
    assert (await other.send(text="hello")).status_code == 200


async def test_pictures_are_limited_tighter(gateway: Gateway) -> None:
    """Ten a minute, broken ones counted too, from whatever address."""
    guest = await gateway.guest()
    answers = []
    for address in PICTURES[:11]:
        http = gateway.client(address, headers={"Authorization": f"Bearer {guest.token}"})
        answers.append(await http.post("/api/chat/images", files={"image": b"no picture"}))
    assert [refused(answer) for answer in answers] == [False] * 10 + [True]


@pytest.mark.parametrize(
    ("path", "content", "limit"),
    [
        ("/api/session", None, Limit.GUESTS),
        ("/api/session/login", {"email": "{}@example.org", "password": "p"}, Limit.SIGN_IN),
        ("/api/accounts", {"email": "{}@example.org", "password": "short"}, Limit.SIGN_UP),
        ("/api/accounts/reset", {"email": "{}@example.org"}, Limit.RESET),
    ],
)
async def test_one_address_is_limited_at_every_door(gateway: Gateway, path: str, content, limit: Limit) -> None:
    """As the table of limits says; another address still gets in."""
    allowed = int(BY_ADDRESS[limit].partition("/")[0])
    ours = {"Origin": ORIGIN}
    here, there = gateway.client("198.51.100.1", headers=ours), gateway.client("198.51.100.2", headers=ours)

    def numbered(number: int):
        return content and {key: value.format(number) for key, value in content.items()}

    answers = [await here.post(path, json=numbered(number)) for number in range(allowed + 1)]
    assert [refused(answer) for answer in answers] == [False] * allowed + [True]
    assert not refused(await there.post(path, json=numbered(0)))


async def test_mails_to_one_address_are_limited(gateway: Gateway) -> None:
    """Nobody's mailbox is flooded, from however many addresses it is asked."""
    wanted = {"email": "victim@example.org"}
    answers = [await gateway.client(address).post("/api/accounts/reset", json=wanted) for address in PICTURES[:4]]
    assert [refused(answer) for answer in answers] == [False] * 3 + [True]


async def test_pages_and_the_api_are_limited_by_address(gateway: Gateway) -> None:
    """Whatever is asked, known path or not; health checks never are."""
    http = gateway.client("198.51.100.3")
    allowed = int(BY_ADDRESS[Limit.API].partition("/")[0])
    for _ in range(allowed):
        await gateway.services.limiter.count_address(Limit.API, "198.51.100.3")
    assert refused(await http.get("/api/nothing"))
    assert (await http.get("/health/live")).status_code == 200


@pytest.mark.parametrize("limit", list(BY_ADDRESS))
async def test_every_limit_by_address_ends(limit: Limit) -> None:
    """No limit in the table is open-ended."""
    limiter, allowed = Limiter(), int(BY_ADDRESS[limit].partition("/")[0])
    for _ in range(allowed):
        await limiter.count_address(limit, "198.51.100.1")
    with pytest.raises(Exception, match="a lot at once"):
        await limiter.count_address(limit, "198.51.100.1")


def test_every_kind_of_request_has_a_limit() -> None:
    """A new kind cannot be forgotten in both tables."""
    assert set(BY_ADDRESS) | set(BY_SUBJECT) == set(Limit)


def test_an_address_is_what_one_person_holds() -> None:
    """A whole /64 counts as one, and so does an IPv4 address written as IPv6."""
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9") != network("2001:db8:1:3::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1")
    assert network("no address") == "unknown"


async def test_limits_hold_while_redis_is_away() -> None:
    """Each process then counts for itself: neither open to floods nor closed to people."""
    limiter = Limiter("redis://127.0.0.1:1/0")
    for _ in range(60):
        await limiter.count_subject(Limit.CHAT, "g_1")
    with pytest.raises(Exception, match="a lot at once"):
        await limiter.count_subject(Limit.CHAT, "g_1")
