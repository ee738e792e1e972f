"""Who looks after the creatives of a simulated market: the rules, parts of them, or the bare thresholds that are widely posted.

Each morning a curator sees what the platform reports of the days before, retires, and adds from a reserve. What is known of a
creative's age is what its spend shows, as on the platform.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.creatives import CreativeView, Verdict
from bidctl.engine.creative_rates import WEAK
from bidctl.engine.creative_view import (
    WINDOW_DAYS,
    CreativeCampaigns,
    CreativeDays,
    Judgeable,
    creative_view,
)
from bidctl.policy.creatives import judge_creatives
from bidctl.policy.rulebook import RuleSettings
from sim.calendar import DAY
from sim.seam import CreativeReport, CreativeWorld
from sim.world import MarketWorld

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]

BARE_COST, BARE_ROI = 50.0, 0.5
"""Retired by the thresholds: at least this many yuan of spend at less than this ROI (research on peers)."""
WEEKLY = 2
SEEN_DAYS = 7
"""Who sees the truth compares a creative's rate with that of so many days before."""
TIRED = 0.02
"""And takes it for tired where it fell by more than this."""
FEN = 100.0


@dataclass(frozen=True, slots=True)
class Choice:
    """What is done today: (m,) which creatives of the view go, (k,) how many each campaign adds."""

    retire: Bool
    add: Int


Rule = Callable[[Judgeable, RuleSettings, int], Choice]


def never(j: Judgeable, s: RuleSettings, k: int) -> Choice:
    """Nothing goes and nothing comes."""
    return Choice(np.zeros(len(j.view), np.bool_), np.zeros(k, np.int64))


def bare(j: Judgeable, s: RuleSettings, k: int) -> Choice:
    """The thresholds alone; none but the last delivering creative of a campaign is safe."""
    v = j.view
    weak = v.delivering & (v.spend >= BARE_COST) & (v.net < BARE_ROI * v.spend)
    alive = np.bincount(v.campaign_index[v.delivering], minlength=k)
    last = np.bincount(v.campaign_index[weak], minlength=k) >= alive
    return Choice(weak & ~(last[v.campaign_index] & (v.gmv_rank == 1)), np.zeros(k, np.int64))


def relay_alone(j: Judgeable, s: RuleSettings, k: int) -> Choice:
    """R-RELAY without R-RETIRE."""
    return Choice(np.zeros(len(j.view), np.bool_), judge_creatives(j.view, s, k).add)


def retire_alone(j: Judgeable, s: RuleSettings, k: int) -> Choice:
    """R-RETIRE and R-KEEP without R-RELAY."""
    return Choice(judge_creatives(j.view, s, k).verdict == Verdict.RETIRE, np.zeros(k, np.int64))


def rules(j: Judgeable, s: RuleSettings, k: int) -> Choice:
    """The rulebook's creative rules."""
    found = judge_creatives(j.view, s, k)
    return Choice(found.verdict == Verdict.RETIRE, found.add)


def weekly(rule: Rule) -> Rule:
    """A rule, and two new creatives a week whatever it says (the operator's `relay_weekly`)."""

    def chosen(j: Judgeable, s: RuleSettings, k: int) -> Choice:
        v, found = j.view, rule(j, s, k)
        fresh, reserve = np.zeros(k, np.int64), np.zeros(k, np.int64)
        fresh[v.campaign_index], reserve[v.campaign_index] = v.fresh_week, v.reserve
        quota = np.minimum(np.maximum(WEEKLY - fresh, 0), reserve)
        return Choice(found.retire, np.maximum(found.add, quota))

    return chosen


@dataclass(slots=True)
class Curator:
    """One rule at work on the goods campaigns of a world, `reserve` creatives in each campaign's queue. Call `morning` at midnights."""

    world: CreativeWorld
    rule: Rule
    reserve: int
    settings: RuleSettings = field(default_factory=RuleSettings)
    retired: list[tuple[int, int]] = field(default_factory=list)
    added: list[tuple[int, float]] = field(default_factory=list)
    _days: list[CreativeReport] = field(default_factory=list)
    _gone: set[tuple[int, int]] = field(default_factory=set)
    _when: list[float] = field(default_factory=list)

    def morning(self) -> list[tuple[int, int]]:
        """Look at yesterday, act; (campaign, creative) retired now."""
        w, k = self.world, len(self.world.specs)
        self._days = [*self._days, w.creatives(np.arange(k), w.now - DAY, w.now)][-WINDOW_DAYS:]
        judged = self.view()
        choice = self.rule(judged, self.settings, k)
        going = [self._name(judged.view, i) for i in np.flatnonzero(choice.retire)]
        for name in going:
            w.retire_creative(*name)
        self._gone.update(going)
        self.retired += going
        self._when += [w.now] * len(going)
        for i in np.flatnonzero(choice.add):
            for _ in range(int(choice.add[i])):
                w.add_creative(int(i))
                self.added.append((int(i), w.now))
        return going

    def view(self) -> Judgeable:
        """What is known this morning."""
        days = self._days
        pairs = np.concatenate([np.stack([d.campaign, d.creative], axis=1) for d in days])
        names, where = np.unique(pairs, axis=0, return_inverse=True)
        day = np.repeat(np.arange(len(days)), [len(d.campaign) for d in days])
        spend, gmv, orders = (self._table(n, names, where.reshape(-1), day) for n in ("spend", "gmv", "orders"))
        m, k = len(names), len(self.world.specs)
        gone = np.array([(int(c), int(n)) in self._gone for c, n in names], np.bool_)
        no = np.zeros(m, np.bool_)
        mine = CreativeDays(
            creative=names[:, 1].astype(np.str_), campaign_index=names[:, 0], product_index=np.zeros(m, np.int64),
            delivering=~gone & (spend[:, -1] > 0), picked_by_system=no, shared=no, returns=~no, born=np.full(m, np.nan),
            spend=spend / FEN, gmv=gmv / FEN, net=np.full(spend.shape, np.nan), orders=orders,
            settled_spend=np.full(m, np.nan), settled_gmv=np.full(m, np.nan),
        )  # fmt: skip
        begins: Float = self.world.now - DAY * np.arange(len(days), 0, -1, dtype=np.float64)
        return creative_view(mine, self._campaigns(names[:, 0], mine, k), begins, self.world.now)

    def _table(self, column: str, names: Int, where: Int, day: Int) -> Float:
        out = np.zeros((len(names), len(self._days)))
        out[where, day] = np.concatenate([getattr(d, column) for d in self._days])
        return out

    def _campaigns(self, owner: Int, c: CreativeDays, k: int) -> CreativeCampaigns:
        added = np.array([i for i, _ in self.added], np.int64)
        week = self.world.now - 7 * DAY
        gone = np.array([i for (i, _), at in zip(self.retired, self._when, strict=True) if at > week], np.int64)
        fresh = np.array([i for i, at in self.added if at > week], np.int64)

        def whole(x: Float) -> Float:
            out = np.zeros((k, x.shape[1]))
            np.add.at(out, owner, x)
            return out

        return CreativeCampaigns(
            campaign=np.arange(k).astype(np.str_), free=np.ones(k, np.bool_), curbed=np.zeros(k, np.bool_),
            batch_due=np.zeros(k, np.bool_),
            keep_at_least=np.full(k, int(self.settings.keep_goods)), retired_today=np.zeros(k, np.int64),
            retired_week=np.bincount(gone, minlength=k),
            reserve=self.reserve - np.bincount(added, minlength=k), fresh_week=np.bincount(fresh, minlength=k),
            target=np.array([s.target for s in self.world.specs]), spend=whole(c.spend), gmv=whole(c.gmv), orders=whole(c.orders),
        )  # fmt: skip

    @staticmethod
    def _name(v: CreativeView, row: np.intp) -> tuple[int, int]:
        return int(v.campaign_index[row]), int(v.creative[row])


@dataclass(slots=True)
class Seer(Curator):
    """The same limits, with the truth in place of evidence: what the rules could gain if nothing had to be learned."""

    world: MarketWorld
    _rates: list[dict[tuple[int, int], float]] = field(default_factory=list)

    def view(self) -> Judgeable:
        judged, mix = Curator.view(self), self.world.mix()
        names = list(zip(mix.campaign.tolist(), mix.number.tolist(), strict=True))
        self._rates = [*self._rates, dict(zip(names, mix.rate.tolist(), strict=True))][-SEEN_DAYS - 1 :]
        beside = np.where(mix.share < 1, mix.earns * (1 - mix.share), 1.0) / np.maximum(
            mix.share * (1 - mix.earns), 1e-12
        )
        beside_of = dict(zip(names, beside.tolist(), strict=True))
        rows = [self._name(judged.view, i) for i in np.arange(len(judged.view))]
        now, before = self._rates[-1], self._rates[0]
        weak = np.array([float(beside_of.get(n, 1.0) < WEAK) for n in rows])
        down = np.array([float(now.get(n, 0.0) < before.get(n, 0.0) * (1 - TIRED)) for n in rows])
        still = np.zeros(len(rows), np.int64)
        return judged._replace(view=replace(judged.view, p_weak=weak, p_down=down, share_low_days=still))
