"""What a campaign lacks before it is launched: one line a check, with what to do. Nothing here acts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from bidctl.domain.campaign import CampaignInfo, Creative
from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import WORDING, Reason
from bidctl.domain.values import CampaignId, FloorState, Kind, Stage
from bidctl.engine.life import FED_SPEND
from bidctl.engine.words import Say
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rulebook.stoploss import red
from bidctl.wording import Wording


class Check(IntEnum):
    """What is looked at, in the order in which it is mended."""

    PERMISSION = 0
    ENROLLED = 1
    CREATIVES = 2
    BUDGET = 3
    MARGIN = 4
    PRIOR = 5
    TARGET = 6
    STOCK = 7
    STOPLOSS = 8
    HOSTS = 9


CHECKS: dict[Check, Wording] = {
    Check.PERMISSION: Wording("权限", "permission"),
    Check.ENROLLED: Wording("托管", "enrolment"),
    Check.CREATIVES: Wording("素材", "creatives"),
    Check.BUDGET: Wording("预算", "budget"),
    Check.MARGIN: Wording("保本", "break-even"),
    Check.PRIOR: Wording("结算率", "settlement"),
    Check.TARGET: Wording("目标", "target"),
    Check.STOCK: Wording("库存", "stock"),
    Check.STOPLOSS: Wording("止损", "stop-loss"),
    Check.HOSTS: Wording("换主播", "hosts"),
}


class Found(IntEnum):
    """What a check came to."""

    OK = 0
    LACKS = 1
    UNKNOWN = 2


FOUND: dict[Found, Wording] = {
    Found.OK: Wording("具备", "ok"),
    Found.LACKS: Wording("缺", "LACKS"),
    Found.UNKNOWN: Wording("未知", "not known"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One check of one campaign; `says` what was found and, where something lacks, what to do."""

    campaign: CampaignId
    check: Check
    found: Found
    says: Wording


@dataclass(frozen=True, slots=True)
class Asked:
    """What the platform answered of campaigns. `creatives`: those of each, or why they could not be read."""

    creatives: Mapping[CampaignId, Sequence[Creative] | str]


_Told = tuple[Found, Wording]


def preflight(
    o: Observation, d: Decisions, infos: Mapping[CampaignId, CampaignInfo], rules: RuleSettings, stoploss_set: bool, asked: Asked | None
) -> list[Line]:  # fmt: skip
    """All checks of every row of an observation. `asked` None: the platform was not asked."""
    lines = []
    for i in range(len(o)):
        info = infos[CampaignId(str(o.campaign[i]))]
        for check, (found, says) in zip(Check, _checks(o, d, i, info, rules, stoploss_set, asked), strict=True):
            lines.append(Line(info.campaign, check, found, says))
    return lines


def _checks(
    o: Observation, d: Decisions, i: int, info: CampaignInfo, rules: RuleSettings, stoploss_set: bool, asked: Asked | None
) -> Iterator[_Told]:  # fmt: skip
    """One for each `Check`, in its order."""
    yield _permission(o, i, info, asked)
    yield _enrolled(o, i, info)
    yield _creatives(info, rules, asked)
    yield _budget(info)
    yield _margin(o, i, info)
    yield (Found.OK, Say.PRIOR_FINE()) if o.trusted[i] else (Found.LACKS, Say.PRIOR_NONE())
    yield _target(o, d, i, asked)
    yield _stock(o, i, rules)
    yield (Found.OK, Say.STOPLOSS_FINE()) if stoploss_set else (Found.LACKS, Say.STOPLOSS_NONE())
    yield _hosts(o, i, info)


def _permission(o: Observation, i: int, info: CampaignInfo, asked: Asked | None) -> _Told:
    if info.odd is not None:
        return Found.LACKS, Say.ODD(odd=info.odd)
    if not info.cost_controlled:
        return Found.LACKS, Say.NO_TARGET_KIND()
    if o.advise_only[i]:
        return Found.LACKS, Say.HOSTED()
    return (Found.UNKNOWN, Say.NOT_ASKED()) if asked is None else (Found.OK, Say.READ_FINE())


def _enrolled(o: Observation, i: int, info: CampaignInfo) -> _Told:
    if o.enrolled[i]:
        return Found.OK, Say.ENROLLED()
    return Found.LACKS, Say.NOT_ENROLLED(account=info.account, campaign=info.campaign)


def _creatives(info: CampaignInfo, rules: RuleSettings, asked: Asked | None) -> _Told:
    if asked is None:
        return Found.UNKNOWN, Say.NOT_ASKED()
    told = asked.creatives.get(info.campaign, ())
    if isinstance(told, str):
        return Found.LACKS, Say.CREATIVES_UNREAD(why=Wording.read(told))
    least = int(rules.keep_live if info.kind is Kind.LIVE else rules.keep_goods)
    count = sum(1 for c in told if c.delivering and not c.deleted)
    if count < least and info.kind is Kind.LIVE:
        return Found.UNKNOWN, Say.CREATIVES_ROOM(count=count, least=least)
    if count < least:
        return Found.LACKS, Say.CREATIVES_FEW(count=count, least=least)
    return Found.OK, Say.CREATIVES_FINE(count=count, least=least)


def _budget(info: CampaignInfo) -> _Told:
    if info.budget is None:
        return Found.OK, Say.BUDGET_FREE()
    if info.budget < FED_SPEND:
        return Found.LACKS, Say.BUDGET_SMALL(yuan=info.budget, fed=f"{FED_SPEND:g}")
    return Found.OK, Say.BUDGET_FINE(yuan=info.budget)


def _margin(o: Observation, i: int, info: CampaignInfo) -> _Told:
    if o.floor_state[i] == FloorState.KNOWN:
        return Found.OK, Say.MARGIN_FINE(floor=f"{o.floor[i]:.3f}")
    if o.floor_state[i] == FloorState.NEVER_PROFITABLE:
        return Found.LACKS, Say.MARGIN_NEVER()
    return Found.LACKS, Say.MARGIN_NONE(account=info.account)


def _target(o: Observation, d: Decisions, i: int, asked: Asked | None) -> _Told:
    """A campaign that never spent needs R-START's target; of another the one that it has is R-EVIDENCE's business."""
    if o.target_units[i] <= 0:
        return Found.LACKS, Say.TARGET_NONE()
    target = f"{o.target_units[i] / o.grid[i]:g}"
    if o.started[i] or o.stage[i] != Stage.NEW:
        return Found.OK, Say.TARGET_FINE(target=target)
    if asked is None:
        return Found.UNKNOWN, Say.NOT_ASKED()
    reason = Reason(int(d.reason[i]))
    if reason is Reason.START_KEPT:
        return Found.OK, Say.TARGET_FINE(target=target)
    if reason is Reason.START:
        phrase = Say.TARGET_ASKS if d.ask[i] else Say.TARGET_OTHER
        return Found.LACKS, phrase(target=target, start=f"{d.result[i] / o.grid[i]:g}")
    return Found.LACKS, Say.TARGET_HELD(target=target, reason=WORDING[reason])


def _stock(o: Observation, i: int, rules: RuleSettings) -> _Told:
    pieces, hours = float(o.stock_pieces[i]), float(o.stock_cover_h[i])
    if np.isnan(pieces) and np.isnan(hours):
        return Found.UNKNOWN, Say.STOCK_UNTOLD()
    phrase, found = (Say.STOCK_RED, Found.LACKS) if red(o, rules)[i] else (Say.STOCK_FINE, Found.OK)
    return found, phrase(
        pieces=f"{pieces:g}", hours="∞" if np.isinf(hours) else "?" if np.isnan(hours) else f"{hours:.0f}"
    )


def _hosts(o: Observation, i: int, info: CampaignInfo) -> _Told:
    """R-QUIET keeps off 15 min around a change of host, where anything tells of one."""
    if info.kind is not Kind.LIVE:
        return Found.OK, Say.HOSTS_OF_GOODS()
    return (Found.UNKNOWN, Say.HOSTS_UNTOLD()) if np.isnan(o.host_change_s[i]) else (Found.OK, Say.HOSTS_FINE())
