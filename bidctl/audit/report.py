"""What an audit found, as plain values: violations, races, lines that could not be read, clauses not judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

MAX_LISTED = 1000
"""Findings of one sort that are kept with their text; the rest are only counted, so that memory stays bounded."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text that people read, in Chinese and English."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


class Clause(str, Enum):
    """A clause of RULEBOOK section 5; the value is the name that is printed."""

    SPACING = "5.1"
    BAND = "5.2"
    CAP = "5.3-CAP"
    OBSERVE = "5.3-OBSERVE"
    START = "5.3-START"
    NOVOLUME = "5.3-NOVOLUME"
    DRY = "5.4-DRY"
    KILL = "5.4-KILL"
    ENROL = "5.4-ENROL"
    CHANGED = "5.4-CHANGED"
    OBJECTIVE = "5.4-OBJECTIVE"
    DECISION = "5.5"

    @property
    def words(self) -> Words:
        return _CLAUSES[self]


_CLAUSES = {
    Clause.SPACING: Words("两次改动间隔超过60分钟", "more than 60 minutes after anybody's edit"),
    Clause.BAND: Words("每次改动5-10%", "an edit of 5-10 % of the value it replaced"),
    Clause.CAP: Words("调高不超过系统建议", "no raise above the suggestion in force"),
    Clause.OBSERVE: Words("观察期内不改动", "nothing inside the observation period"),
    Clause.START: Words("首次定价只一次, 且在有消耗之前", "START once, our first edit, before any reported spend"),
    Clause.NOVOLUME: Words("未喂饱时只可调低", "before it is fed, only downward"),
    Clause.DRY: Words("演练模式不写入", "nothing is written in dry-run"),
    Clause.KILL: Words("停止托管期间不写入", "nothing is written under the kill switch"),
    Clause.ENROL: Words("只写入已托管的计划", "only enrolled campaigns are written to"),
    Clause.CHANGED: Words(
        "决定之后被别人改过的计划不写入", "nothing is written to a campaign changed after its decision"
    ),
    Clause.OBJECTIVE: Words("从不切换优化目标", "the objective is never switched"),
    Clause.DECISION: Words(
        "每次写入恰好属于一个事先存好的决定", "every write belongs to exactly one decision stored before it"
    ),
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken clause at one journal line. `line` counts from 1; `at` is the journal's own text."""

    line: int
    clause: Clause
    account: str
    campaign: str
    at: str
    found: Words
    expected: Words


@dataclass(frozen=True, slots=True)
class Race:
    """Somebody's edit (line `other_line`) landed between our last read and our write (`line`), within 5 seconds."""

    line: int
    other_line: int
    account: str
    campaign: str
    at: str
    detail: Words


@dataclass(frozen=True, slots=True)
class BadLine:
    """A journal line that cannot be judged as it stands."""

    line: int
    found: Words
    expected: Words

    def text(self, lang: str, file: str) -> str:
        """The one line for people: file, line, found, expected."""
        if lang == "zh":
            return f"{file}:{self.line}: {self.found.zh}; 应为 {self.expected.zh}"
        return f"{file}:{self.line}: {self.found.en}; expected {self.expected.en}"


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A clause for which the journal carries no marks (or no ledger was given), and what is missing."""

    clause: Clause
    missing: Words


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The verdict. `lines` of the journal (blank ones apart), `marks`, `writes` of anybody, `ours`: writes of the marked
    app, refused ones included, `edits`: those of ours that changed a target or objective. `judged`: lines each clause
    was judged on. `violation_count`, `race_count`, `bad_count` also count what is past `MAX_LISTED`."""

    lines: int
    marks: int
    writes: int
    ours: int
    edits: int
    judged: Mapping[Clause, int]
    violations: tuple[Violation, ...]
    races: tuple[Race, ...]
    bad_lines: tuple[BadLine, ...]
    not_judged: tuple[NotJudged, ...]
    violation_count: int
    race_count: int
    bad_count: int

    @property
    def clean(self) -> bool:
        """No violation and every line readable. Races and clauses not judged do not spoil it; they are printed."""
        return self.violation_count == 0 and self.bad_count == 0

    def to_json(self) -> dict[str, object]:
        """The report as plain JSON values, both languages included."""
        return {
            "clean": self.clean,
            "counts": {
                "lines": self.lines, "marks": self.marks, "writes": self.writes, "ours": self.ours, "edits": self.edits,
                "violations": self.violation_count, "races": self.race_count, "bad_lines": self.bad_count,
            },
            "judged": {clause.value: count for clause, count in self.judged.items()},
            "not_judged": [{"clause": n.clause.value, "missing": _pair(n.missing)} for n in self.not_judged],
            "violations": [
                {
                    "line": v.line, "clause": v.clause.value, "rule": _pair(v.clause.words), "account": v.account,
                    "campaign": v.campaign, "at": v.at, "found": _pair(v.found), "expected": _pair(v.expected),
                }
                for v in self.violations
            ],
            "races": [
                {
                    "line": r.line, "other_line": r.other_line, "account": r.account, "campaign": r.campaign,
                    "at": r.at, "detail": _pair(r.detail),
                }
                for r in self.races
            ],
            "bad_lines": [
                {"line": b.line, "found": _pair(b.found), "expected": _pair(b.expected)} for b in self.bad_lines
            ],
        }  # fmt: skip


def _pair(words: Words) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}
