"""Tokens: refreshed early, by one at a time, stored before use, and a clear line where only a person can help."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet

from bidctl.adapters.http import http_client, httpx
from bidctl.adapters.openapi.errors import NeedsAuthorisation, NetworkFailed
from bidctl.adapters.openapi.exchange import PlatformTime
from bidctl.adapters.openapi.guard import AllowListTransport
from bidctl.adapters.openapi.keeper import TokenKeeper
from bidctl.adapters.qianchuan.endpoints import OAUTH_CALLS
from bidctl.adapters.qianchuan.oauth import OAuth, authorise_url
from bidctl.adapters.secrets import Cipher
from bidctl.engine.ports import ReadFailed
from tests.adapters.qianchuan.fakes import FakeClock, envelope
from tests.fakes.token_store import MemoryStore

APP = "1700000000000001"
DAY = 86400


class TokenServer:
    """Hands out numbered pairs; a refresh token works once."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, object]] = []
        self.alive = "refresh-0"
        self.count = 0
        self.next: httpx.Response | Exception | None = None
        self.lose_reply = False

    async def handle(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.bodies.append(body)
        await asyncio.sleep(0)  # let others try to refresh too
        if self.next is not None:
            answer, self.next = self.next, None
            if isinstance(answer, Exception):
                raise answer
            return answer
        if "refresh_token" in body and body["refresh_token"] != self.alive:
            return envelope(None, 40107, "refresh token used")
        self.count += 1
        self.alive = f"refresh-{self.count}"
        if self.lose_reply:
            self.lose_reply = False
            raise httpx.ReadTimeout("lost")
        pair = {"access_token": f"access-{self.count}", "refresh_token": self.alive}
        return envelope(pair | {"expires_in": DAY, "refresh_token_expires_in": 30 * DAY})


class World:
    def __init__(self) -> None:
        self.clock, self.store, self.server = FakeClock(), MemoryStore(), TokenServer()
        self.cipher = Cipher(Fernet.generate_key().decode(), "test")

    def keeper(self, owner: str = "one") -> TokenKeeper:
        transport = AllowListTransport(httpx.MockTransport(self.server.handle), OAUTH_CALLS)
        http = http_client("https://api.test", transport)
        oauth = OAuth(http, PlatformTime(self.clock), APP, "app-secret")
        return TokenKeeper(self.store, self.cipher, oauth, self.clock, APP, owner)


@pytest.fixture
async def world() -> World:
    world = World()
    await world.keeper().connect("auth-code-1")
    return world


async def test_a_code_becomes_an_encrypted_stored_pair(world: World) -> None:
    assert world.server.bodies == [{"app_id": int(APP), "secret": "app-secret", "auth_code": "auth-code-1"}]
    assert world.store.row is not None and world.store.row.version == 1
    assert b"access" not in world.store.row.sealed and b"refresh" not in world.store.row.sealed
    assert json.loads(world.cipher.open(world.store.row.sealed)) == ["access-1", "refresh-1"]


async def test_a_token_is_used_until_five_minutes_before_its_end(world: World) -> None:
    keeper = world.keeper()
    await world.clock.sleep(DAY - 301)
    assert await keeper.access_token() == "access-1"
    await world.clock.sleep(1)
    assert await keeper.access_token() == "access-2"
    assert world.server.bodies[-1] == {"app_id": int(APP), "secret": "app-secret", "refresh_token": "refresh-1"}


async def test_many_tasks_at_once_refresh_once(world: World) -> None:
    keeper = world.keeper()
    await world.clock.sleep(DAY)
    assert set(await asyncio.gather(*(keeper.access_token() for _ in range(20)))) == {"access-2"}
    assert len(world.server.bodies) == 2


async def test_two_processes_at_once_refresh_once(world: World) -> None:
    one, two = world.keeper("one"), world.keeper("two")
    await world.clock.sleep(DAY)
    assert await asyncio.gather(one.access_token(), two.access_token()) == ["access-2", "access-2"]
    assert len(world.server.bodies) == 2


async def test_a_pair_another_process_stored_is_taken_without_a_request(world: World) -> None:
    one, two = world.keeper("one"), world.keeper("two")
    await one.access_token()
    await world.clock.sleep(DAY)
    await two.access_token()
    assert await one.access_token() == "access-2" and len(world.server.bodies) == 2


async def test_a_rejected_token_is_renewed_once(world: World) -> None:
    keeper = world.keeper()
    token = await keeper.access_token()
    await keeper.reject(token)
    assert await keeper.access_token() == "access-2"
    await keeper.reject(token)  # a late refusal of the old one
    assert await keeper.access_token() == "access-2"
    assert len(world.server.bodies) == 2


async def test_the_new_pair_is_stored_before_anybody_uses_it(world: World) -> None:
    keeper = world.keeper()
    await world.clock.sleep(DAY)
    world.store.broken = True
    with pytest.raises(NeedsAuthorisation, match="could not be stored"):
        await keeper.access_token()
    assert world.store.row is not None and world.store.row.version == 1
    with pytest.raises(NeedsAuthorisation):  # what was not stored was not kept either
        await keeper.access_token()


async def test_a_refresh_that_was_sent_is_stored_though_its_caller_gave_up(world: World) -> None:
    keeper = world.keeper()
    await world.clock.sleep(DAY)
    caller = asyncio.ensure_future(keeper.access_token())
    while len(world.server.bodies) < 2:
        await asyncio.sleep(0)
    caller.cancel()
    second = await keeper.access_token()
    assert caller.cancelled() and second == "access-2" and len(world.server.bodies) == 2
    assert json.loads(world.cipher.open(world.store.row.sealed)) == ["access-2", "refresh-2"]  # type: ignore[union-attr]


async def test_40107_first_looks_whether_another_process_has_refreshed(world: World) -> None:
    keeper, other = world.keeper("one"), world.keeper("two")
    await keeper.access_token()
    await world.clock.sleep(DAY)
    used = envelope(None, 40107, "used")

    async def refreshed_meanwhile(request: httpx.Request) -> httpx.Response:
        world.server.handle = original  # type: ignore[method-assign]
        world.store.holder = None  # as if our lease had run out while we were stopped
        await other.access_token()
        return used

    original = world.server.handle
    world.server.handle = refreshed_meanwhile  # type: ignore[method-assign]
    keeper = world.keeper("one")
    assert await keeper.access_token() == "access-2"


@pytest.mark.parametrize("code", [40103, 40107])
async def test_a_dead_refresh_token_needs_a_person(world: World, code: int) -> None:
    await world.clock.sleep(DAY)
    world.server.next = envelope(None, code, "dead")
    with pytest.raises(NeedsAuthorisation) as error:
        await world.keeper().access_token()
    assert "bidctl connect" in error.value.why and str(code) in error.value.why and "\n" not in error.value.why


async def test_a_lost_reply_says_so_and_the_next_try_needs_a_person(world: World) -> None:
    keeper = world.keeper()
    await world.clock.sleep(DAY)
    world.server.lose_reply = True
    with pytest.raises(NeedsAuthorisation, match="reply to a token refresh was lost"):
        await keeper.access_token()
    with pytest.raises(NeedsAuthorisation, match="40107"):
        await keeper.access_token()


async def test_a_refresh_that_never_left_is_no_loss(world: World) -> None:
    keeper = world.keeper()
    await world.clock.sleep(DAY)
    world.server.next = httpx.ConnectError("refused")
    with pytest.raises(NetworkFailed):
        await keeper.access_token()
    assert await keeper.access_token() == "access-2"


async def test_no_request_after_the_refresh_token_has_ended(world: World) -> None:
    await world.clock.sleep(30 * DAY)
    with pytest.raises(NeedsAuthorisation):
        await world.keeper().access_token()
    assert len(world.server.bodies) == 1


async def test_never_authorised_is_said() -> None:
    world = World()
    with pytest.raises(NeedsAuthorisation, match="never authorised"):
        await world.keeper().access_token()
    assert "not authorised" in (world.keeper().warning() or "")


async def test_the_operator_is_warned_seven_days_before(world: World) -> None:
    keeper = world.keeper()
    await world.clock.sleep(23 * DAY - 1)
    assert keeper.warning() is None
    await world.clock.sleep(1)
    assert "bidctl connect" in (keeper.warning() or "")
    await world.clock.sleep(7 * DAY)
    assert "ended" in (keeper.warning() or "")


async def test_a_lease_nobody_gives_back_runs_out(world: World) -> None:
    await world.clock.sleep(DAY)
    world.store.acquire_refresh(APP, "dead process", world.clock.now(), 60)
    assert await world.keeper().access_token() == "access-2"


def test_secrets_do_not_show_in_representations(world: World) -> None:
    assert world.store.row is not None
    keeper = world.keeper()
    assert "access-1" not in repr(keeper._load())


def test_the_page_a_person_opens() -> None:
    url = urlsplit(authorise_url(APP, "state-1"))
    assert url.hostname == "qianchuan.jinritemai.com"
    assert parse_qs(url.query) == {"app_id": [APP], "state": ["state-1"], "material_auth": ["1"]}
    assert parse_qs(urlsplit(authorise_url(APP, "s", "https://a.example/cb")).query)["redirect_uri"] == [
        "https://a.example/cb"
    ]


async def test_a_pair_that_our_key_does_not_open_is_one_line(world: World) -> None:
    world.cipher = Cipher(Fernet.generate_key().decode(), "key file")
    with pytest.raises(ReadFailed, match=r"key file: .*does not open"):
        await world.keeper().access_token()
