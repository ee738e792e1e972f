"""One row per creative: everything the creative rules may know at one instant (RULEBOOK 3)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import AccountId, CampaignId
from bidctl.wording import Wording

Text = NDArray[np.str_]
Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bool = NDArray[np.bool_]


class Verdict(IntEnum):
    """What the rules say of one creative. Numbers are stored: never reuse one."""

    KEEP = 0  # nothing speaks against it
    RETIRE = 1  # R-RETIRE
    GONE = 2  # does not deliver any more
    SYSTEM = 3  # picked by the system: cannot be deleted
    SHARED = 4  # shared with other products or creators: never touched
    TOP = 5  # among the three best by GMV of its campaign
    YOUNG = 6  # younger than 72 h, or among the youngest fifth
    AGE_UNKNOWN = 7
    LOW_EVIDENCE = 8  # too little spend to judge: left alone
    CAMPAIGN_NOT_FREE = 9  # observing, held, or not enrolled
    SPARED = 10  # weak, but the others need it: R-KEEP's floor or the day's number
    DOUBTFUL = 11  # weak by its own figure, not surely enough beside the others chosen
    TIRED = 12  # fatigue: a new one is asked for (R-RELAY)
    VETOED = 13  # weak by what was paid, good by what was settled
    NO_RETURN = 14  # could not be added again: what is retired must be able to come back (R-UNDO)


VERDICT_WORDING: dict[Verdict, Wording] = {
    Verdict.KEEP: Wording("表现正常, 保留", "does well: kept"),
    Verdict.RETIRE: Wording(
        "每元消耗产出明显低于同商品其他素材, 下架", "yields clearly less per yuan than its siblings: retired"
    ),
    Verdict.GONE: Wording("已不在投", "does not deliver any more"),
    Verdict.SYSTEM: Wording("系统优选素材, 不可删除, 仅展示", "picked by the system, cannot be deleted: shown only"),
    Verdict.SHARED: Wording("与其他商品或达人共用, 不动", "shared with other products or creators: not touched"),
    Verdict.TOP: Wording("成交额前三, 不动", "among the top three by GMV: not touched"),
    Verdict.YOUNG: Wording("上线不久, 继续观察", "young: watched on"),
    Verdict.AGE_UNKNOWN: Wording("不知上线时间, 不动", "age not known: not touched"),
    Verdict.LOW_EVIDENCE: Wording("消耗太少, 证据不足, 不动", "too little spend to judge: left alone"),
    Verdict.CAMPAIGN_NOT_FREE: Wording("计划未到可调整阶段, 不动", "its campaign may not be touched now"),
    Verdict.SPARED: Wording(
        "偏弱, 但在投素材数量不能再少", "weak, but the number of delivering creatives must not fall further"
    ),
    Verdict.DOUBTFUL: Wording("偏弱, 把握不够, 暂留", "weak, not surely enough: kept for now"),
    Verdict.TIRED: Wording("素材疲劳, 请补充新素材", "tired: new material is asked for"),
    Verdict.VETOED: Wording(
        "支付口径偏弱, 但结算口径良好, 保留", "weak by what was paid, good by what was settled: kept"
    ),
    Verdict.NO_RETURN: Wording(
        "不是可重新添加的视频, 下架后无法撤销, 不动", "no video that could be added again once retired: not touched"
    ),
}


@dataclass(frozen=True, slots=True)
class Spare:
    """A video in a campaign's reserve (R-RELAY): `name` is the platform's id of a home-page item (digits) or of an uploaded video."""

    account: AccountId
    campaign: CampaignId
    name: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CreativeView:
    """Columns over m creatives, rows of one campaign together; money yuan, ages hours, NaN = not known."""

    campaign: Text
    creative: Text
    campaign_index: Int  # dense number of the campaign
    product_index: Int  # dense number of the product within which rates are compared
    delivering: Bool
    picked_by_system: Bool
    shared: Bool
    returns: Bool  # could be added again once retired
    age_h: Float  # since creation, else since first sight
    free: Bool  # its campaign is free, enrolled, not held, in an effective hour
    keep_at_least: Int  # delivering creatives that stay (R-KEEP, by scene)
    retired_today: Int  # retirements of ours in its campaign today
    retired_week: Int  # and since the beginning of the day 7 days ago
    spend: Float  # complete days only, first 24 h of the creative left out
    orders: Float
    net: Float  # net (1 h) GMV of the same span, paid GMV where that is not reported
    gmv_rank: Int  # 1 = most GMV of its campaign
    campaign_spend: Float  # its whole campaign, same days
    cost_per_order: Float  # order value / target of its campaign
    p_weak: Float  # P(rate < 0.7 x pooled rate of the others)
    p_good_settled: Float  # P(settled rate >= pooled settled rate of the others); NaN = nothing settled yet
    share_low_days: Int  # running days with a share of spend below half of its own 3-day peak
    p_down: Float  # P(rate of the last 3 days < rate before)
    reserve: Int  # creatives waiting in its campaign's queue
    batch_due: Bool  # a promotion comes, for which a test batch of new ones is opened now (R-RELAY)
    fresh_week: Int  # creatives added to its campaign in the last 7 days

    def __len__(self) -> int:
        return len(self.creative)

    def take(self, rows: NDArray[np.intp] | Bool) -> CreativeView:
        """Some rows, by index or mask."""
        return CreativeView(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})
