"""Creatives looked at: the figures of the last complete days read, every creative judged, retirements and their undoing proposed.

A retirement is a person's yes for now: nothing here writes, proposals wait in the ledger and pass the gate when approved. Of one
campaign one creative is proposed at a time (R-ONE): each change is judged on what the one before has left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from bidctl.domain.creatives import VERDICT_WORDING, Verdict
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Reason, Rule
from bidctl.domain.values import AccountId, CampaignId, Field, Hold, Kind, Stage
from bidctl.domain.writes import Write
from bidctl.engine.approvals import OPERATOR_TICK
from bidctl.engine.creative_table import CampaignCreatives, creative_table
from bidctl.engine.creative_view import WINDOW_DAYS, Judgeable, creative_view
from bidctl.engine.days import NaturalDays
from bidctl.engine.external import REACHED
from bidctl.engine.ports import DecisionRecord, PlatformReads
from bidctl.engine.records import Signature, inputs_text, told_rule
from bidctl.engine.shown import GONE, PRESENT
from bidctl.policy.creatives import CreativeVerdicts, judge_creatives
from bidctl.policy.rulebook import RuleSettings
from bidctl.wording import Wording

WEEK = timedelta(days=7)
QUADRANTS = {
    (True, True): Wording("高量高转", "much volume, good conversion"),
    (True, False): Wording("高量低转", "much volume, poor conversion"),
    (False, True): Wording("低量高转", "little volume, good conversion"),
    (False, False): Wording("低量低转", "little volume, poor conversion"),
}
"""(volume, conversion)."""


@dataclass(frozen=True, slots=True)
class Review:
    """Every creative of the campaigns looked at, with its verdict. `titles` by row."""

    found: tuple[CampaignCreatives, ...]
    judged: Judgeable
    verdicts: CreativeVerdicts
    titles: tuple[str, ...]

    def verdict(self, row: int) -> Verdict:
        return Verdict(int(self.verdicts.verdict[row]))

    def quadrant(self, row: int) -> Wording:
        """Volume x conversion: beside the median spend and the rate of its campaign's creatives together."""
        v = self.judged.view
        mine = (v.campaign_index == v.campaign_index[row]) & (v.spend > 0)
        if not v.spend[row] > 0:
            return Wording("无消耗", "no spend")
        much = v.spend[row] >= np.median(v.spend[mine])
        well = v.net[row] * v.spend[mine].sum() >= v.net[mine].sum() * v.spend[row]
        return QUADRANTS[bool(much), bool(well)]


def may_be_touched(o: Observation, i: int) -> bool:
    """Whether row `i` is free, ours, in an effective hour, and nobody froze it."""
    ours = o.enrolled[i] and not (
        o.advise_only[i] or o.killed[i] or o.breaker_open[i] or o.human_hold[i] or o.open_write[i]
    )
    return bool(ours and o.stage[i] == Stage.FREE and o.effective[i] and o.hold[i] != Hold.ALL)


async def look(
    reads: PlatformReads,
    o: Observation,
    rows: Sequence[int],
    writes: Sequence[Write],
    rules: RuleSettings,
    now: datetime,
) -> Review:
    """Read and judge the creatives of some campaigns of one account; `writes` of the last week at least. Raises ReadFailed."""
    days = NaturalDays(reads.capabilities.time_zone)
    today = days.of(now.timestamp())
    begins = [days.start(d) for d in range(today - WINDOW_DAYS, today)]
    midnight = datetime.fromtimestamp(days.start(today), UTC)
    found = tuple([await _campaign(reads, o, i, begins, midnight, writes, rules) for i in rows])
    judged = creative_view(*creative_table(found), np.array(begins if found else [], np.float64), now.timestamp())
    titles = tuple(c.title for one in found for c in one.members)
    return Review(found, judged, judge_creatives(judged.view, rules, len(found)), titles)


async def _campaign(
    reads: PlatformReads, o: Observation, i: int, begins: Sequence[float], midnight: datetime, writes: Sequence[Write],
    rules: RuleSettings,
) -> CampaignCreatives:  # fmt: skip
    account, campaign = AccountId(str(o.account[i])), CampaignId(str(o.campaign[i]))
    members = await reads.creatives(account, campaign)
    days = [await reads.creative_day(account, campaign, datetime.fromtimestamp(at, UTC)) for at in begins]
    mine = [
        w for w in writes if w.request.campaign == campaign and w.request.field is Field.CREATIVE and w.state in REACHED
    ]
    keep = rules.keep_live if o.kind[i] == Kind.LIVE else rules.keep_goods
    return CampaignCreatives(
        campaign=campaign,
        free=may_be_touched(o, i),
        keep_at_least=int(keep),
        retired_today=sum(w.request.value.startswith("delete:") and w.taken_at >= midnight for w in mine),
        fresh_week=sum(w.request.value.startswith("add:") and w.taken_at >= midnight - WEEK for w in mine),
        target=float(o.target_units[i]) / float(o.grid[i]) if o.cost_controlled[i] else float("nan"),
        members=members,
        days=tuple(days),
    )


def retirements(review: Review) -> list[int]:
    """Of each campaign the row surest to be weak among those to be retired."""
    v = review.judged.view
    going = [i for i in range(len(v)) if review.verdict(i) is Verdict.RETIRE]
    best: dict[int, int] = {}
    for i in sorted(going, key=lambda row: -float(v.p_weak[row])):
        best.setdefault(int(v.campaign_index[i]), i)
    return sorted(best.values())


def retirement(
    review: Review, row: int, o: Observation, i: int, policy: str, sign: Signature, now: datetime
) -> DecisionRecord:
    """The proposal to retire creative `row`; `i`: its campaign's row of `o`."""
    v = review.judged.view
    own, siblings = v.net[row] / v.spend[row], v.campaign_index == v.campaign_index[row]
    siblings &= np.arange(len(v)) != row
    others = v.net[siblings].sum() / v.spend[siblings].sum()
    figures = Wording(
        f"素材 {v.creative[row]}: 消耗 {v.spend[row]:.0f} 元, {v.orders[row]:.0f} 单, 每元产出 {own:.2f} (其他 {others:.2f}), "
        f"弱的概率 {v.p_weak[row]:.0%}; {VERDICT_WORDING[Verdict.RETIRE].zh}",
        f"creative {v.creative[row]}: {v.spend[row]:.0f} yuan, {v.orders[row]:.0f} orders, {own:.2f} a yuan (the others {others:.2f}), "
        f"weak with P {v.p_weak[row]:.0%}; {VERDICT_WORDING[Verdict.RETIRE].en}",
    )
    return _proposal(
        o,
        i,
        PRESENT,
        f"delete:{v.creative[row]}",
        Reason.CREATIVE_WEAK,
        told_rule(figures, Rule.RETIRE),
        policy,
        sign,
        now,
    )


def retired_by_us(writes: Sequence[Write], creative: str) -> CampaignId | None:
    """The campaign in which bidctl retired this creative and has not added it again; None where it did not (R-UNDO)."""
    mine = [w for w in writes if w.request.field is Field.CREATIVE and w.state in REACHED
            and w.request.value in (f"delete:{creative}", f"add:{creative}")]  # fmt: skip
    last = max(mine, key=lambda w: w.id, default=None)
    return last.request.campaign if last is not None and last.request.value.startswith("delete:") else None


def undoing(creative: str, o: Observation, i: int, policy: str, sign: Signature, now: datetime) -> DecisionRecord:
    """The proposal to add a retired creative again."""
    return _proposal(o, i, GONE, f"add:{creative}", Reason.CREATIVE_AGAIN, "[]", policy, sign, now)


def _proposal(
    o: Observation, i: int, old: str, new: str, reason: Reason, trace: str, policy: str, sign: Signature, now: datetime
) -> DecisionRecord:
    account, campaign = AccountId(str(o.account[i])), CampaignId(str(o.campaign[i]))
    name = "|".join((account, campaign, new, sign.mode.value, now.isoformat()))
    return DecisionRecord(
        id=hashlib.blake2b(name.encode(), digest_size=16).hexdigest(), tick=OPERATOR_TICK, account=account, campaign=campaign,
        at=now, mode=sign.mode, policy_id=policy, settings_hash=sign.settings_hash, code_version=sign.code_version,
        field=Field.CREATIVE, old=old, new=new, wish=None, reason=int(reason), bound=0, alerts=0, waived=0,
        needs_approval=True, inputs=inputs_text(o, i), trace=trace,
    )  # fmt: skip
