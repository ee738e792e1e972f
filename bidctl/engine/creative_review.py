"""Creatives judged, and the changes that follow as decisions: a retirement, a new one from the reserve, a retired one again.

Of one campaign one change is decided at a time (R-ONE): each is judged on what the one before has left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from bidctl.domain.creatives import VERDICT_WORDING, Verdict
from bidctl.domain.observation import Observation
from bidctl.domain.quadrants import Quadrant
from bidctl.domain.reasons import Reason, Rule
from bidctl.domain.values import AccountId, CampaignId, Field
from bidctl.domain.writes import Write
from bidctl.engine.approvals import OPERATOR_TICK
from bidctl.engine.creative_table import CampaignCreatives, creative_table
from bidctl.engine.creative_view import Judgeable, creative_view
from bidctl.engine.external import REACHED
from bidctl.engine.ports import DecisionRecord
from bidctl.engine.quadrants import quadrants
from bidctl.engine.records import Signature, decision_id, inputs_text, told_rule
from bidctl.engine.shown import creative_before
from bidctl.policy.creatives import CreativeVerdicts, judge_creatives
from bidctl.policy.rulebook import RuleSettings
from bidctl.wording import Wording


@dataclass(frozen=True, slots=True)
class Review:
    """Every creative of the campaigns looked at, with its verdict. `titles` by row."""

    found: tuple[CampaignCreatives, ...]
    judged: Judgeable
    verdicts: CreativeVerdicts
    titles: tuple[str, ...]

    def verdict(self, row: int) -> Verdict:
        return Verdict(int(self.verdicts.verdict[row]))

    def quadrants(self) -> list[Quadrant | None]:
        """Spend x what a yuan of it earns, beside the others of its campaign; None = it spent nothing."""
        v = self.judged.view
        spent = v.spend > 0
        rate = np.where(spent, v.net, np.nan) / np.where(spent, v.spend, 1.0)
        return quadrants(np.where(spent, v.spend, np.nan), rate, v.campaign.tolist(), least=1)


def review_of(found: Sequence[CampaignCreatives], rules: RuleSettings, now: datetime) -> Review:
    """Every creative of some campaigns of one account, judged."""
    begins = [day.start.timestamp() for day in found[0].days] if found else []
    judged = creative_view(*creative_table(found), np.array(begins, np.float64), now.timestamp())
    titles = tuple(c.title for one in found for c in one.members)
    return Review(tuple(found), judged, judge_creatives(judged.view, rules, len(found)), titles)


@dataclass(frozen=True, slots=True)
class Author:
    """In whose name a change is decided: the tick, the policy that every decision names, and whether a person must say yes."""

    tick: str
    policy: str
    sign: Signature
    asks: bool


def next_step(
    review: Review, number: int, o: Observation, i: int, refused: Collection[str], by: Author, now: datetime
) -> DecisionRecord | None:
    """The change of campaign `number` of the review that comes next, None where none does; `i`: its row of `o`. New material comes
    first, so that a replacement is in before anything goes. `refused`: what a person said no to today."""
    spares = [s for s in review.found[number].spares if f"add:{s}" not in refused]
    if review.verdicts.add[number] > 0 and spares:
        return relay(review, number, spares[0], o, i, by, now)
    v = review.judged.view
    weak = np.flatnonzero((v.campaign_index == number) & (review.verdicts.verdict == Verdict.RETIRE))
    weak = weak[[f"delete:{name}" not in refused for name in v.creative[weak].tolist()]]
    return None if not len(weak) else retirement(review, int(weak[np.argmax(v.p_weak[weak])]), o, i, by, now)


def retirement(review: Review, row: int, o: Observation, i: int, by: Author, now: datetime) -> DecisionRecord:
    """The decision to retire creative `row`; `i`: its campaign's row of `o`."""
    v = review.judged.view
    own, siblings = v.net[row] / v.spend[row], v.campaign_index == v.campaign_index[row]
    siblings &= (v.product_index == v.product_index[row]) & (np.arange(len(v)) != row)
    others = v.net[siblings].sum() / v.spend[siblings].sum()
    figures = Wording(
        f"素材 {v.creative[row]}: 消耗 {v.spend[row]:.0f} 元, {v.orders[row]:.0f} 单, 每元产出 {own:.2f} (其他 {others:.2f}), "
        f"弱的概率 {v.p_weak[row]:.0%}; {VERDICT_WORDING[Verdict.RETIRE].zh}",
        f"creative {v.creative[row]}: {v.spend[row]:.0f} yuan, {v.orders[row]:.0f} orders, {own:.2f} a yuan (the others {others:.2f}), "
        f"weak with P {v.p_weak[row]:.0%}; {VERDICT_WORDING[Verdict.RETIRE].en}",
    )
    trace = told_rule(figures, Rule.RETIRE)
    return _change(o, i, f"delete:{v.creative[row]}", Reason.CREATIVE_WEAK, trace, by, now)


def relay(review: Review, number: int, name: str, o: Observation, i: int, by: Author, now: datetime) -> DecisionRecord:
    """The decision to add `name` of the reserve to campaign `number` of the review."""
    v = review.judged.view
    mine = v.campaign_index == number
    tired = int(review.verdicts.tired[number])
    figures = Wording(
        f"{name}: 需补充 {review.verdicts.wanted[number]} 个 (疲劳 {tired}, 在投 {v.delivering[mine].sum()}), 取自储备",
        f"{name}: {review.verdicts.wanted[number]} are wanted ({tired} tired, {v.delivering[mine].sum()} deliver), from the reserve",
    )
    return _change(o, i, f"add:{name}", Reason.CREATIVE_FRESH, told_rule(figures, Rule.RELAY), by, now)


def retired_by_us(writes: Sequence[Write], creative: str) -> CampaignId | None:
    """The campaign in which bidctl retired this creative and has not added it again; None where it did not (R-UNDO)."""
    mine = [w for w in writes if w.request.field is Field.CREATIVE and w.state in REACHED
            and w.request.value in (f"delete:{creative}", f"add:{creative}")]  # fmt: skip
    last = max(mine, key=lambda w: w.id, default=None)
    return last.request.campaign if last is not None and last.request.value.startswith("delete:") else None


def undoing(creative: str, o: Observation, i: int, by: Author, now: datetime) -> DecisionRecord:
    """The decision to add a retired creative again."""
    return _change(o, i, f"add:{creative}", Reason.CREATIVE_AGAIN, "[]", by, now)


def _change(o: Observation, i: int, new: str, reason: Reason, trace: str, by: Author, now: datetime) -> DecisionRecord:
    account, campaign = AccountId(str(o.account[i])), CampaignId(str(o.campaign[i]))
    tick = by.tick if by.tick != OPERATOR_TICK else f"{by.tick} {by.sign.mode.value} {now.isoformat()}"
    return DecisionRecord(
        id=decision_id(account, campaign, tick, Field.CREATIVE, new), tick=by.tick, account=account, campaign=campaign,
        at=now, mode=by.sign.mode, policy_id=by.policy, settings_hash=by.sign.settings_hash, code_version=by.sign.code_version,
        field=Field.CREATIVE, old=creative_before(new), new=new, wish=None, reason=int(reason), bound=0, alerts=0, waived=0,
        needs_approval=by.asks, inputs=inputs_text(o, i), trace=trace,
    )  # fmt: skip
