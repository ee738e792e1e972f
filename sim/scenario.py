"""A scenario: which campaigns a world holds, how its market behaves, and what an operator would enrol.

Read from TOML (sim/scenario_file.py). What each number assumes and where it comes from: docs/assumptions.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sim.figures import figures
from sim.scenario_file import ScenarioError, table_of, toml_of
from sim.words import Say

__all__ = ["Scenario", "ScenarioError", "load", "parse", "shipped"]

Range = tuple[float, float]


def number(low: float, high: float, default: float | None = None, *, whole: bool = False) -> Any:
    return field(
        default=MISSING if default is None else (int(default) if whole else default),
        metadata={"low": low, "high": high, "whole": whole},
    )


def span(low: float, high: float, default: Range | None = None, *, optional: bool = False) -> Any:
    """A pair [from, to]; a campaign's value is drawn evenly between. `optional`: None where it is not given."""
    missing = None if optional else MISSING
    return field(default=missing if default is None else default, metadata={"low": low, "high": high, "pair": True})


def choice(*allowed: object, default: object = MISSING) -> Any:
    return field(default=default, metadata={"allowed": allowed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Chance around the response; log standard deviations, all may be 0. `demand`, `market`: of a campaign's and of
    everybody's daily demand, AR(1) with `rho`. `hour`: of the volume of an hour. `bias`: of the autobidder's daily
    tracking error, AR(1) with `bias_rho`. `spend_revision`: largest share of a day's spend reported only next day."""

    demand: float = number(0, 2, 0.2)
    market: float = number(0, 2, 0.08)
    rho: float = number(0, 0.99, 0.7)
    hour: float = number(0, 2, 0.2)
    bias: float = number(0, 0.5, 0.06)
    bias_rho: float = number(0, 0.99, 0.5)
    spend_revision: float = number(0, 0.1, 0.006)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """What reports hold back beside immature refunds. `delay_hours`: the newest hours never shown yet. `late_share` of hourly
    rows show `late_hours` after their hour; `missing_share` of hourly rows never show (day rows hold them)."""

    delay_hours: int = number(0, 72, 0, whole=True)
    late_share: float = number(0, 1, 0.0)
    late_hours: float = number(0, 72, 3.0)
    missing_share: float = number(0, 0.5, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """The platform's own learning. `days` after the start; `loss`: share of efficiency lost while it lasts (fading);
    `noise`: extra log sd of an hour's efficiency; a move beyond `move` (log) restarts `move_days` of it.
    `lag_hours`: time in which the autobidder closes 63 % of the way to a new target."""

    days: float = number(0, 14, 3.0)
    loss: float = number(0, 0.9, 0.10)
    noise: float = number(0, 1, 0.10)
    move: float = number(0, 2, 0.12)
    move_days: float = number(0, 14, 1.0)
    lag_hours: float = number(0.05, 72, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """What moving a target costs: share `loss` of efficiency for `days`; for `again_days` where the last move was less than
    `within_days` ago. 0 = moves are free."""

    loss: float = number(0, 0.5, 0.0)
    days: float = number(0, 30, 1.0)
    within_days: float = number(0, 30, 2.0)
    again_days: float = number(0, 30, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """When refunds come, as shares of all refunds: within the hour, before dispatch (1 to 48 h), the rest after receipt by
    the fitted delay. `settle_days`: an order never refunded counts as kept after so many days. `cluster`: log sd of the refund
    probability of a campaign's day (a bad batch, a bad session)."""

    within_hour: float = number(0, 1, 0.15)
    before_dispatch: float = number(0, 1, 0.25)
    settle_days: int = number(8, 90, 15, whole=True)
    cluster: float = number(0, 1.5, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggesting:
    """The system suggestion relative to the true optimum: a daily AR(1) walk of log sd `sd` and memory `rho`; from day `drop_day`
    after the start on it lies lower by `drop` (log)."""

    sd: float = number(0, 1, 0.04)
    rho: float = number(0, 0.999, 0.9)
    drop: float = number(0, 2, 0.0)
    drop_day: int = number(0, 366, 0, whole=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """A sale. It begins on day `day` after the start and lasts `days`; `demand`: factor on spend at a given target; `refund`: on
    the refund probability; `target_cut`: share by which the platform lowers the targets in force by itself."""

    day: int = number(-366, 366, whole=True)
    days: int = number(1, 60, 1, whole=True)
    demand: float = number(0.1, 10, 2.0)
    refund: float = number(0.1, 5, 1.0)
    target_cut: float = number(0, 0.5, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Creatives:
    """`count` creatives a campaign (0: the world has none); `spread`: log sd of their quality. A creative's appeal halves every
    `half_life_days` once it is older than `fresh_days`; what it earns per yuan follows `lag_days` later. Shares of spend go by
    appeal to the power `focus`. A new one comes every `renew_days` (0: only those that the operator adds)."""

    count: int = number(0, 100, 0, whole=True)
    spread: float = number(0, 1.5, figures().creative_log_sd)
    fresh_days: float = number(0, 366, 14.0)
    half_life_days: float = number(1, 3660, 21.0)
    lag_days: float = number(0, 60, 4.0)
    focus: float = number(0, 20, 4.0)
    renew_days: float = number(0, 366, 7.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Pieces for `cover_days` of orders at the best target (absent: never short). Sold out, spend goes on for `stop_hours`; new
    pieces come at the midnight after `restock_days`."""

    cover_days: tuple[float, float] | None = span(0.1, 3660, optional=True)
    stop_hours: float = number(0, 240, 3.0)
    restock_days: float = number(0, 366, 3.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """Cost protection by the rules of a platform `family`; a credit of 1 yuan is worth `value` yuan."""

    family: str = choice("none", "qianchuan", "tiktok", default="none")
    value: float = number(0, 1, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """`day_yuan`: what an advertiser account can spend on a natural day (0 = no limit)."""

    day_yuan: float = number(0, 1e10, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrol:
    """What an operator would say of the group. `goal_markup`: goal on projected ROAS = markup / margin."""

    intent: str = choice("volume", "balanced", "profit", default="balanced")
    side: str = choice("merchant", "agency", default="merchant")
    goal_markup: float = number(0.5, 5, 1.15)
    wanted: bool = choice(True, False, default=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The usual week of goods campaigns, in place of the fitted one: relative traffic of the 24 `hours` of a day and of the 7
    `weekdays` (0 = Monday); only their proportions count."""

    hours: tuple[float, ...] = field(metadata={"count": 24, "low": 0.001, "high": 1000})
    weekdays: tuple[float, ...] = field(metadata={"count": 7, "low": 0.001, "high": 1000})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The response of campaigns that are known: the first `target`, as set, and the `elasticity` there. Then `group.spend` is
    what they spend at that target, and neither `start_offset` nor the fitted distribution of elasticities is used."""

    target: tuple[float, float] = span(0.01, 100)
    elasticity: tuple[float, float] = span(1.16, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Campaigns alike. `age_days`: before the scenario's start; negative = created after it. `starts_in_hours`: from creation to
    delivery. Size, one of two: `spend`, yuan a day at the reference target, or `orders`, paid orders a day at the best target.
    `budget_factor`: budget over the spend at the reference. `order_value`: mean yuan; `value_tail`: Pareto index of its top 1 %
    (0: log-normal to the end). `incremental`: share of the credited orders that would not have come by themselves.
    `start_offset`: ln(first target / optimum). `suggestion_offset`: ln(suggestion / optimum), `suggested`: share of campaigns that
    have one. `elasticity`: factor on the fitted distribution. Live: `sessions`, [hour, hours] of each day on `weekdays` (0 = Monday);
    `recreated`: a new campaign each day; `host_sd`: log sd of the efficiency of the host, who changes every `host_hours`.
    `measured`: the response of campaigns that are known."""

    name: str = field(metadata={"text": True})
    count: int = number(1, 100_000, whole=True)
    kind: str = choice("goods", "live", default="goods")
    objective: str = choice("pay", "net", default="pay")
    age_days: tuple[float, float] = span(-366, 366, (31, 45))
    starts_in_hours: tuple[float, float] = span(0, 240, (0, 0))
    spend: tuple[float, float] | None = span(1, 10_000_000, optional=True)
    orders: tuple[float, float] | None = span(0.1, 100_000, optional=True)
    budget_factor: tuple[float, float] = span(0.05, 100, (1.5, 4.0))
    order_value: tuple[float, float] = span(1, 100_000, (40, 160))
    value_log_sd: float = number(0, 2.5, figures().order_value_log_sd)
    value_tail: float = number(0, 20, 0.0)
    margin: tuple[float, float] = span(0.01, 1, (0.35, 0.55))
    refund: tuple[float, float] = span(0, 0.9, (0.10, 0.45))
    incremental: tuple[float, float] = span(0.05, 1, (1.0, 1.0))
    elasticity: float = number(0.3, 3, 1.0)
    measured: Measured | None = field(default=None, metadata={"table": Measured})
    start_offset: tuple[float, float] = span(-2, 2, (-0.2, 0.2))
    suggestion_offset: tuple[float, float] = span(-2, 2, (-0.1, 0.25))
    suggested: float = number(0, 1, 0.9)
    sessions: tuple[Range, ...] = field(default=(), metadata={"sessions": True})
    weekdays: tuple[int, ...] = field(default=(0, 1, 2, 3, 4, 5, 6), metadata={"weekdays": True})
    recreated: bool = choice(True, False, default=True)
    host_sd: float = number(0, 1, 0.0)
    host_hours: int = number(1, 24, 4, whole=True)
    cost_controlled: bool = choice(True, False, default=True)
    overall: bool = choice(True, False, default=False)
    enrol: Enrol = field(default_factory=Enrol, metadata={"table": Enrol})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A whole world to be. `about`, `about_zh`: what it stands for. `start`: with offset, on a whole hour. `step_s`: 300 .. 3600,
    dividing an hour. `history_days`: simulated before the start, at `history_step_s`."""

    name: str = field(metadata={"text": True})
    about: str = field(default="", metadata={"text": True})
    about_zh: str = field(default="", metadata={"text": True})
    start: datetime = field(metadata={"instant": True})
    step_s: int = choice(300, 600, 900, 1200, 1800, 3600, default=300)
    history_days: int = number(0, 366, 0, whole=True)
    history_step_s: int = choice(300, 600, 900, 1200, 1800, 3600, default=1800)
    accounts: int = number(1, 10_000, 1, whole=True)
    profile: Profile | None = field(default=None, metadata={"table": Profile})
    noise: Noise = field(default_factory=Noise, metadata={"table": Noise})
    reporting: Reporting = field(default_factory=Reporting, metadata={"table": Reporting})
    learning: Learning = field(default_factory=Learning, metadata={"table": Learning})
    moving: Moving = field(default_factory=Moving, metadata={"table": Moving})
    refunds: Refunds = field(default_factory=Refunds, metadata={"table": Refunds})
    suggestion: Suggesting = field(default_factory=Suggesting, metadata={"table": Suggesting})
    creatives: Creatives = field(default_factory=Creatives, metadata={"table": Creatives})
    stock: Stock = field(default_factory=Stock, metadata={"table": Stock})
    protection: Protection = field(default_factory=Protection, metadata={"table": Protection})
    balance: Balance = field(default_factory=Balance, metadata={"table": Balance})
    promotion: tuple[Promotion, ...] = field(default=(), metadata={"tables": Promotion})
    group: tuple[Group, ...] = field(metadata={"tables": Group})


def load(path: Path) -> Scenario:
    """The scenario of a TOML file. Raises ScenarioError (one line)."""
    return parse(toml_of(path), str(path))


def shipped(name: str) -> Scenario:
    """A scenario that comes with the package, by its name ("demo", "base60", ...)."""
    path = Path(__file__).parent / "scenarios" / f"{name}.toml"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.toml")))
        raise ScenarioError(Say.SCENARIO_NAME(name=name, known=known).both)
    return load(path)


def parse(data: Mapping[str, Any], where: str = "scenario") -> Scenario:
    """The scenario of parsed TOML; `where` names the file in errors. Raises ScenarioError."""
    scenario = table_of(Scenario, data, where, "")
    for group in scenario.group:
        _check(group, where)
    r = scenario.refunds
    if r.within_hour + r.before_dispatch > 1:
        raise ScenarioError(Say.SCENARIO_REFUNDS(file=where, value=r.within_hour + r.before_dispatch).both)
    return scenario


def _check(g: Group, where: str) -> None:
    if (g.spend is None) == (g.orders is None):
        raise ScenarioError(Say.SCENARIO_EITHER(file=where, group=g.name, spend=g.spend, orders=g.orders).both)
    if g.measured and g.spend is None:
        raise ScenarioError(Say.SCENARIO_MEASURED(file=where, group=g.name, orders=g.orders).both)
    if (g.kind == "live") != bool(g.sessions):
        want = Say.SESSIONS_LIST() if g.kind == "live" else Say.SESSIONS_NONE()
        told = Say.SCENARIO_SESSIONS(file=where, group=g.name, value=list(g.sessions), expected=want)
        raise ScenarioError(told.both)
