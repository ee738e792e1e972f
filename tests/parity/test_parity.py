"""Same policy, same world: what is decided through HTTP and the SQL store is what is decided in process, row by row."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bidctl.domain.decision import Lever
from bidctl.domain.reasons import Reason, Rule
from bidctl.domain.values import AccountId, CampaignId, Mode
from bidctl.engine.explain import explain
from bidctl.engine.ports import DecisionRecord
from bidctl.policy.rulebook import RuleSettings
from policies.handbook import Handbook
from tests.parity.sides import Run, differing, in_process, over_http


async def run(side: Run, patch: pytest.MonkeyPatch, ticks: int, edits: dict[int, tuple[str, object]]) -> None:
    """`edits`: a person's edits by tick (field, value) on the first goods campaign."""
    config = side.control("GET", "config", None)
    plan = next(c["id"] for c in config["campaigns"] if c["goal"] == "goods" and c["enrol"] and not c["ended"])
    await side.session.open()
    for number in range(ticks):
        if number in edits:
            name, value = edits[number]
            side.control("POST", "human_edit", {"campaign": plan, "field": name, "value": value, "after_seconds": 600})
        await side.step(patch)
    await side.session.close()


def compare(a: Run, b: Run) -> Counter[str]:
    """Every pass, row and column of both; what was compared, counted."""
    seen: Counter[str] = Counter()
    assert a.rows.passes.keys() == b.rows.passes.keys()
    for account, passes in a.rows.passes.items():
        others = b.rows.passes[account]
        assert len(passes) == len(others)
        for number, ((o, d), (o2, d2)) in enumerate(zip(passes, others, strict=True)):
            assert differing(o, o2) == [], f"account {account}, pass {number}"
            assert differing(d, d2) == [], f"account {account}, pass {number}"
            seen["passes"] += 1
            seen["rows"] += len(d)
            seen["acts"] += int((d.lever != Lever.NONE).sum())
    return seen


def records(side: Run, accounts: list[str], campaigns: list[str]) -> list[DecisionRecord]:
    with side.ledger.begin() as t:
        found = [r for a in accounts for c in campaigns for r in t.decisions_of(AccountId(a), CampaignId(c), 10_000)]
    return sorted(found, key=lambda r: r.id)


def told_again(stored: list[DecisionRecord]) -> Counter[str]:
    """Decide each stored row's inputs again, alone; R-BLAST looks at the whole account and is left out."""
    seen: Counter[str] = Counter()
    for one in stored:
        if one.bound & Rule.BLAST.bit or one.reason == Reason.BLAST:
            seen["blast"] += 1
            continue
        assert explain(one, Handbook(), RuleSettings()).same, (one.campaign, one.at, Reason(one.reason).name)
        seen["same"] += 1
    return seen


@pytest.mark.parametrize(
    ("scenario", "days", "least"),
    [
        ("small", 4, {"rows": 1600, "acts": 2}),
        pytest.param("demo", 3, {"rows": 12_000, "acts": 80}, marks=[pytest.mark.long, pytest.mark.timeout(600)]),
    ],
)
async def test_http_and_in_process_decide_the_same(
    scenario: str, days: int, least: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edits = {20: ("roi_target", 3.1), 30: ("budget", 9000)} if days > 1 else {20: ("roi_target", 3.1)}
    async with over_http(scenario, 7, tmp_path, monkeypatch, Mode.LIVE) as http:
        await run(http, monkeypatch, days * 48, edits)
        async with in_process(scenario, 7, Mode.LIVE) as inside:
            await run(inside, monkeypatch, days * 48, edits)
            seen = compare(http, inside)
            assert all(seen[name] >= n for name, n in least.items()), seen
            assert http.troubles == inside.troubles == []
            assert http.held == inside.held

            journals = http.journal(), inside.journal()
            assert journals[0] == journals[1]
            assert any(line["actor"] == "human" for line in journals[0])
            assert sum(line["actor"] == "api" for line in journals[0]) >= least["acts"] // 2

            config = http.control("GET", "config", None)
            accounts, campaigns = [a["id"] for a in config["accounts"]], [c["id"] for c in config["campaigns"]]
            stored = records(http, accounts, campaigns), records(inside, accounts, campaigns)
            assert stored[0] == stored[1]
            again = told_again(stored[0])
            assert again["same"] > len(stored[0]) // 2
            print(f"\n{scenario} {days} d: {dict(seen)}, {len(journals[0])} journal lines, stored {dict(again)}")
