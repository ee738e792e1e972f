"""The only place that knows modes: a mode is a row of parts."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import weakref
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bidctl import __version__, catalog
from bidctl.adapters.clock import EmulatorClock, SystemClock
from bidctl.adapters.http import httpx
from bidctl.adapters.notify import Feishu, Notify, Sender, Webhook
from bidctl.adapters.openapi.exchange import Retries
from bidctl.adapters.openapi.keeper import TokenKeeper
from bidctl.adapters.openapi.limits import Quota
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.endpoints import PACE
from bidctl.adapters.qianchuan.link import App, Link
from bidctl.adapters.qianchuan.reads import CAPABILITIES
from bidctl.adapters.secrets import Cipher, load_cipher
from bidctl.adapters.store import SqlLedger, open_ledger
from bidctl.config import Settings
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.reasons import Alert
from bidctl.domain.values import AccountId, Capabilities, Mode
from bidctl.engine.mixed import Book
from bidctl.engine.ports import CONTROLLER_LEASE, Clock, Notice, Notifier, PlatformReads, PlatformWriter
from bidctl.engine.records import Signature
from bidctl.engine.session import Session, Standby
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.problem import Problem, SafetyProblem, UsageProblem
from bidctl.wiring.receipts import BilledReceipts
from bidctl.wiring.tables import TableFiles
from bidctl.wiring.words import Say
from bidctl.wording import Wording

AT_ONCE = Retries(first_wait_s=0.0, longest_wait_s=0.0, jitter_s=0.0)
"""Of an emulator without limits, which is not waited for."""
WRITING = frozenset({Mode.APPROVE, Mode.LIVE})
"""Modes that are given a writer."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run stands on. `writer` None = it cannot write."""

    settings: Settings
    mode: Mode
    clock: Clock
    ledger: SqlLedger
    reads: PlatformReads
    writer: PlatformWriter | None
    tokens: TokenKeeper
    client: ReadClient
    notifier: Notifier
    rules: RuleSettings
    sign: Signature
    owner: str


def clock(settings: Settings) -> Clock:
    """The machine's clock, or an emulator's on loopback."""
    return emulator_clock(settings) if settings.platform.clock == "emulator" else SystemClock()


def emulator_clock(settings: Settings) -> EmulatorClock:
    """Virtual time of the emulator at `base_url`; the configuration has made sure that it is on loopback."""
    client = httpx.Client(base_url=f"{settings.platform.base_url}/_emulator", timeout=60, trust_env=False, verify=False)

    def advance(seconds: float) -> datetime:
        answer = client.post("/advance", json={"seconds": seconds}).raise_for_status().json()
        return datetime.fromisoformat(answer["now"])

    try:
        answer = client.get("/clock").json()
        found = EmulatorClock(datetime.fromisoformat(answer["now"]), float(answer["speed"]), advance=advance)
        weakref.finalize(found, client.close)
        return found
    except (httpx.HTTPError, ValueError, KeyError) as error:
        told = Say.NO_EMULATOR_CLOCK(url=settings.platform.base_url, error=type(error).__name__)
        raise Problem(told) from None


def kill_file(settings: Settings) -> Path:
    """R-KILL's file; its being there, or unreadable, stops all writes."""
    return Path(settings.run.kill_file)


def rule_settings(settings: Settings) -> RuleSettings:
    """The rulebook's numbers with the operator's on top. Raises UsageProblem where one is unknown or loosens a rule."""
    try:
        return RuleSettings.read(settings.rules)
    except ValueError as error:
        raise UsageProblem(Wording.read(str(error))) from None


def policy_of(policy_id: str) -> Policy:
    """The policy that a stored decision names."""
    return catalog.load(catalog.reference_of(policy_id))


def settings_hash(settings: Settings) -> str:
    """Fingerprint of everything that bears on decisions; secrets are not among it."""
    told = settings.model_dump_json(
        exclude={"notify": True, "shop": True, "store": True, "platform": {"app_secret"}, "run": {"language"}}
    )
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def owner_name(mode: Mode) -> str:
    """Unique to this process: its mode, host, pid and a nonce (a pid can come again)."""
    return f"{mode.value}@{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def at_work(ledger: SqlLedger) -> Mode | None:
    """The mode of the process that holds the lease of this database, None where none does."""
    holder = ledger.lease_holder(CONTROLLER_LEASE, SystemClock().now())
    return next((mode for mode in Mode if holder is not None and holder.startswith(f"{mode.value}@")), None)


def taker(ledger: SqlLedger, asked: Mode | None, what: str) -> tuple[Mode, bool]:
    """The mode whose run takes up what a person leaves in the ledger, and whether such a run is at work. `asked`: the person's
    own choice, else that of the run at work, else live. Raises SafetyProblem where the run at work would not take it up."""
    working = at_work(ledger)
    mode = asked or (working if working in WRITING else None) or Mode.LIVE
    if mode not in WRITING:
        raise SafetyProblem(Say.NOT_SENT_BY_ANY(what=what, mode=mode.value))
    if working is not None and working is not mode:
        phrase = Say.OTHER_MODE if working in WRITING else Say.CANNOT_WRITE
        raise SafetyProblem(phrase(what=what, working=working.value, mode=mode.value))
    return mode, working is not None


@contextmanager
def ledger(settings: Settings) -> Iterator[SqlLedger]:
    """The ledger, opened and checked. Raises Problem with one line."""
    opened = open_ledger(settings.store.url, clock(settings).now(), kill_file=kill_file(settings))
    try:
        yield opened
    finally:
        opened.close()


@asynccontextmanager
async def parts(settings: Settings, mode: Mode) -> AsyncIterator[Parts]:
    """All parts of a mode. A writer is built for `approve` and `live` only, behind the ownership guard and R-STOPLOSS."""
    if mode in WRITING:
        _may_write(settings, mode)
    time = clock(settings)
    async with AsyncExitStack() as stack:
        opened = stack.enter_context(ledger(settings))
        owner = owner_name(mode)
        link = Link(
            _app(settings), opened.tokens, cipher(settings), time, owner, capabilities=_capabilities(settings, time)
        )
        stack.push_async_callback(link.close)
        writer = link.writer() if mode in WRITING else None
        notifier = await _notifier(settings, stack)
        sign = Signature(mode, settings_hash(settings), __version__)
        yield Parts(
            settings, mode, time, opened, link.reads, writer, link.tokens, link.reads.client, notifier,
            rule_settings(settings), sign, owner,
        )  # fmt: skip


def session(p: Parts, pace: float = 1.0) -> Session:
    """The run of these parts over every enrolled account (and those the configuration names). `pace`: the fastest an
    emulator's clock will run during it, where that is more than it does now."""
    enrolments = _with_limits(p)
    accounts = sorted({e.account for e in enrolments} | {AccountId(a) for a in p.settings.run.accounts})
    billed = BilledReceipts(p.ledger, p.clock, accounts, p.rules.cash_share)
    return Session(
        accounts, p.reads, p.writer, p.ledger, p.clock, p.notifier, book(enrolments), p.rules, p.sign, p.owner,
        tables=TableFiles(p.settings.tables, billed), lease_s=p.settings.run.lease_s, pace=max(pace, speed(p.clock)), real=SystemClock(),
    )  # fmt: skip


def _with_limits(p: Parts) -> tuple[Enrolment, ...]:
    """All enrolments, the stop-loss limits being those that the configuration says now, not on the day of enrolment: a run
    that starts because limits were set must keep them (R-STOPLOSS)."""
    with p.ledger.begin() as t:
        stored = t.enrolments()
    told = p.settings.stoploss
    if not told.is_set:
        return stored
    limits: dict[str, Any] = {
        "stoploss_spend": _limit(told.spend_without_orders), "stoploss_loss": _limit(told.loss_of_day), "stoploss_set": True,
        "resume_at_midnight": told.resume_at_midnight,
    }  # fmt: skip
    if all(replace(e, **limits) == e for e in stored):
        return stored
    with p.ledger.begin(durable=True) as t:
        for e in t.enrolments():  # read again: what a person took back meanwhile stays so
            t.enrol(replace(e, **limits))
        return t.enrolments()


def _limit(told: float | str) -> float | None:
    return float(told) if isinstance(told, int | float) else None


async def opened(run: Session, p: Parts, what: str) -> None:
    """Open a session, or say who is at work. Raises SafetyProblem."""
    try:
        await run.open()
    except Standby:
        raise SafetyProblem(Say.TAKEN(what=what, place=p.ledger.place)) from None


def book(enrolments: Sequence[Enrolment]) -> Book:
    """The policies that these enrolments name. Raises UsageProblem where one cannot be loaded."""
    references = dict.fromkeys(e.policy for e in enrolments)
    loaded = {r: catalog.load(r) for r in references}
    return Book({r: (catalog.policy_id(p), p) for r, p in loaded.items()})


def speed(clock: Clock) -> float:
    """Virtual seconds a real one; 1 for the machine's clock."""
    return getattr(clock, "speed", 1.0) or 1.0


async def warn_of_token(p: Parts) -> None:
    """Tell people when the authorisation ends within 7 days."""
    warning = p.tokens.warning()
    if warning is not None:
        now = p.clock.now()
        await p.notifier.notify([Notice(Alert.TOKEN, AccountId("-"), None, p.mode, now, warning, "TOKEN")])


def _may_write(settings: Settings, mode: Mode) -> None:
    catalog.check_ownership()
    if not settings.stoploss.is_set:
        raise SafetyProblem(Say.STOPLOSS_UNSET(mode=mode.value))


def _app(settings: Settings) -> App:
    """The registered app. An emulator without limits is not waited for between the tries of a read either."""
    told, life = settings.platform, settings.platform.request_timeout_s
    retries = AT_ONCE if told.limits == "off" else Retries()
    secret = told.app_secret.get_secret_value()
    return App(told.app_id, secret, told.base_url, _quota(settings), replace(retries, request_s=life))


def _capabilities(settings: Settings, time: Clock) -> Capabilities:
    """The platform's, with the life of a request as it is set, in the clock's own seconds: the gate's deadlines rest on it."""
    return replace(CAPABILITIES, request_timeout_s=settings.platform.request_timeout_s * max(1.0, speed(time)))


def _quota(settings: Settings) -> Quota | None:
    if settings.platform.limits == "off":
        return None
    return Quota(advertiser=settings.platform.requests_per_second, endpoints=PACE)


def cipher(settings: Settings) -> Cipher:
    """The key of stored tokens. Raises Problem."""
    return load_cipher(key_file(settings))


def key_file(settings: Settings) -> Path:
    """Where the key of stored tokens lies: outside the database."""
    return Path(settings.run.key_file)


async def _notifier(settings: Settings, stack: AsyncExitStack) -> Notify:
    senders: list[Sender] = []
    told = settings.notify
    if told.webhook or told.feishu:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=5.0, trust_env=False))

        async def post(url: str, body: dict[str, object]) -> str:
            return (await client.post(url, json=body)).raise_for_status().text

        if told.webhook:
            senders.append(Webhook(told.webhook, post))
        if told.feishu:
            senders.append(Feishu(told.feishu, told.feishu_secret.get_secret_value(), post))
    return Notify(senders, settings.run.language)
