"""Mode `replay`: the ledger's past in place of a platform, and no writer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bidctl import catalog
from bidctl.adapters.qianchuan.reads import CAPABILITIES
from bidctl.config import Settings
from bidctl.domain.values import AccountId, SuggestionState
from bidctl.engine.history import History, Seen
from bidctl.engine.ports import DecisionRecord, Transaction
from bidctl.engine.replay import Span
from bidctl.engine.selectors import is_selector
from bidctl.policy import Policy
from bidctl.problem import UsageProblem
from bidctl.wiring import book, ledger
from bidctl.wiring.words import Say

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
ALL = 1_000_000


def with_ledger(settings: Settings, file: Path | None) -> Settings:
    """The settings with the ledger of `file` in place of their own. Raises UsageProblem where there is no such file."""
    if file is None:
        return settings
    if not file.is_file():
        raise UsageProblem(Say.NO_LEDGER_FILE(file=file))
    return settings.model_copy(update={"store": settings.store.model_copy(update={"url": f"sqlite:///{file}"})})


def recorded(settings: Settings, account: str | None) -> History:
    """The recorded past of an account (the only one where none is named). Raises UsageProblem."""
    with ledger(settings) as opened, opened.begin() as t:
        return history(t, _account(t, account, opened.place), opened.place)


def history(t: Transaction, account: AccountId, place: str) -> History:
    """Everything the ledger at `place` has of an account that a replay can use. Raises UsageProblem where that is nothing."""
    infos = tuple(k.info for k in t.load_campaigns(account).values())
    enrolments = tuple(e for e in t.enrolments(account) if not is_selector(e.campaign))
    facts, edits = t.load_facts(account, BEGINNING), t.edits(account, BEGINNING)
    seen = tuple(s for e in enrolments for d in t.decisions_of(account, e.campaign, ALL) for s in _seen(d))
    if len(facts) == 0 or not enrolments:
        raise UsageProblem((Say.NO_CAMPAIGN if len(facts) else Say.NO_FACTS)(place=place, account=account))
    connected = datetime.fromtimestamp(float(facts.known_at.min()), UTC)
    return History(account, CAPABILITIES, connected, facts, edits, infos, enrolments, seen)


def span_of(h: History, since: datetime | None, until: datetime | None, every: timedelta) -> tuple[History, Span]:
    """The instants to replay, by default from the connection to the last fact; asked for an earlier begin, the imported history
    is told as it would have been known (ASSUMED). Raises UsageProblem."""
    last = datetime.fromtimestamp(float(h.facts.known_at.max()), UTC)
    begin, end = since or h.connected, min(until or last, last)
    if begin > end:
        begins, ends, first, final = (f"{at:%Y-%m-%d %H:%M}" for at in (begin, end, h.connected, last))
        raise UsageProblem(Say.NOTHING_BETWEEN(begin=begins, end=ends, first=first, last=final))
    return (h.modelled() if begin < h.connected else h), Span(begin, end, every)


def policy_for(h: History, reference: str | None) -> Policy:
    """The policy named, or else each campaign's own as enrolled."""
    if reference is not None:
        return catalog.load(reference)
    return book(h.enrolments).mixed(h.enrolments)[0]


def _account(t: Transaction, named: str | None, place: str) -> AccountId:
    known = list(t.accounts())
    if named is not None and named not in known:
        raise UsageProblem(Say.OTHER_ACCOUNT(named=named, known=", ".join(known) or "-"))
    if named is None and not known:
        raise UsageProblem(Say.NO_HISTORY(place=place))
    if named is None and len(known) != 1:
        raise UsageProblem(Say.WHICH_ACCOUNT(count=len(known), place=place, known=", ".join(known)))
    return AccountId(named or known[0])


def _seen(d: DecisionRecord) -> Iterator[Seen]:
    """What a stored decision had read beside the facts."""
    told = json.loads(d.inputs)
    if {"suggestion", "suggestion_state", "budget"} <= told.keys():
        yield Seen(
            d.at,
            d.campaign,
            _number(told["suggestion"]),
            SuggestionState(told["suggestion_state"]),
            _number(told["budget"]),
        )


def _number(value: object) -> float:
    return math.nan if value is None else float(str(value))
