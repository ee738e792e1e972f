"""The clauses of RULEBOOK 5.1-5.4, each a plain function of one write of ours and what was in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bidctl.audit.history import RACE, Change, History, restored
from bidctl.audit.journal import Entry, Value
from bidctl.audit.marks import Marks
from bidctl.audit.report import Clause, Words

SPACING = timedelta(minutes=60)
LAG = timedelta(microseconds=999_999)
"""A decision bears our reckoning of the platform's time, whose Date headers come in whole seconds: it may be stamped less than
a second too early, and what it knew of then looks later than it was."""
LIVE_SPACING = timedelta(minutes=15)
LIVE_WAIVERS = ("live_spacing_15min", "live_spacing", "spacing")
CAP_WAIVER = "profit_over_suggestion"


@dataclass(frozen=True, slots=True)
class Finding:
    """A clause that was judged; `found` None = it holds."""

    clause: Clause
    found: Words | None = None
    expected: Words | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One write of ours with all that its judgement needs. `racing`: changes by others that count as a RACE. `old`: the
    value it replaced, as it was before the race."""

    entry: Entry
    history: History
    marks: Marks
    racing: tuple[Change, ...]

    @property
    def old(self) -> Value:
        raced = [c for c in self.racing if c.field == "roi_target"]
        return raced[0].old if raced else self.entry.old

    @property
    def shadow(self) -> bool:
        """Not a write of its own: judged with the target that the same request sets."""
        return restored(self.entry, self.history)

    @property
    def starts(self) -> bool:
        """The first edit of ours, of the target, before any reported spend: START."""
        return self.history.own_edits == 0 and not self.spent

    @property
    def spent(self) -> bool:
        return self.entry.first_spend_at is not None

    @property
    def in_band(self) -> bool:
        return (
            isinstance(self.old, Decimal) and isinstance(self.entry.new, Decimal) and _in_band(self.old, self.entry.new)
        )

    @property
    def raises(self) -> bool:
        old, new = self.old, self.entry.new
        return isinstance(new, Decimal) and (not isinstance(old, Decimal) or new > old)


def judge(case: Case) -> Iterator[Finding]:
    """Every clause of 5.1-5.4 that applies to one write of ours."""
    yield from _authority(case)
    if case.entry.applied and case.entry.field in {"budget", "creative"}:
        yield from _protected(case)
    if case.entry.is_edit:
        yield from _edit(case)


def _edit(case: Case) -> Iterator[Finding]:
    if case.entry.field == "objective":
        if not case.shadow:
            yield _spacing(case)
        return
    if not case.starts:
        yield _spacing(case)
        yield _band(case)
    yield _cap(case)
    yield from _life(case)


def _in_band(old: Decimal, new: Decimal) -> bool:
    return 20 * abs(new - old) >= old and 10 * abs(new - old) <= old


def _spacing(case: Case) -> Finding:
    e = case.entry
    with_it = {c.line for c in case.history.edits if c.received_at == e.received_at and case.racing}
    last = case.history.last_edit(with_it | {c.line for c in case.racing})
    waived = e.live and any(case.marks.waived(name, e) for name in LIVE_WAIVERS)
    limit = LIVE_SPACING if waived else SPACING
    if last is None or e.at - last.at > limit:
        return Finding(Clause.SPACING)
    gap = _span(e.at - last.at)
    minutes = int(limit.total_seconds() // 60)
    return Finding(
        Clause.SPACING,
        Words(f"距第{last.line}行的改动 {gap}", f"{gap} after the edit of line {last.line}"),
        Words(f"超过 {minutes}:00", f"more than {minutes}:00"),
    )


def _band(case: Case) -> Finding:
    if case.in_band:
        return Finding(Clause.BAND)
    step = _step(case.old, case.entry.new)
    return Finding(
        Clause.BAND, Words(f"{step}", f"{step}"), Words("变动 5.00%-10.00%", "a change of 5.00 % to 10.00 %")
    )


def _cap(case: Case) -> Finding:
    e = case.entry
    cap = e.suggestion if e.suggestion is not None else case.marks.ceiling(e)
    if not case.raises or (cap is not None and isinstance(e.new, Decimal) and e.new <= cap) or _over_waived(case):
        return Finding(Clause.CAP)
    found = Words(f"调高到 {e.new}", f"raised to {e.new}")
    if cap is None:
        return Finding(
            Clause.CAP, found, Words("无系统建议且无上限标记: 不调高", "no suggestion and no marked ceiling: no raise")
        )
    if e.suggestion is None:
        return Finding(Clause.CAP, found, Words(f"不超过人工上限 {cap}", f"at most the marked ceiling {cap}"))
    return Finding(Clause.CAP, found, Words(f"不超过系统建议 {cap}", f"at most the suggestion {cap}"))


def _over_waived(case: Case) -> bool:
    waived = case.marks.waived(CAP_WAIVER, case.entry)
    if waived is None:
        return False
    return waived[0] is None or (isinstance(case.old, Decimal) and case.old < waived[0])


def _life(case: Case) -> Iterator[Finding]:
    """Observation, START and R-NOVOLUME: what may be done before a campaign is free."""
    e = case.entry
    if case.starts:
        yield Finding(Clause.START)
        return  # exempt from observation: a live campaign made anew inherits its account's
    if not case.spent:
        yield from _second_start(case)
    elif e.observing_until is None:
        yield from _feeding(case)
    if any(c.field == "objective" for c in case.racing):  # a switch restarts the observation: part of the race
        return
    if e.observing_until is not None and e.at < e.observing_until:
        yield _observing(e)
    else:
        yield Finding(Clause.OBSERVE)


def _second_start(case: Case) -> Iterator[Finding]:
    step = _step(case.old, case.entry.new)
    if case.raises or not case.in_band:
        found = Words(
            f"我方第{case.history.own_edits + 1}次改动, 尚无消耗: {step}",
            f"our edit no. {case.history.own_edits + 1} before any spend: {step}",
        )
        yield Finding(Clause.START, found, Words("首次定价只有一次", "START once, as our first edit"))
    else:
        yield Finding(Clause.NOVOLUME)


def _feeding(case: Case) -> Iterator[Finding]:
    step = _step(case.old, case.entry.new)
    if case.history.own_edits == 0 and not case.in_band:
        found = Words(f"已有消耗后的首次定价: {step}", f"START after reported spend: {step}")
        yield Finding(Clause.START, found, Words("在有消耗之前", "before any reported spend"))
    elif case.raises:
        found = Words(f"未喂饱时调高: {step}", f"raised before it was fed: {step}")
        yield Finding(Clause.NOVOLUME, found, Words("只可调低 (R-NOVOLUME)", "only downward (R-NOVOLUME)"))
    else:
        yield Finding(Clause.NOVOLUME)


def _observing(e: Entry) -> Finding:
    until = e.observing_until.isoformat() if e.observing_until else ""
    return Finding(
        Clause.OBSERVE,
        Words(f"观察期内改动 {e.field}", f"{e.field} changed inside the observation period"),
        Words(f"{until} 之后", f"not before {until}"),
    )


def _protected(case: Case) -> Iterator[Finding]:
    """R-OBSERVE also forbids lowering the budget and retiring creatives."""
    e = case.entry
    lowered = isinstance(e.old, Decimal) and isinstance(e.new, Decimal) and e.new < e.old
    limited = e.field == "budget" and e.old is None and isinstance(e.new, Decimal)
    retired = e.field == "creative" and isinstance(e.new, str) and e.new.startswith("delete")
    inside = e.observing_until is not None and e.at < e.observing_until
    yield _observing(e) if inside and (lowered or limited or retired) else Finding(Clause.OBSERVE)


def _authority(case: Case) -> Iterator[Finding]:
    """5.4 on every attempt, refused ones included: what must not even be sent."""
    e, marks = case.entry, case.marks
    sent = Words(f"{e.field} = {e.new}", f"{e.field} = {e.new}")
    if marks.mode(e) in {"dry", None}:
        yield Finding(
            Clause.DRY, sent, Words("演练模式或运行标记之前不写入", "no write in dry mode or before the run's mark")
        )
    else:
        yield Finding(Clause.DRY)
    if "kill" in marks.seen:
        killed = marks.killed(e)
        yield (
            Finding(Clause.KILL, sent, Words("停止托管期间无写入", "no write begun under the kill switch"))
            if killed
            else Finding(Clause.KILL)
        )
    if {"enrol", "unenrol"} & marks.seen:
        enrolled = marks.enrolled(e)
        yield (
            Finding(Clause.ENROL)
            if enrolled
            else Finding(Clause.ENROL, sent, Words("计划已托管", "an enrolled campaign"))
        )
    if e.field == "objective" and not case.shadow:
        yield Finding(Clause.OBJECTIVE, sent, Words("不切换优化目标", "the objective left as it is"))
    else:
        yield Finding(Clause.OBJECTIVE)


def changed_since(entry: Entry, history: History, decided_at: datetime | None) -> tuple[tuple[Change, ...], Finding]:
    """What others changed before a write of ours took effect: the racing changes, and the clause's finding.

    A change after our last read is a RACE when the request began within 5 s of that read, else a violation; with the
    ledger, `decided_at` is known and a change between decision (a second after its stamp) and read is a violation too."""
    if not entry.applied:
        return (), Finding(Clause.CHANGED)
    unseen = history.between(entry.last_read_at or decided_at, entry.at)
    quick = entry.last_read_at is not None and entry.received_at - entry.last_read_at <= RACE
    ignored = history.between(decided_at + LAG, entry.last_read_at) if decided_at and entry.last_read_at else []
    guilty = ignored if quick else [*ignored, *unseen]
    racing = tuple(unseen) if quick else ()
    if not guilty:
        return racing, Finding(Clause.CHANGED)
    first = guilty[0]
    found = Words(f"第{first.line}行别人改过 {first.field}", f"somebody changed {first.field} in line {first.line}")
    return racing, Finding(Clause.CHANGED, found, Words("改动作废, 重新决定", "the write dropped and decided anew"))


def _step(old: Value, new: Value) -> str:
    if isinstance(old, Decimal) and isinstance(new, Decimal) and old > 0:
        return f"{old} -> {new} ({(new - old) / old * 100:+.2f}%)"
    return f"{old} -> {new}"


def _span(gap: timedelta) -> str:
    sign = "-" if gap < timedelta(0) else ""
    seconds = abs(gap.total_seconds())
    whole = int(seconds)
    rest = f"{seconds - whole:.3f}"[1:] if seconds != whole else ""
    return f"{sign}{whole // 60}:{whole % 60:02d}{rest}"
