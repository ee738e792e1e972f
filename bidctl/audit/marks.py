"""What the marks of a journal say was in force at an instant: runs, kill switch, enrolments, waivers, ceilings.

    run      {"app_id", "mode"}                       the newest one of an app tells its mode
    kill     {} or {"account"}                        until `resume` of the same scope; either scope stops
    enrol    {"account"?, "campaign" | "campaigns"} or {"account"} for all of it; `unenrol` likewise
    waiver   {"name": "live_spacing_15min" | "profit_over_suggestion", "account"?, "campaign"?, "floor"?, "granted"?}
    ceiling  {"account"?, "campaign"?, "value"}

What is said of a campaign counts before what is said of its account. A write stands under what was in force when its
request came in (`received_at`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from bidctl.audit.journal import Entry, Mark, number

Scope = tuple[str | None, str | None]
"""(account, campaign); None = all of them. A campaign without an account is that campaign anywhere."""


@dataclass(slots=True)
class Timeline:
    """A value that changes at instants; `at` asks for the newest change not later than an instant."""

    changes: list[tuple[datetime, object]] = field(default_factory=list)

    def set(self, at: datetime, value: object) -> None:
        self.changes.append((at, value))

    def at(self, instant: datetime) -> object:
        return next((value for at, value in reversed(self.changes) if at <= instant), None)


@dataclass(slots=True)
class Marks:
    """All marks seen so far. Memory grows with the number of marks, not with the journal."""

    count: int = 0
    seen: set[str] = field(default_factory=set)
    runs: dict[str, Timeline] = field(default_factory=dict)
    kills: dict[Scope, Timeline] = field(default_factory=dict)
    enrolments: dict[Scope, Timeline] = field(default_factory=dict)
    waivers: dict[tuple[str, Scope], Timeline] = field(default_factory=dict)
    ceilings: dict[Scope, Timeline] = field(default_factory=dict)

    def add(self, mark: Mark) -> None:
        """Take one mark in. Marks of other names are only counted."""
        self.count += 1
        self.seen.add(mark.name)
        for scope in _scopes(mark):
            self._set(mark, scope)

    def _set(self, mark: Mark, scope: Scope) -> None:
        if mark.name == "run":
            self.runs.setdefault(str(mark.data["app_id"]), Timeline()).set(mark.at, str(mark.data["mode"]))
        elif mark.name in {"kill", "resume"}:
            self.kills.setdefault(scope, Timeline()).set(mark.at, mark.name == "kill")
        elif mark.name in {"enrol", "unenrol"}:
            self.enrolments.setdefault(scope, Timeline()).set(mark.at, mark.name == "enrol")
        elif mark.name == "waiver":
            floor = number(mark.data, "floor") if mark.data.get("floor") is not None else None
            granted = mark.data.get("granted", True) is not False
            key = (str(mark.data["name"]).lower(), scope)
            self.waivers.setdefault(key, Timeline()).set(mark.at, (floor,) if granted else None)
        elif mark.name == "ceiling":
            self.ceilings.setdefault(scope, Timeline()).set(mark.at, number(mark.data, "value"))

    def ours(self, entry: Entry) -> bool:
        return entry.app_id is not None and entry.app_id in self.runs

    def mode(self, entry: Entry) -> object:
        """The mode of our run when the request came in, None = before its first mark."""
        return self.runs[entry.app_id or ""].at(entry.received_at)

    def killed(self, entry: Entry) -> bool:
        """The switch for all or for the account was set when the request came in."""
        return any(self._at(self.kills, s, entry) is True for s in ((None, None), (entry.account, None)))

    def enrolled(self, entry: Entry) -> bool:
        """Enrolled when the request came in: what is said of the campaign counts before what is said of its account."""
        said = (self._at(self.enrolments, s, entry) for s in _narrowing(entry))
        return next((s is True for s in said if s is not None), False)

    def waived(self, name: str, entry: Entry) -> tuple[Decimal | None] | None:
        """A waiver in force: its marked floor (None = none told) in a 1-tuple; None = not waived."""
        for scope in _narrowing(entry):
            timeline = self.waivers.get((name, scope))
            granted = timeline.at(entry.received_at) if timeline else None
            if isinstance(granted, tuple):
                return granted
        return None

    def ceiling(self, entry: Entry) -> Decimal | None:
        said = (self._at(self.ceilings, s, entry) for s in _narrowing(entry))
        return next((c for c in said if isinstance(c, Decimal)), None)

    @staticmethod
    def _at(kept: dict[Scope, Timeline], scope: Scope, entry: Entry) -> object:
        timeline = kept.get(scope)
        return timeline.at(entry.received_at) if timeline else None


def _narrowing(entry: Entry) -> tuple[Scope, ...]:
    return (entry.account, entry.campaign), (None, entry.campaign), (entry.account, None), (None, None)


def _scopes(mark: Mark) -> Iterator[Scope]:
    account = mark.data.get("account")
    said = mark.data.get("campaigns")
    campaigns = [mark.data.get("campaign")] if said is None else said
    for campaign in campaigns if isinstance(campaigns, list) else [campaigns]:
        yield _maybe(account), _maybe(campaign)


def _maybe(value: object) -> str | None:
    return None if value is None else str(value)
