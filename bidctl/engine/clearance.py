"""The re-check directly before sending (T2): everything that may have changed since the decision, in order of precedence."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from bidctl.domain.campaign import Creative, Reading
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.reasons import WORDING, Reason
from bidctl.domain.values import EDIT_FIELDS, Capabilities, Field, Hold, Kind, Mode, Suggestion, Waiver
from bidctl.domain.writes import Edit, WriteRequest
from bidctl.engine.enrolled import in_quiet
from bidctl.engine.external import Foreign
from bidctl.engine.ports import DecisionRecord, GateView, KnownLife
from bidctl.engine.shown import creative_before, creative_shown, same, shown
from bidctl.policy.creatives import retirements_a_day
from bidctl.policy.rulebook.recheck import EditNow, recheck
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.wording import Wording

RESTORED_S = 61 * 60
"""A restored or empty ledger means no edits for this long (DESIGN 5)."""
MAX_OFFSET_S = 30.0
"""R-CLOCK: farther than this from the platform's clock, nothing is written."""
EDIT_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a write is not sent: a code (the name of a `Reason` where it is one) and its wording."""

    code: str
    wording: Wording

    def __str__(self) -> str:
        return Wording(f"{self.code}: {self.wording.zh}", f"{self.code}: {self.wording.en}").both

    def after(self, cause: str) -> str:
        """The line with what brought it about."""
        more = Wording.read(cause)
        return Wording(
            f"{self.code}: {self.wording.zh} ({more.zh})", f"{self.code}: {self.wording.en} ({more.en})"
        ).both


def because(reason: Reason) -> Objection:
    return Objection(reason.name, WORDING[reason])


MOVED = Objection("MOVED", Wording("读回的值与决策时不同, 放弃", "the value read back is not the decision's: dropped"))
FENCE = Objection("FENCE", Wording("租约已被其他进程接管, 放弃", "another process holds the lease: dropped"))
MODE = Objection("MODE", Wording("决策的模式与写入者不同, 放弃", "the decision's mode is not the writer's: dropped"))
UNFIT = Objection("UNFIT", Wording("计划状态无法识别或已结束, 放弃", "the campaign is odd or ended: dropped"))
CREATIVE = Objection("CREATIVE", Wording("素材不可删除或状态已变, 放弃", "the creative cannot be changed so: dropped"))
UNLISTED = Objection(
    "UNLISTED",
    Wording(
        "平台不再列出这个素材, 无法按原样重新添加",
        "the platform lists the creative no more: it cannot be added as it was",
    ),
)
STARTED = Objection(
    "STARTED", Wording("计划已有花费或已被改动, 不再定起始ROI", "it has spent or was edited: no first target any more")
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that the re-check looks at; read inside T2 or from the platform just before it. `now`: platform time of the
    read-back. `clock_ok`: offset within 30 s and no step of our clock. `edits`: everybody's of the last 7 days and more.
    `retired_today`: creatives of the campaign that we have retired since midnight, unknown outcomes included."""

    request: WriteRequest
    decision: DecisionRecord
    mode: Mode
    fence: int
    view: GateView
    life: KnownLife | None
    reading: Reading
    creatives: Sequence[Creative]
    suggestion: Suggestion
    foreign: Sequence[Foreign]
    edits: Sequence[Edit]
    retired_today: int
    can: Capabilities
    rules: RuleSettings
    clock_ok: bool

    @property
    def now(self) -> datetime:
        return self.reading.read_at

    @property
    def since_edit_s(self) -> float:
        last = self.view.last_edit_at
        return math.inf if last is None else (self.now - last).total_seconds() - self.can.time_error_s

    @property
    def edits_per_day(self) -> int:
        return self.can.edits_per_day_live if self.reading.info.kind is Kind.LIVE else self.can.edits_per_day_goods

    @property
    def pauses(self) -> bool:
        return self.request.field is Field.STATUS and self.request.value == "DISABLE"

    @property
    def is_edit(self) -> bool:
        return self.request.field in EDIT_FIELDS


def objection(e: Evidence) -> Objection | None:
    """The first thing that speaks against sending, None where nothing does."""
    return next((found for check in CHECKS if (found := check(e)) is not None), None)


def needs_suggestion(request: WriteRequest, reason: int) -> bool:
    """A raise of the target, and R-START, end under the suggestion in force."""
    return request.field is Field.ROI_TARGET and (
        reason == Reason.START or Decimal(request.value) > Decimal(request.old)
    )


def _authority(e: Evidence) -> Objection | None:
    switches = e.view.switches
    if e.view.enrolment is None or not switches.enrolled:
        return because(Reason.NOT_ENROLLED)
    if switches.killed:
        return because(Reason.KILLED)
    return None if e.clock_ok else because(Reason.CLOCK_UNSETTLED)


def _ownership(e: Evidence) -> Objection | None:
    if e.view.fence != e.fence:
        return FENCE
    return MODE if e.decision.mode is not e.mode else None


def _switches(e: Evidence) -> Objection | None:
    """R-BREAKER > R-HOLD > R-EXTERNAL; a pause passes all three."""
    switches = e.view.switches
    if e.pauses:
        return None
    if switches.breaker:
        return because(Reason.BREAKER_OPEN)
    if switches.hold is Hold.ALL or (switches.hold is Hold.TARGETS and e.is_edit):
        return because(Reason.HELD)
    held = switches.human_hold_until is not None and e.now < switches.human_hold_until
    return because(Reason.HUMAN_EDIT) if held else None


def _unmoved(e: Evidence) -> Objection | None:
    """`old` equals what was just read, and nothing changed since the decision, by anybody."""
    request, info = e.request, e.reading.info
    since = any(x.campaign == request.campaign and x.effective_at > e.decision.at for x in e.edits)
    touched = info.modified_at is not None and info.modified_at > e.decision.at  # budget and status, too
    if (e.foreign or since or touched) and not e.pauses:
        return MOVED  # also when it moved there and back
    if info.odd is not None or info.ended:
        return UNFIT
    if request.field is Field.CREATIVE:
        return _creative(e)
    if request.objective is not None and info.objective is not request.objective:
        return MOVED
    if request.field is Field.ROI_TARGET and not info.cost_controlled:
        return because(Reason.NOT_COST_CONTROLLED)
    return None if same(shown(info, request.field, e.can.grid), request.old) else MOVED


def _creative(e: Evidence) -> Objection | None:
    deletes, name = e.request.value.startswith("delete:"), e.request.value.partition(":")[2]
    if creative_shown(e.request.value, e.creatives) != creative_before(e.request.value):
        return CREATIVE
    mine = [c for c in e.creatives if c.creative == name]
    if not deletes:  # a name that is not listed would be taken for another kind of id
        return UNLISTED if e.decision.reason == Reason.CREATIVE_AGAIN and not mine else None
    if any(c.picked_by_system or c.shared or not c.returns for c in mine):
        return CREATIVE
    deliver = sum(c.delivering for c in e.creatives)
    stay = sum(c.delivering and c.creative != name for c in e.creatives)
    least = e.rules.keep_live if e.reading.info.kind is Kind.LIVE else e.rules.keep_goods
    spent = e.retired_today >= retirements_a_day(np.array([deliver]), e.rules)[0]
    return because(Reason.TOO_FEW_CREATIVES) if stay < least or spent else None


def _restored(e: Evidence) -> Objection | None:
    young = e.now - e.view.ledger_since < timedelta(seconds=RESTORED_S)
    return because(Reason.SPACING) if e.is_edit and young else None


def _observing(e: Evidence) -> Objection | None:
    """R-OBSERVE: an approval or a plan may be older than the hour in which its campaign was fed."""
    begun = e.life.observe_from if e.life else None
    retires = e.request.field is Field.CREATIVE and e.request.value.startswith("delete:")
    if not (e.is_edit or retires) or e.decision.reason == Reason.START or begun is None:
        return None
    inside = (e.now - begun).total_seconds() < e.rules.observe_s
    return because(Reason.OBSERVING) if inside else None


def _quiet(e: Evidence) -> Objection | None:
    """R-QUIET: a write that waited for its place may come out after the operator's window has begun."""
    if e.request.field is Field.STATUS or e.view.enrolment is None:
        return None
    local = e.now.astimezone(ZoneInfo(e.can.time_zone))
    inside = in_quiet(e.view.enrolment.quiet, local.hour * 60 + local.minute)
    return because(Reason.QUIET) if inside else None


def _first(e: Evidence) -> Objection | None:
    """START once, the first edit of ours and before any spend (RULEBOOK 5.3)."""
    if e.decision.reason != Reason.START:
        return None
    mine = any(x.ours and x.campaign == e.request.campaign for x in e.edits)
    life, spend = e.life, e.reading.info.today.spend or 0.0
    spent = spend > 0 or (life is not None and (life.first_spend_at is not None or life.started))
    return STARTED if mine or spent else None


def _week(e: Evidence) -> Objection | None:
    """One edit DAY in 7 where the platform has it so; a second edit on the same day is R-QUOTA's."""
    if not e.is_edit or not e.can.edit_days_per_week:
        return None
    zone = ZoneInfo(e.can.time_zone)
    today = e.now.astimezone(zone).date()
    days = {x.effective_at.astimezone(zone).date() for x in e.edits if x.campaign == e.request.campaign}
    recent = {d for d in days if 0 < (today - d).days < EDIT_WEEK_DAYS}
    return because(Reason.QUOTA) if len(recent) >= e.can.edit_days_per_week else None


def _numbers(e: Evidence) -> Objection | None:
    """The rulebook's own arithmetic over what was just read: band, cap, spacing, quota."""
    if e.request.field is not Field.ROI_TARGET:
        return None
    enrolment = e.view.enrolment
    edit = EditNow(
        old_units=e.can.grid.units(e.request.old),
        new_units=e.can.grid.units(e.request.value),
        grid=e.can.grid.per_one,
        kind=e.reading.info.kind,
        since_edit_s=e.since_edit_s,
        spacing_s=e.can.spacing_s,
        edits_today=e.view.edits_today,
        edits_per_day=e.edits_per_day,
        suggestion=e.suggestion.value,
        suggestion_state=e.suggestion.state,
        ceiling=_ceiling(enrolment),
        floor=_floor(e.decision),
        waivers=_waivers(e),
        start=e.decision.reason == Reason.START,
    )
    reason = recheck(edit, e.rules)
    return None if reason is None else because(reason)


def _objective(e: Evidence) -> Objection | None:
    """A switch of objective is an edit too: spaced and counted."""
    if e.request.field is not Field.OBJECTIVE:
        return None
    if e.since_edit_s <= max(e.rules.spacing_s, e.can.spacing_s):
        return because(Reason.SPACING)
    return because(Reason.QUOTA) if e.view.edits_today >= e.edits_per_day else None


def _budget(e: Evidence) -> Objection | None:
    """R-BUDGET: inside the operator's daily cap; off where none is set."""
    if e.request.field is not Field.BUDGET or e.decision.reason == Reason.BUDGET_BASE:
        return None
    cap = e.view.enrolment.budget_cap if e.view.enrolment else None
    within = cap is not None and Decimal(e.request.value) <= Decimal(str(cap))
    return None if within else because(Reason.NO_BUDGET_STEP)


def _waivers(e: Evidence) -> Waiver:
    """Those granted; a raise over the suggestion needs one that its decision carries as a mark (RULEBOOK 5)."""
    granted = e.view.enrolment.waivers if e.view.enrolment else Waiver.NO
    marked = Waiver(e.decision.waived) | ~Waiver.PROFIT_OVER_SUGGESTION
    return granted & marked


def _ceiling(enrolment: Enrolment | None) -> float:
    return math.nan if enrolment is None or enrolment.maximum is None else enrolment.maximum


def _floor(decision: DecisionRecord) -> float:
    """Break-even as the decision knew it (R-FLOOR); NaN where it had none."""
    tree = json.loads(decision.inputs or "{}")
    value = tree.get("floor") if isinstance(tree, dict) else None
    return float(value) if isinstance(value, (int, float)) else math.nan


CHECKS: tuple[Callable[[Evidence], Objection | None], ...] = (
    _authority, _ownership, _switches, _unmoved, _restored, _observing, _quiet, _first, _week, _numbers, _objective, _budget,
)  # fmt: skip
"""In order of precedence (RULEBOOK 4)."""
