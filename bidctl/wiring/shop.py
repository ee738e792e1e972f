"""A shop's orders, refunds and bills into the ledger, window by window: each is stored together with how far it brings us, so that a
fetch that was stopped goes on where it stood. Nothing is asked of, or told to, the ads platform."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bidctl import wiring
from bidctl.adapters.doudian.endpoints import BILLS, OLDEST, ORDERS, REFUNDS
from bidctl.adapters.doudian.facts import (
    Knowing,
    Reader,
    RowCounts,
    ShopBatch,
    read_bill,
    read_order,
    read_refund,
    read_rows,
)
from bidctl.adapters.doudian.link import ShopApp, ShopLink
from bidctl.adapters.doudian.reads import ShopReads
from bidctl.adapters.openapi.exchange import Retries
from bidctl.adapters.openapi.limits import Quota
from bidctl.adapters.store import SqlLedger
from bidctl.config import Settings
from bidctl.domain.quarantine import Fetched, Taken
from bidctl.domain.values import AccountId, Mode
from bidctl.engine.ports import ReadFailed
from bidctl.problem import Problem, UsageProblem
from bidctl.wiring.words import Say
from bidctl.wording import Wording

DAY_S = 86_400
MARGIN = timedelta(hours=1)
"""Short of what the platform still gives: a window must not grow too old while it is waited for (ours)."""
_Window = Callable[[int, int], Awaitable[list[object]]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of what a shop tells. `again_s`: how far behind the last fetch the next one begins, because the platform shows things
    late (ours): changes within the hour, bills from 15:00 of the next day, and sometimes a day that was short at first."""

    name: str
    method: str
    again_s: int
    window: Callable[[ShopReads], _Window]
    read: Reader


KINDS = (
    _Kind("orders", ORDERS, 3600, lambda reads: reads.orders, read_order),
    _Kind("refunds", REFUNDS, 3600, lambda reads: reads.refunds, read_refund),
    _Kind("bills", BILLS, 4 * DAY_S, lambda reads: reads.bills, read_bill),
)


@dataclass(frozen=True, slots=True)
class Synced:
    """What a fetch has brought so far, `done` (0 to 1) of it. `counts` of the rows read; `assumed`: of some of what is new, when it became
    known was modelled; `lost`: from when to when changes were not fetched and are no longer given; `goes_on`: what `since` asks for
    is older than what was ever asked for, and an earlier fetch was gone on with."""

    until: datetime
    done: float = 0.0
    taken: Taken = field(default_factory=Taken)
    counts: RowCounts = field(default_factory=RowCounts)
    assumed: bool = False
    lost: tuple[datetime, datetime] | None = None
    goes_on: bool = False

    def take(self, batch: ShopBatch, taken: Taken, done: float, assumed: bool) -> Synced:
        new = taken.orders + taken.refunds + taken.bills > 0
        guessed = self.assumed or (assumed and new)
        return replace(self, done=done, taken=self.taken + taken, counts=self.counts + batch.counts, assumed=guessed)


def shop_account(settings: Settings) -> AccountId:
    """Under which account the shop's orders are kept."""
    return AccountId(settings.shop.account or settings.shop.shop_id)


def nothing(settings: Settings) -> Synced:
    """What a fetch has brought before it begins."""
    return Synced(wiring.clock(settings).now())


async def connect_shop(settings: Settings, code: str) -> str:
    """Store the shop's pair of tokens; `code` "" = of the app's own shop. The shop's id. Raises Problem."""
    with wiring.ledger(settings) as ledger:
        async with _link(settings, ledger) as link:
            try:
                await link.tokens.connect(code)
            except ReadFailed as failed:
                raise Problem(Wording.read(failed.why)) from None
    return settings.shop.shop_id


async def sync(settings: Settings, since: datetime | None = None) -> AsyncIterator[Synced]:
    """Fetch everything since the last time (at first: since `since`, else as far back as the platform gives), what came so far after
    each window. Raises Problem; what was fetched by then is stored."""
    account = shop_account(settings)
    with wiring.ledger(settings) as ledger:
        async with _link(settings, ledger) as link:
            try:
                now = link.time.clock.now()
                done = Synced(now)
                for i, kind in enumerate(KINDS):
                    plan = _plan(ledger, account, kind, now, since)
                    done = replace(done, lost=done.lost or plan.lost, goes_on=done.goes_on or plan.goes_on)
                    for k, (begin, end) in enumerate(plan.windows, 1):
                        rows = await kind.window(link.reads)(begin, end)
                        how = Knowing(link.time.clock.now().timestamp(), end <= plan.begun_at)
                        batch = read_rows(rows, kind.read, f"抖店 {kind.method}", how)
                        taken = _store(ledger, account, kind, batch, how, Fetched(end, plan.begun_at, plan.since))
                        done = done.take(batch, taken, (i + k / len(plan.windows)) / len(KINDS), how.assumed)
                        yield done
            except ReadFailed as failed:
                raise Problem(Wording.read(failed.why)) from None


@dataclass(frozen=True, slots=True)
class _Plan:
    windows: list[tuple[int, int]]
    begun_at: float
    since: float
    lost: tuple[datetime, datetime] | None
    goes_on: bool


def _plan(ledger: SqlLedger, account: AccountId, kind: _Kind, now: datetime, since: datetime | None) -> _Plan:
    """Windows (whole seconds, both ends in them) from where the last fetch ended to now; none is both before and after the first look."""
    with ledger.begin() as t:
        before = t.fetched(account, kind.name)
    oldest = (now - OLDEST + MARGIN).timestamp()
    asked = max(oldest, oldest if since is None else since.timestamp())
    first = before.since if before else asked
    begin = math.ceil(asked if before is None else max(oldest, first, before.until - kind.again_s))
    begun_at, until = before.begun_at if before else math.floor(now.timestamp()), math.floor(now.timestamp())
    edges = sorted({*range(begin, until, DAY_S), until, *([math.floor(begun_at)] if begin < begun_at < until else [])})
    lost = (_instant(before.until), _instant(oldest)) if before is not None and before.until < oldest else None
    goes_on = before is not None and since is not None and since.timestamp() < before.since
    return _Plan(list(pairwise(edges)), begun_at, first, lost, goes_on)


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _store(ledger: SqlLedger, account: AccountId, kind: _Kind, batch: ShopBatch, how: Knowing, told: Fetched) -> Taken:
    """One window, and how far it brings us, in one transaction."""
    with ledger.begin() as t:
        taken = t.add_orders(account, batch.facts(), batch.source(f"抖店 {kind.method}", how))
        aside = t.set_aside(account, batch.aside)
        t.save_fetched(account, kind.name, told)
    return replace(taken, aside=taken.aside + aside)


async def shop_warning(settings: Settings) -> Wording | None:
    """What a person must do about the shop's authorisation; None = nothing. Raises Problem where the shop is not set up whole."""
    with wiring.ledger(settings) as ledger:
        async with _link(settings, ledger) as link:
            told = link.tokens.warning()
            return None if told is None else Wording.read(told)


@asynccontextmanager
async def _link(settings: Settings, ledger: SqlLedger) -> AsyncIterator[ShopLink]:
    told = settings.shop
    missing = [name for name in ("app_key", "shop_id") if not getattr(told, name)]
    if missing or not told.app_secret.get_secret_value():
        raise UsageProblem(Say.NO_SHOP(names=", ".join([*missing, *([] if missing else ["app_secret"])])))
    quiet = told.limits == "off"
    pace = None if quiet else Quota(app=told.requests_per_second, endpoint=told.requests_per_second)
    retries = replace(wiring.AT_ONCE if quiet else Retries(), request_s=told.request_timeout_s)
    app = ShopApp(told.app_key, told.app_secret.get_secret_value(), told.shop_id, told.base_url, pace, retries)
    clock = wiring.clock(settings)
    link = ShopLink(app, ledger.tokens, wiring.cipher(settings), clock, wiring.owner_name(Mode.DRY))
    try:
        yield link
    finally:
        await link.close()
