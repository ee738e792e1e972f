"""One pass over a journal: every line is read once, judged, and forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bidctl.audit.clauses import Case, Finding, changed_since, judge
from bidctl.audit.decisions import Used, judge_decision
from bidctl.audit.history import History, restored
from bidctl.audit.journal import Entry, Mark, Unreadable, parse
from bidctl.audit.ledger import LedgerView
from bidctl.audit.marks import Marks
from bidctl.audit.report import MAX_LISTED, AuditReport, BadLine, Clause, NotJudged, Race, Violation, Words


def audit(lines: Iterable[str], ledger: LedgerView | None = None) -> AuditReport:
    """Judge a journal (an iterable of its lines, in order; blank ones are skipped) by RULEBOOK 5.

    Time grows linearly with the lines, memory with campaigns, marks and, under a ledger, our own decisions. A line that
    cannot be read is a finding, never an exception; AuditProblem comes only from a ledger that fails while read."""
    auditor = _Auditor(ledger)
    for number, text in enumerate(lines, 1):
        if text.strip():
            auditor.take(text, number)
    return auditor.report()


@dataclass(slots=True)
class _Early:
    """Writes by an app that no mark has named yet."""

    entry: Entry
    count: int = 1


@dataclass(slots=True)
class _Auditor:
    ledger: LedgerView | None
    marks: Marks = field(default_factory=Marks)
    histories: dict[tuple[str, str], History] = field(default_factory=dict)
    used: Used = field(default_factory=Used)
    early: dict[str, _Early] = field(default_factory=dict)
    unenrolled: _Early | None = None
    lines: int = 0
    writes: int = 0
    ours: int = 0
    edits: int = 0
    last_at: datetime | None = None
    last_seq: int | None = None
    judged: dict[Clause, int] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    races: list[Race] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)
    violation_count: int = 0
    race_count: int = 0
    bad_count: int = 0

    def take(self, text: str, number: int) -> None:
        self.lines += 1
        try:
            read = parse(text, number)
        except Unreadable as error:
            self._bad(BadLine(number, error.found, error.expected))
            return
        self._in_order(read)
        if isinstance(read, Mark):
            self._mark(read)
        else:
            self._entry(read)

    def _in_order(self, read: Entry | Mark) -> None:
        """The journal is written as things happen: time and numbers that go back make it untrustworthy."""
        if self.last_at is not None and read.at < self.last_at:
            found = Words(f"at 倒退到 {read.at.isoformat()}", f"at goes back to {read.at.isoformat()}")
            self._bad(
                BadLine(
                    read.line,
                    found,
                    Words(f"不早于 {self.last_at.isoformat()}", f"not before {self.last_at.isoformat()}"),
                )
            )
        self.last_at = max(self.last_at or read.at, read.at)
        if isinstance(read, Mark):
            return
        if self.last_seq is not None and read.seq <= self.last_seq:
            after = self.last_seq
            self._bad(
                BadLine(
                    read.line,
                    Words(f"seq = {read.seq}", f"seq = {read.seq}"),
                    Words(f"大于 {after}", f"more than {after}"),
                )
            )
        self.last_seq = max(self.last_seq or read.seq, read.seq)

    def _mark(self, mark: Mark) -> None:
        first_enrolment = mark.name == "enrol" and "enrol" not in self.marks.seen
        self.marks.add(mark)
        if mark.name == "run" and (early := self.early.pop(str(mark.data["app_id"]), None)):
            self._late(Clause.DRY, early, Words("运行标记之后", "after the run's mark"))
        if first_enrolment and self.unenrolled:
            self._late(Clause.ENROL, self.unenrolled, Words("托管标记之后", "after the enrolment's mark"))

    def _late(self, clause: Clause, early: _Early, expected: Words) -> None:
        found = Words(f"{early.count} 次写入早于标记", f"{early.count} write(s) before the mark")
        self._judged(early.entry, Finding(clause, found, expected))

    def _entry(self, entry: Entry) -> None:
        self.writes += 1
        history = self.histories.setdefault((entry.account, entry.campaign), History())
        ours = self.marks.ours(entry)
        if ours:
            self._ours(entry, history)
        elif entry.app_id is not None:
            self._remember(entry)
        history.add(entry, ours)

    def _remember(self, entry: Entry) -> None:
        seen = self.early.get(entry.app_id or "")
        if seen:
            seen.count += 1
        else:
            self.early[entry.app_id or ""] = _Early(entry)

    def _ours(self, entry: Entry, history: History) -> None:
        self.ours += 1
        self.edits += entry.is_edit
        if "enrol" not in self.marks.seen:
            if self.unenrolled:
                self.unenrolled.count += 1
            else:
                self.unenrolled = _Early(entry)
        decided_at = None
        if self.ledger is not None:
            decided_at, findings = judge_decision(entry, self.ledger, self.used, shadow=restored(entry, history))
            for finding in findings:
                self._judged(entry, finding)
        racing, changed = changed_since(entry, history, decided_at)
        self._judged(entry, changed)
        for change in racing:
            self._race(entry, change.line, change.field)
        for finding in judge(Case(entry, history, self.marks, racing)):
            self._judged(entry, finding)

    def _judged(self, entry: Entry, finding: Finding) -> None:
        self.judged[finding.clause] = self.judged.get(finding.clause, 0) + 1
        if finding.found is None or finding.expected is None:
            return
        self.violation_count += 1
        if len(self.violations) < MAX_LISTED:
            self.violations.append(
                Violation(
                    entry.line, finding.clause, entry.account, entry.campaign, entry.at.isoformat(),
                    finding.found, finding.expected,
                )
            )  # fmt: skip

    def _race(self, entry: Entry, other: int, what: str) -> None:
        self.race_count += 1
        if len(self.races) < MAX_LISTED:
            detail = Words(
                f"第{other}行别人改了 {what}, 早于我方写入生效",
                f"somebody changed {what} in line {other} before our write took effect",
            )
            self.races.append(Race(entry.line, other, entry.account, entry.campaign, entry.at.isoformat(), detail))

    def _bad(self, bad: BadLine) -> None:
        self.bad_count += 1
        if len(self.bad) < MAX_LISTED:
            self.bad.append(bad)

    def report(self) -> AuditReport:
        """The verdict over all that was taken."""
        return AuditReport(
            lines=self.lines,
            marks=self.marks.count,
            writes=self.writes,
            ours=self.ours,
            edits=self.edits,
            judged=dict(sorted(self.judged.items(), key=lambda item: item[0].value)),
            violations=tuple(sorted(self.violations, key=lambda v: (v.line, v.clause.value))),
            races=tuple(self.races),
            bad_lines=tuple(self.bad),
            not_judged=tuple(self._not_judged()),
            violation_count=self.violation_count,
            race_count=self.race_count,
            bad_count=self.bad_count,
        )

    def _not_judged(self) -> Iterable[NotJudged]:
        seen = self.marks.seen
        for clause in Clause:
            if "run" not in seen and clause is not Clause.DECISION:
                yield NotJudged(
                    clause,
                    Words("没有 run 标记: 不知哪些写入属于我方", "no run mark: whose writes are ours is not told"),
                )
            elif clause is Clause.KILL and "kill" not in seen:
                yield NotJudged(clause, Words("没有 kill 标记", "no kill mark"))
            elif clause is Clause.ENROL and not {"enrol", "unenrol"} & seen:
                yield NotJudged(clause, Words("没有 enrol 标记", "no enrol mark"))
            elif clause is Clause.DECISION and (self.ledger is None or "run" not in seen):
                yield NotJudged(
                    clause,
                    Words("未给出台账 (--ledger)", "no ledger given (--ledger)")
                    if self.ledger is None
                    else Words("没有 run 标记", "no run mark"),
                )
