"""Doctored journals: each breaks the rules on lines that are known, and the audit must name exactly those."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from bidctl.audit import AuditProblem, audit, lines_of

JOURNALS = Path(__file__).parent / "journals"

EXPECTED: dict[str, list[tuple[int, str]]] = {
    "clean": [],
    "spacing_60": [(4, "5.1")],
    "spacing_human": [(5, "5.1")],
    "other_tool": [(4, "5.1")],
    "spacing_objective": [(4, "5.1")],
    "live_waiver": [(5, "5.1"), (8, "5.1")],
    "band": [(5, "5.2"), (6, "5.2"), (7, "5.2"), (10, "5.2")],
    "cap": [(4, "5.3-CAP"), (6, "5.3-CAP"), (9, "5.3-CAP"), (12, "5.3-CAP")],
    "observe": [(3, "5.3-OBSERVE"), (5, "5.3-OBSERVE"), (7, "5.3-OBSERVE")],
    "start": [(4, "5.2"), (4, "5.3-START"), (5, "5.2"), (5, "5.3-START")],
    "start_live": [(4, "5.3-OBSERVE")],
    "start_cap": [(4, "5.3-CAP")],
    "novolume": [(6, "5.3-NOVOLUME")],
    "dry": [(3, "5.4-DRY")],
    "kill": [(5, "5.4-KILL"), (7, "5.4-KILL")],
    "enrol": [(3, "5.4-ENROL"), (5, "5.4-ENROL")],
    "race": [(6, "5.1"), (6, "5.4-CHANGED")],
    "objective": [(3, "5.4-OBJECTIVE"), (4, "5.4-OBJECTIVE")],
    "creatives": [(6, "5.3-OBSERVE"), (7, "5.4-ENROL"), (9, "5.4-KILL"), (10, "5.4-KILL")],
    "no_marks": [],
    "run_only": [],
    "late_marks": [(1, "5.4-DRY")],
    "out_of_order": [(4, "5.1")],
    "truncated": [],
    "garbage": [],
    "seq_twice": [],
}
BAD: dict[str, list[int]] = {
    "out_of_order": [4, 6],
    "truncated": [4],
    "garbage": [3, 4, 5, 6, 7, 8, 9, 10, 11],
    "seq_twice": [4],
}


def _lines(name: str) -> Iterator[str]:
    return lines_of(JOURNALS / f"{name}.jsonl")


def test_every_journal_has_its_expectation() -> None:
    assert {p.stem for p in JOURNALS.glob("*.jsonl")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_doctored_journal(name: str) -> None:
    report = audit(_lines(name))
    assert [(v.line, v.clause.value) for v in report.violations] == EXPECTED[name]
    assert [b.line for b in report.bad_lines] == BAD.get(name, [])
    assert report.clean == (not EXPECTED[name] and name not in BAD)
    assert json.loads(json.dumps(report.to_json()))["counts"]["violations"] == len(EXPECTED[name])


def test_a_race_is_listed_apart_and_excuses_what_follows_from_it() -> None:
    report = audit(_lines("race"))
    assert [(r.line, r.other_line) for r in report.races] == [(4, 3)]


def test_clauses_without_marks_are_named_as_not_judged() -> None:
    silent = {n.clause.value for n in audit(_lines("no_marks")).not_judged}
    assert silent == {c for c in silent if c.startswith("5.")} and len(silent) == 12
    assert {n.clause.value for n in audit(_lines("run_only")).not_judged} == {"5.4-KILL", "5.4-ENROL", "5.5"}


def test_what_was_found_and_expected_is_said_in_both_languages() -> None:
    violation = audit(_lines("spacing_60")).violations[0]
    assert "60:00" in violation.found.en and "第3行" in violation.found.zh
    assert "60:00" in violation.expected.en and "60:00" in violation.expected.zh


def test_a_mark_that_enrols_none_enrols_none() -> None:
    lines = list(_lines("enrol"))
    ours = [n for n, line in enumerate(lines, 1) if json.loads(line).get("actor") == "api"]
    none = [
        json.dumps({**told, "data": {"campaigns": []}}) if (told := json.loads(line)).get("mark") == "enrol" else line
        for line in lines
    ]
    broken = [v.line for v in audit(iter(none)).violations if v.clause.value == "5.4-ENROL"]
    assert broken == ours and ours


def test_a_byte_order_mark_is_no_bad_line(tmp_path: Path) -> None:
    file = tmp_path / "bom.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + (JOURNALS / "clean.jsonl").read_bytes())
    assert audit(lines_of(file)).clean


def test_bad_lines_name_file_and_line() -> None:
    bad = audit(_lines("truncated")).bad_lines[0]
    assert bad.text("en", "j.jsonl").startswith("j.jsonl:4: not a whole JSON object")
    assert bad.text("zh", "j.jsonl").startswith("j.jsonl:4: ") and "应为" in bad.text("zh", "j.jsonl")


def test_a_missing_journal_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(AuditProblem, match="cannot read the journal"):
        audit(lines_of(tmp_path / "none.jsonl"))
    with pytest.raises(AuditProblem, match="cannot read the journal"):
        audit(lines_of(tmp_path))


def test_counts() -> None:
    report = audit(_lines("clean"))
    assert (report.lines, report.marks, report.writes, report.ours, report.edits) == (8, 3, 5, 4, 3)


def _long(n: int) -> Iterator[str]:
    head, entry = list(_lines("clean"))[:2], json.loads(list(_lines("clean"))[2])
    yield from head
    for i in range(n):
        minute, campaign = i % 60, i % 50
        at = f"2026-09-{10 + i // (n // 18 + 1):02d}T{(i // 60) % 24:02d}:{minute:02d}:00+08:00"
        yield json.dumps({**entry, "seq": i, "at": at, "campaign": str(campaign), "actor": "human", "app_id": None})


@pytest.mark.long
def test_memory_does_not_grow_with_the_journal() -> None:
    def peak(n: int) -> int:
        tracemalloc.start()
        assert audit(_long(n)).lines == n + 2
        _, top = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return top

    peak(1000)
    assert peak(20_000) < 1.5 * peak(2_000) + 500_000


@pytest.mark.parametrize(
    "mark",
    [
        {"mark": "run", "data": {"app_id": "100", "mode": "Dry"}},
        {"mark": "kill", "data": {"account": "11", "campaign": "1861000000000000001"}},
        {"mark": "ceiling", "data": {"campaign": "1861000000000000001", "value": "much"}},
    ],
)
def test_a_mark_that_would_bind_nothing_is_told(mark: dict[str, object]) -> None:
    """A mode that is none would pass for live, and the kill switch knows accounts alone."""
    found = audit([json.dumps({**mark, "at": "2026-09-10T10:00:00+08:00"})])
    assert found.bad_count == 1 and not found.clean
