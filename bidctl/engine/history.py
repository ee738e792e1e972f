"""What is recorded of an account's past, as it was known: the tape that a replay walks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import AccountId, CampaignId, Capabilities, Field, SuggestionState
from bidctl.domain.writes import Edit
from bidctl.engine.days import DAY_S, HOUR_S
from bidctl.engine.freshness import Delays

Float = NDArray[np.float64]

SETTLES_DAYS = {"gmv_7d": 7, "gmv_14d": 14, "gmv_30d": 30, "gmv_90d": 90}
"""A settled column is told so many days after the day that it belongs to."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a stored decision had read of a campaign beside the facts: suggestion (ROAS, NaN = no number) and its state, budget
    in yuan (inf = no limit)."""

    at: datetime
    campaign: CampaignId
    suggestion: float
    state: SuggestionState
    budget: float


@dataclass(frozen=True, slots=True)
class History:
    """The recorded past of one account. `facts`: every version, with the instant it was known. `campaigns`: as last listed; of
    them only what does not change is used (name, kind, objective, creation). `enrolments`: as they are now. `connected`: when
    recording began; what was imported then is older than anything that was seen."""

    account: AccountId
    capabilities: Capabilities
    connected: datetime
    facts: Panel
    edits: tuple[Edit, ...]
    campaigns: tuple[CampaignInfo, ...]
    enrolments: tuple[Enrolment, ...]
    seen: tuple[Seen, ...]

    def until(self, at: datetime) -> History:
        """The same as it was recorded by `at`: nothing later is in it."""
        now = Targets(self.edits, self.campaigns, self.capabilities.grid.per_one)
        return replace(
            self,
            campaigns=tuple(replace(i, target_units=now.at(i.campaign, at.timestamp())) for i in self.campaigns),
            facts=self.facts.take(self.facts.known_at <= at.timestamp()),
            edits=tuple(e for e in self.edits if e.effective_at < at),
            seen=tuple(s for s in self.seen if s.at <= at),
        )

    def modelled(self, delays: Delays | None = None) -> History:
        """Imported facts as they would have been known in their time, flagged ASSUMED: a span's end plus the platform's stated
        delay, settled columns when their days have passed."""
        return replace(self, facts=model_import(self.facts, self.connected.timestamp(), delays or Delays()))


def model_import(facts: Panel, connected: float, delays: Delays) -> Panel:
    """Facts of spans that were over, delay included, when recording began get the instant at which they would have been known;
    the others stay. A day's settled GMV becomes a version of its own for each column, when that column had matured."""
    due = _end(facts) + np.where(facts.grain == Grain.HOUR, delays.hour_s, delays.day_s)
    old = (due < connected) & (facts.grain != Grain.CUMULATIVE)
    imported, due = facts.take(old), due[old]
    told = {name: np.full(len(imported), np.nan) for name in SETTLES_DAYS}
    parts = [facts.take(~old), _as_known(imported, due, told)]
    for name, days in SETTLES_DAYS.items():
        told = {**told, name: getattr(imported, name)}
        matured = np.minimum(due + days * DAY_S, imported.known_at)
        parts.append(_as_known(imported, matured, told).take(np.isfinite(told[name])))
    return Panel.concat(parts)


def _end(p: Panel) -> Float:
    return p.happened_at + np.where(p.grain == Grain.HOUR, HOUR_S, DAY_S)


def _as_known(p: Panel, known_at: Float, columns: dict[str, Float]) -> Panel:
    taken = {f.name: getattr(p, f.name) for f in fields(p)}
    return Panel(**{**taken, **columns, "known_at": known_at, "assumed": np.ones(len(p), np.bool_)})


@dataclass(frozen=True, slots=True)
class Cover:
    """A read told all of these spans: who has no row in it had zeros."""

    known_at: float
    grain: Grain
    since: float
    until: float


def covers(facts: Panel) -> list[Cover]:
    """Reads are whole or not at all: every instant at which facts of a grain became known was a read from the oldest span it
    told to the newest. (A read in which nothing was told leaves no trace; its spans stay unknown.)"""
    found = []
    for grain in (Grain.HOUR, Grain.DAY):
        mine = facts.take(facts.grain == grain)
        if len(mine) == 0:
            continue
        order = np.argsort(mine.known_at, kind="stable")
        known, begin, end = mine.known_at[order], mine.happened_at[order], _end(mine)[order]
        edges = np.flatnonzero(np.append(True, known[1:] != known[:-1]))
        for first, last in zip(edges.tolist(), np.append(edges[1:], len(known)).tolist(), strict=True):
            found.append(
                Cover(float(known[first]), grain, float(begin[first:last].min()), float(end[first:last].max()))
            )
    return sorted(found, key=lambda c: c.known_at)


class Targets:
    """Which target was in force when, by the recorded edits."""

    def __init__(self, edits: Sequence[Edit], infos: Sequence[CampaignInfo], per_one: int) -> None:
        self._last = {i.campaign: i.target_units for i in infos}
        self._steps: dict[CampaignId, list[tuple[float, int | None, int | None]]] = {}
        for e in sorted((e for e in edits if e.field is Field.ROI_TARGET), key=lambda e: e.effective_at):
            old, new = (None if v is None else round(float(v) * per_one) for v in (e.old, e.new))
            self._steps.setdefault(e.campaign, []).append((e.effective_at.timestamp(), old, new))

    def at(self, campaign: CampaignId, t: float) -> int | None:
        """Grid units in force just before epoch second `t`; None = it has no target, or it is not known."""
        now = None
        for when, old, new in self._steps.get(campaign, []):
            if when >= t:
                return now if now is not None else old
            now = new if new is not None else now
        return now if now is not None else self._last.get(campaign)
