"""Advice from an exported table: the same observing and deciding, and what the table cannot show becomes a condition.

The table's end is "now". A missing hour of a day that has rows counts as no delivery (platforms drop empty rows); a missing
day stays missing. Deciding is `engine.decide` itself on an observation whose unseen preconditions are taken as met; each
one that the advice then rests on is written on its line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from bidctl.domain.campaign import CampaignInfo, Listing, Totals
from bidctl.domain.decision import Decision
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.observation import Observation
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.reasons import WORDING, WRITTEN, Reason
from bidctl.domain.values import (
    AccountId,
    Basis,
    CampaignId,
    Capabilities,
    Grid,
    Intent,
    Kind,
    Objective,
    Protection,
    Side,
    Stage,
    SuggestionState,
)  # fmt: skip
from bidctl.engine.decide import decide
from bidctl.engine.observe import Observer
from bidctl.engine.report_rows import ReportRow
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rules import sayings
from bidctl.wording import Wording

ACCOUNT = AccountId("export")
FED_YUAN, FED_DAYS = 200.0, 7
OBSERVE_S = 72 * 3600.0


@dataclass(frozen=True, slots=True)
class Given:
    """What the operator says for every row; a column of the table goes before it. `goal`: wanted projected settled ROAS.
    `margin` 0..1, `break_even`: 保本ROI. `prior`: see `domain.enrolment.Prior`."""

    goal: float | None = None
    margin: float | None = None
    break_even: float | None = None
    intent: Intent = Intent.BALANCED
    prior: Prior = field(default_factory=Prior)


@dataclass(frozen=True, slots=True)
class Advice:
    """One campaign's line. `new` None = hold. `conditions` must be checked by the person before acting. `roas`: projected
    settled ROAS over the evidence window of `orders` orders, NaN = unknown. `line`: all of it as one sentence."""

    campaign: str
    name: str
    old: Decimal | None
    new: Decimal | None
    reason: Reason
    conditions: tuple[Wording, ...]
    roas: float
    orders: float
    line: Wording


@dataclass(frozen=True, slots=True)
class AdviceList:
    """All lines and the instant they are good for: `as_of`, the end of the table."""

    as_of: datetime
    prior: Prior
    lines: tuple[Advice, ...]


def advise(
    rows: Sequence[ReportRow],
    given: Given,
    policy: Policy,
    capabilities: Capabilities,
    rules: RuleSettings | None = None,
) -> AdviceList:
    """Advice for every campaign of a table, in the table's order. `rows` as an export reader gives them; `rules`: the
    operator's numbers of the rulebook, None = its defaults."""
    if not rows:
        zone = ZoneInfo(capabilities.time_zone)
        return AdviceList(datetime.fromtimestamp(0, zone), given.prior, ())
    table = _Table(rows, capabilities)
    books = [_goals(campaign, table.last[campaign], given) for campaign in table.names]
    o = _observe(table, books, capabilities)
    d = decide(policy, o, rules or RuleSettings())
    place = {str(c): i for i, c in enumerate(o.campaign)}
    words = sayings(policy, o)
    lines = [
        _advice(table, book, o, d.row(place[c]), place[c], words) for c, book in zip(table.names, books, strict=True)
    ]
    return AdviceList(table.end, given.prior, tuple(lines))


class _Table:
    """The rows by campaign: `days` sums of each natural day, `last` the newest row, `end` of each and of all."""

    def __init__(self, rows: Sequence[ReportRow], capabilities: Capabilities) -> None:
        self.capabilities = capabilities
        self.zone = ZoneInfo(capabilities.time_zone)
        self.names = list(dict.fromkeys(r.campaign for r in rows))
        self.last: dict[str, ReportRow] = {}
        self.ends: dict[str, datetime] = {}
        self.days: dict[str, dict[datetime, list[ReportRow]]] = {c: {} for c in self.names}
        for r in rows:
            end = self._end(r)
            if r.campaign not in self.ends or end >= self.ends[r.campaign]:
                self.ends[r.campaign], self.last[r.campaign] = end, r
            self.days[r.campaign].setdefault(self._midnight(r), []).append(r)
        self.end = max(self.ends.values())
        self.seen_at = self.end - timedelta(seconds=1)  # still the natural day that the table ends with
        self.hourly = any(r.hour is not None for r in rows)

    def _midnight(self, r: ReportRow) -> datetime:
        return datetime(r.day.year, r.day.month, r.day.day, tzinfo=self.zone)

    def _end(self, r: ReportRow) -> datetime:
        return self._midnight(r) + (timedelta(days=1) if r.hour is None else timedelta(hours=r.hour + 1))

    def stale(self, campaign: str) -> bool:
        """Its newest row ends well before the table does: by a day, hourly tables by three hours."""
        return self.end - self.ends[campaign] >= (timedelta(hours=3) if self.hourly else timedelta(days=1))

    def total(self, campaign: str, midnight: datetime, metric: str) -> float:
        """The day's sum; NaN where any of its rows does not tell."""
        told: list[float | None] = [getattr(r, metric, None) for r in self.days[campaign][midnight]]
        known = [v for v in told if v is not None]
        return float(sum(known)) if len(known) == len(told) else float("nan")

    def fed_at(self, campaign: str) -> datetime | None:
        """End of the span that proves it fed: 200 yuan on a day, or 7 days since its first spend."""
        proofs = []
        for midnight, rows in self.days[campaign].items():
            if self.total(campaign, midnight, "spend") >= FED_YUAN:
                proofs.append(max(self._end(r) for r in rows))
        spent = [self._midnight(r) + timedelta(days=1) for day in self.days[campaign].values() for r in day if r.spend]
        first = self.last[campaign].first_spend
        began = min([*spent, *([first] if first else [])], default=None)
        if began and began + timedelta(days=FED_DAYS) <= self.end:
            proofs.append(began + timedelta(days=FED_DAYS))
        return min(proofs, default=None)


def _goals(campaign: str, row: ReportRow, given: Given) -> Enrolment | None:
    goal = row.goal if row.goal is not None else given.goal
    if goal is None or goal <= 0:
        return None
    margin = row.margin if row.margin is not None else given.margin
    even = row.break_even if row.break_even is not None else given.break_even
    intent = row.intent if row.intent is not None else given.intent
    return Enrolment(
        ACCOUNT, CampaignId(campaign), Side.MERCHANT, intent, goal, Basis.PROJECTED,
        Economics(margin=margin, break_even=even), given.prior,
    )  # fmt: skip


def _info(table: _Table, campaign: str) -> CampaignInfo:
    row, grid = table.last[campaign], table.capabilities.grid
    units = None if row.target is None else grid.nearest(float(row.target))
    return CampaignInfo(
        account=ACCOUNT, campaign=CampaignId(campaign), name=row.name, kind=Kind.GOODS, cost_controlled=True,
        target_units=units, objective=Objective.PAY_ROI, status="", delivering=True, enabled=True, off_air=False,
        ended=False, budget=None, created_at=None, modified_at=None, protection=Protection.UNKNOWN, today=Totals(),
    )  # fmt: skip


def _panel(table: _Table) -> Panel:
    """One fact a day; a day that the table's end cuts is what was known of it then."""
    spans = [(c, m) for c in table.names for m in table.days[c]]
    begins = np.array([m.timestamp() for _, m in spans])
    metrics = {name: np.array([table.total(c, m, name) for c, m in spans]) for name in METRICS}
    cut = begins + 86400.0 >= table.end.timestamp()
    return Panel(
        campaign=np.array([c for c, _ in spans]),
        grain=np.where(cut, Grain.CUMULATIVE, Grain.DAY).astype(np.int8),
        happened_at=begins,
        known_at=np.full(len(spans), table.seen_at.timestamp()),
        assumed=np.ones(len(spans), np.bool_),
        **metrics,
    )


def _observe(table: _Table, books: Sequence[Enrolment | None], capabilities: Capabilities) -> Observation:
    observer = Observer(ACCOUNT, capabilities)
    observer.ingest(_panel(table))
    observer.ingest_listing(Listing(ACCOUNT, table.seen_at, tuple(_info(table, c) for c in table.names), complete=True))
    observer.ingest_enrolments([b for b in books if b])
    return _met(observer.observe(table.seen_at), table)


def _met(o: Observation, table: _Table) -> Observation:
    """The observation with what a table cannot show taken as met, and what it does show put in."""
    names = [str(c) for c in o.campaign]
    n = len(names)
    yes, no = np.ones(n, np.bool_), np.zeros(n, np.bool_)
    told = [table.last[c].suggestion for c in names]
    fed = [table.fed_at(c) for c in names]
    last = [table.last[c].last_edit for c in names]
    observed = np.array([OBSERVE_S * 2 if f is None else max((table.end - f).total_seconds(), 0.0) for f in fed])
    shown = np.array([table.last[c].first_spend is not None for c in names])
    observed = np.where(shown | (observed > OBSERVE_S), observed, OBSERVE_S * 2)
    has_target = o.target_units > 0
    return replace(
        o,
        complete=np.isfinite(o.projected_roas) & has_target,
        read_age_s=np.zeros(n), metric_stale=np.array([table.stale(c) for c in names]),
        clock_ok=yes, trusted=yes, floor_assumed=no, human_hold=no, started=yes, effective=yes, quiet=no, off_air=no,
        stage=np.full(n, Stage.FREE, np.int8), observed_s=observed,
        cost_controlled=has_target,
        since_edit_s=np.array([np.inf if at is None else (table.end - at).total_seconds() for at in last]),
        since_edit_data_s=np.full(n, np.inf), spend_last2=np.full(n, np.nan),
        suggestion=np.array([o.platform_max[i] if s is None else s for i, s in enumerate(told)], np.float64),
        suggestion_state=np.full(n, SuggestionState.NUMBER, np.int8),
        budget_spent_share=np.zeros(n), budget_bound_days=np.zeros(n, np.int64),
        stoploss_spend=np.full(n, np.nan), stoploss_loss=np.full(n, np.nan),
        first_live_day=no, account_spend=np.full(n, 1e15),
    )  # fmt: skip


def _advice(
    table: _Table, book: Enrolment | None, o: Observation, d: Decision, i: int, words: Sequence[Wording | None]
) -> Advice:
    row, grid = table.last[d.campaign], table.capabilities.grid
    moves = book is not None and d.result != d.old and d.result > 0
    new = _shown(grid, d.result) if moves else None
    conditions = _conditions(table, row, new) if new is not None else ()
    says = words[d.matched] if d.reason in WRITTEN else None
    line = _line(row, new, conditions, says or WORDING[d.reason], given=book is not None)
    return Advice(
        d.campaign, row.name, row.target, new, d.reason, conditions, float(o.projected_roas[i]),
        float(o.evidence_orders[i]), line,
    )  # fmt: skip


def _conditions(table: _Table, row: ReportRow, new: Decimal) -> tuple[Wording, ...]:
    """What must hold at the platform for the advice, as far as the table does not show it."""
    up = row.target is not None and new > row.target
    fed = table.fed_at(row.campaign)
    wanted: list[Wording] = []
    if up and row.suggestion is None:
        wanted.append(Wording(f"系统建议ROI >= {new}", f"the system suggests ROI >= {new}"))
    if row.last_edit is None:
        wanted.append(Wording("距上次改价超过1小时", "the last edit is more than 1 hour ago"))
    if fed is None or (table.end - fed).total_seconds() < OBSERVE_S:
        wanted.append(
            Wording("喂饱(日消耗满200元)已过72小时", "72 hours have passed since it was fed (200 yuan a day)")
        )
    wanted.append(_drift(new, up))
    if not up:
        wanted.append(Wording("今日预算用去不到90%", "less than 90 % of today's budget is spent"))
    edits = table.capabilities.edits_per_day_goods
    wanted.append(Wording(f"今日改价少于{edits}次", f"it was edited fewer than {edits} times today"))
    wanted.append(Wording("计划正在投放", "it is delivering"))
    return tuple(wanted)


def _drift(new: Decimal, up: bool) -> Wording:
    """R-DRIFT: within x0.80 .. x1.25 of the value at midnight and x0.67 .. x1.5 of a week ago."""
    cent = Decimal("0.01")
    if up:
        day, week = (
            (new / Decimal("1.25")).quantize(cent, "ROUND_UP"),
            (new / Decimal("1.5")).quantize(cent, "ROUND_UP"),
        )
        return Wording(
            f"今日零点目标 >= {day} 且7天前目标 >= {week}",
            f"its target was >= {day} at midnight and >= {week} 7 days ago",
        )
    day, week = (
        (new / Decimal("0.8")).quantize(cent, "ROUND_DOWN"),
        (new / Decimal("0.67")).quantize(cent, "ROUND_DOWN"),
    )
    return Wording(
        f"今日零点目标 <= {day} 且7天前目标 <= {week}", f"its target was <= {day} at midnight and <= {week} 7 days ago"
    )


def _shown(grid: Grid, units: int) -> Decimal:
    """With all places of the grid: 2.20, not 2.2."""
    return grid.value(units).quantize(Decimal(1).scaleb(1 - len(str(grid.per_one))))


def _line(row: ReportRow, new: Decimal | None, conditions: Sequence[Wording], why: Wording, *, given: bool) -> Wording:
    if new is not None:
        zh, en = " 且".join(c.zh for c in conditions), " and ".join(c.en for c in conditions)
        return Wording(
            f"若{zh}, 则从 {row.target} 调至 {new} ({why.zh})",
            f"if {en}, set {row.target} to {new} ({why.en})",
        )
    if not given:
        return Wording(
            "不动: 未给目标 (填写 目标ROI 列, 或用 --goal)",
            "hold: no goal given (fill the column 目标ROI, or use --goal)",
        )
    if row.target is None:
        return Wording("不动: 表中没有ROI目标", "hold: the table shows no ROI target")
    return Wording(f"保持 {row.target}: {why.zh}", f"keep {row.target}: {why.en}")
