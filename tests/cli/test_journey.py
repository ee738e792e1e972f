"""An operator's ways through the commands, against an emulated platform over HTTP; judged from the platform's own journal."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bidctl.adapters.store import open_ledger
from bidctl.cli.plan import digest
from bidctl.engine.ports import CONTROLLER_LEASE
from tests.cli.office import Office, Terminal, office

MINE = """
name = "mine"
title = {zh = "自己的", en = "Mine"}
about = {zh = "测试", en = "a test"}
[[rule]]
when = "projected_roas < goal * 95%"
then = "raise 10%"
because = {zh = "离目标远, 收", en = "far from the goal, tighten"}
[[rule]]
when = "projected_roas > goal * 105%"
then = "lower 10%"
because = {zh = "离目标远, 放", en = "far from the goal, loosen"}
"""
DAY_ONE_H = 2
"""A fresh ledger makes no edit for 61 minutes."""


@contextmanager
def at_work(desk: Office, mode: str) -> Iterator[None]:
    """Another process holds the lease meanwhile."""
    ledger = open_ledger(f"sqlite:///{desk.run.folder}/bidctl.db", datetime.now(UTC))
    assert ledger.acquire_lease(CONTROLLER_LEASE, f"{mode}@elsewhere:1:0", datetime.now(UTC), 600) is not None
    yield
    ledger.release_lease(CONTROLLER_LEASE, f"{mode}@elsewhere:1:0")
    ledger.close()


@pytest.fixture
def ready(desk: Office) -> Office:
    """Authorised, all enrolled, seen once in dry mode, and past the first hour of its ledger."""
    desk.enrol_all()
    desk.tick("dry")
    desk.advance(hours=DAY_ONE_H)
    return desk


def test_from_nothing_to_a_healthy_installation(shell: Terminal) -> None:
    made = shell.done("init", "--lang", "en")
    assert 'language = "en"' in (shell.folder / "bidctl.toml").read_text("utf-8")
    assert "bidctl.key" in made.out and (shell.folder / "bidctl.key").stat().st_mode & 0o077 == 0
    checks = {c["check"]: c for c in shell.done("doctor", "--offline", "--json").tree}
    assert {c["result"] for c in checks.values()} == {"ok"} and "refuse to start" in checks["stoploss"]["detail"]
    refused = shell("run", "--mode", "live", "--once")
    assert refused.code == 3 and "R-STOPLOSS" in refused.err
    text = (shell.folder / "bidctl.toml").read_text("utf-8")
    text = text.replace("# spend_without", "spend_without").replace("# loss_of", "loss_of")
    (shell.folder / "bidctl.toml").write_text(text, "utf-8")
    assert shell.done("doctor", "--offline", "--json").tree[3]["detail"] == "set"


def test_doctor_says_who_is_authorised(desk: Office) -> None:
    assert "never authorised" in desk.run("doctor").err
    assert desk.run.done("connect", "--json").tree["open"].startswith("https://")
    callback = "https://example.com/callback?state=s&auth_code=auth-code-7"
    assert desk.run.done("connect", "--code", callback, "--json").tree == {"accounts": [desk.account]}
    checks = {c["check"]: c for c in desk.run.done("doctor", "--json").tree}
    assert checks["platform"]["result"] == "ok" and "5 campaigns" in checks["platform"]["detail"]


def test_dry_mode_decides_and_writes_nothing(ready: Office) -> None:
    (report,) = ready.tick("dry")
    assert report["mode"] == "dry" and report["acts"] and report["good_read"]
    assert {w["state"] for w in report["writes"]} == {"dropped"} and ready.written() == []


def test_live_edits_by_the_rules(ready: Office) -> None:
    (report,) = ready.tick("live")
    confirmed = {w["campaign"]: w["value"] for w in report["writes"] if w["state"] == "confirmed"}
    lines = {str(line["campaign"]): line for line in ready.written()}
    assert confirmed and confirmed.keys() == lines.keys()
    for campaign, line in lines.items():
        old, new = Decimal(str(line["old"])), Decimal(str(line["new"]))
        assert Decimal(confirmed[campaign]) == new and Decimal("0.05") <= abs(new / old - 1) <= Decimal("0.10")
    (again,) = ready.tick("live")
    assert not again["acts"] and len(ready.written()) == len(lines)


def test_approve_mode_waits_for_a_person(ready: Office) -> None:
    (report,) = ready.tick("approve")
    assert report["acts"] and all(a["needs_approval"] for a in report["acts"]) and ready.written() == []
    first, second, *_ = ready.run.done("pending", "--json").tree
    with at_work(ready, "live"):
        assert "takes up only its own" in ready.run("approve", first["id"]).err
    assert ready.run.done("approve", first["id"][:12], "--json").tree == {
        "id": first["id"],
        "mode": "approve",
        "approved": True,
    }
    ready.run.done("approve", second["id"], "--refuse")
    assert ready.run("approve", second["id"]).code == 2
    (report,) = ready.tick("approve")
    assert [(w["campaign"], w["state"]) for w in report["writes"]] == [(first["campaign"], "confirmed")]
    assert [str(line["campaign"]) for line in ready.written()] == [first["campaign"]]


def test_a_plan_is_carried_out_once_and_while_it_is_fresh(ready: Office) -> None:
    planned = ready.run.done("plan", "--json").tree
    assert planned and ready.written() == []
    done = ready.run.done("apply", "plan.json", "--json").tree
    assert {(d["campaign"], d["new"]) for d in done} == {(p["campaign"], p["new"]) for p in planned}
    sent = [d for d in done if d["state"] == "confirmed"]
    assert len(ready.written()) == len(sent) > 0
    # the first live day carries a tenth of the account, a plan's changes too
    assert all(d["state"] == "waiting" and d["why"].startswith("BLAST") for d in done if d not in sent)
    assert ready.run("apply", "plan.json").code == 3
    ready.advance(hours=2)
    ready.run.done("plan", "later.json")
    ready.advance(minutes=31)
    late = ready.run("apply", "later.json")
    assert late.code == 3 and "expired" in late.err and len(ready.written()) == len(sent)


def test_a_plan_beside_a_run_is_left_to_its_next_look(ready: Office) -> None:
    with at_work(ready, "live"):
        planned = ready.run.done("plan", "--json").tree
        assert planned and ready.run("apply", "plan.json", "--mode", "approve").code == 3
        told = ready.run.done("apply", "plan.json", "--json").tree
        assert {(t["state"], t["mode"]) for t in told} == {("approved", "live")} and ready.written() == []
        assert ready.run("apply", "plan.json").code == 3, "once"
    (report,) = ready.tick("live")
    done = {(w["campaign"], w["value"]) for w in report["writes"] if w["state"] == "confirmed"}
    assert done and done <= {(p["campaign"], p["new"]) for p in planned} and len(ready.written()) == len(done)


def test_a_persons_switches_work_beside_a_run(ready: Office) -> None:
    campaign = str(ready.campaigns[0]["id"])
    with at_work(ready, "live"):
        for words in (["hold", campaign], ["release", campaign], ["kill"], ["resume"], ["unenrol", campaign]):
            ready.run.done(*words, "--account", ready.account)
        assert campaign not in {row["campaign"] for row in ready.run.done("status", "--json").tree}


def test_a_plan_left_to_a_run_that_came_too_late_is_dropped(ready: Office) -> None:
    with at_work(ready, "live"):
        planned = ready.run.done("plan", "--json").tree
        ready.run.done("apply", "plan.json")
    assert planned
    ready.advance(minutes=31)
    (report,) = ready.tick("approve")
    assert report["writes"] == [] and ready.written() == [], "of another mode"
    said = ready.run.done("run", "--mode", "live", "--once", "--json")
    assert said.err.count("APPROVAL_DROPPED") == len(planned), "people hear of it"
    (report,) = said.trees
    assert len(ready.written()) == len(report["writes"]) == len(report["acts"]), "decided anew, not by the plan"


def test_a_plan_that_was_changed_or_is_of_elsewhere_is_refused(ready: Office, tmp_path: Path) -> None:
    ready.run.done("plan")
    file = ready.run.folder / "plan.json"
    body = json.loads(file.read_text("utf-8"))
    body["changes"][0]["new"] = "9.99"
    file.write_text(json.dumps(body), "utf-8")
    changed = ready.run("apply", "plan.json")
    assert changed.code == 3 and "hash" in changed.err
    body["hash"] = digest(body)  # whoever can do this still meets the ledger
    file.write_text(json.dumps(body), "utf-8")
    forged = ready.run("apply", "plan.json")
    assert forged.code == 3 and "no such decision" in forged.err and ready.written() == []


def test_a_held_campaign_stays_and_the_kill_switch_stops_all(ready: Office) -> None:
    (report,) = ready.tick("dry")
    campaign = report["acts"][0]["campaign"]
    ready.run.done("hold", campaign, "--account", ready.account)
    (held,) = ready.tick("live")
    assert held["held"]["HELD"] == 1 and campaign not in {str(line["campaign"]) for line in ready.written()}
    before = len(ready.written())
    ready.run.done("release", campaign, "--account", ready.account)
    ready.run.done("kill")
    ready.advance(hours=2)
    (stopped,) = ready.tick("live")
    assert stopped["held"] == {"KILLED": 5} and len(ready.written()) == before
    ready.run.done("resume", "--account", ready.account)
    assert ready.tick("live")[0]["held"] == {"KILLED": 5}  # the switch of all is another one
    ready.run.done("resume")
    assert "KILLED" not in ready.tick("live")[0]["held"]


def test_one_accounts_kill_switch(ready: Office) -> None:
    ready.run.done("kill", "--account", ready.account)
    assert ready.tick("live")[0]["held"] == {"KILLED": 5}
    ready.run.done("resume", "--account", ready.account)
    assert "KILLED" not in ready.tick("live")[0]["held"]


def test_unenrolled_is_left_alone(ready: Office) -> None:
    campaign = ready.tick("dry")[0]["acts"][0]["campaign"]
    ready.run.done("unenrol", campaign, "--account", ready.account)
    ready.tick("live")
    assert campaign not in {str(line["campaign"]) for line in ready.written()}
    assert campaign not in {row["campaign"] for row in ready.run.done("status", "--json").tree}
    assert ready.run("unenrol", campaign, "--account", ready.account).code == 2


def test_status_and_explain_tell_what_the_platform_has(ready: Office) -> None:
    ready.tick("live")
    edited = ready.written()[0]
    ready.advance(hours=2)
    ready.tick("dry")
    row = next(r for r in ready.run.done("status", "--json").tree if r["campaign"] == str(edited["campaign"]))
    assert Decimal(row["roi_target"]) == Decimal(str(edited["new"])) and row["mode"] == "dry"
    told = ready.run.done("explain", row["campaign"], "--account", ready.account, "--count", 9, "--json").tree
    ours = next(t for t in told if t["mode"] == "live" and t["field"] == "roi_target")
    assert Decimal(ours["new"]) == Decimal(str(edited["new"])) and ours["same_again"]
    for lang, word in (("zh", "重算结果"), ("en", "deciding again")):
        assert word in ready.run.done("explain", row["campaign"], "--account", ready.account, "--lang", lang).out


def test_a_policy_file_rules_its_campaigns_in_its_own_words(ready: Office) -> None:
    file = ready.run.folder / "mine.toml"
    file.write_text(MINE, "utf-8")
    for c in ready.campaigns:
        ready.run.done("enrol", "--account", c["account"], "--campaign", c["id"], "--goal", c["enrol"]["goal"], "--margin",
                       c["enrol"]["margin"], "--confirm-prior", "--policy", "mine.toml")  # fmt: skip
    planned = ready.run.done("plan", "--json").tree
    assert planned and {row["why"] for row in planned} <= {"far from the goal, tighten", "far from the goal, loosen"}
    (report,) = ready.tick("live")
    ours = {a["campaign"] for a in report["acts"]}
    assert ours and {str(line["campaign"]) for line in ready.written()} == ours
    campaign = next(iter(ours))
    ready.advance(hours=2)
    told = ready.run.done("explain", campaign, "--account", ready.account, "--json").tree
    assert told[0]["policy"].startswith(str(file)) and told[0]["same_again"]
    assert told[0]["why"]["zh"] in {"离目标远, 收", "离目标远, 放"}
    file.unlink()
    gone = ready.run("run", "--mode", "live", "--once")
    assert gone.code == 2 and "no such file" in gone.err and str(file) in gone.err


def test_revert_wishes_the_earlier_target_within_the_rules(desk: Office) -> None:
    low = next(c for c in desk.campaigns if c["enrol"]["group"] == "too-low")
    desk.run.done("connect", "--code", "auth-code-1")
    terms = ("--goal", 2.4 * low["enrol"]["goal"], "--margin", 0.9, "--intent", "profit", "--confirm-prior")
    desk.run.done("enrol", "--account", desk.account, "--campaign", low["id"], *terms)
    desk.tick("dry")
    desk.advance(hours=DAY_ONE_H)
    gone = ("--account", desk.account, "--campaign", "1861999999999999", "--goal", 2)
    desk.run.done("enrol", *gone)
    unlisted = desk.run("revert", "1861999999999999", "--account", desk.account, "--to", "2")
    assert unlisted.code == 2 and "does not list it" in unlisted.err
    desk.run.done("unenrol", "1861999999999999", "--account", desk.account)
    unknown = desk.run("revert", low["id"], "--account", desk.account)
    assert unknown.code == 2 and "--to" in unknown.err
    desk.tick("live")
    (raised,) = desk.written()
    before, after = Decimal(str(raised["old"])), Decimal(str(raised["new"]))
    assert after > before
    words = ("revert", low["id"], "--account", desk.account)
    small = desk.run(*words)  # back over a raise of 5 % is a step of less than 5 %
    assert small.code == 3 and "under 5 %" in small.err
    early = desk.run(*words, "--to", before * Decimal("0.9"))
    assert early.code == 3 and "too soon" in early.err  # R-SPACE holds for people too
    desk.advance(hours=2)
    shown = desk.run.done(*words, "--to", before * Decimal("0.7"), "--json").tree
    assert not shown["sent"] and len(desk.written()) == 1
    with at_work(desk, "dry"):
        refused = desk.run(*words, "--to", before * Decimal("0.7"), "--yes")
    assert refused.code == 3 and "cannot write" in refused.err
    with at_work(desk, "live"):
        wrong = desk.run(*words, "--to", before * Decimal("0.7"), "--yes", "--mode", "approve")
        assert wrong.code == 3 and "takes up only its own" in wrong.err
        told = desk.run.done(*words, "--to", before * Decimal("0.7"), "--yes")
    assert "[live]" in told.out and "revert again" in told.out and "the run at work sends it" in told.out
    desk.tick("live")
    last = desk.written()[1]
    assert Decimal(str(last["old"])) == after and Decimal(str(last["new"])) == Decimal(shown["new"])
    assert Decimal("0.05") <= 1 - Decimal(str(last["new"])) / after <= Decimal("0.10")


def test_enrolling_by_name_takes_in_what_fits(desk: Office) -> None:
    desk.run.done("connect", "--code", "auth-code-1")
    told = desk.run.done(
        "enrol", "--account", desk.account, "--name", "too-low-*", "--goal", "2.5", "--margin", "0.5", "--json"
    )
    assert told.tree["enrolled"][0] == "name:too-low-*" and len(told.tree["enrolled"]) == 3
    both = desk.run("enrol", "--account", desk.account, "--name", "x", "--live-account", "1", "--goal", "2")
    assert both.code == 2 and "not both" in both.err


def test_audit_of_a_run_is_clean_and_needs_its_marks(tmp_path: Path) -> None:
    with office(tmp_path) as desk:
        desk.enrol_all()
        marks = {
            "run": {"app_id": "1700000000000001", "mode": "live"},
            "enrol": {"campaigns": [c["id"] for c in desk.campaigns]},
            "kill": {"account": "nobody"},
        }
        for name, data in marks.items():
            desk.platform.control("POST", "mark", {"mark": name, "data": data})
        desk.advance(hours=DAY_ONE_H)
        for _ in range(4):
            desk.tick("live")
            desk.advance(minutes=70)
        told = desk.run.done("audit", desk.journal, "--ledger", "bidctl.db", "--json").tree
        assert told["clean"] and told["counts"]["ours"] == len(desk.written()) > 0
        assert "5.5" in told["judged"]
        for lang in ("zh", "en"):
            assert "5.5" in desk.run.done("audit", desk.journal, "--ledger", "bidctl.db", "--lang", lang).out


def test_doctor_looks_at_every_account(ready: Office) -> None:
    assert "1700000000000011" in ready.run.done("doctor").out
    ready.run.done("enrol", "--account", "1799999999999999", "--campaign", "1", "--goal", "2")
    said = ready.run("doctor")
    assert said.code == 1 and "1799999999999999" in said.err and "no permission" in said.err


@pytest.mark.parametrize("asked", [{"BIDCTL_LANG": "en"}, {"BIDCTL_LANG": "", "words": "--lang=en"}])
def test_notices_speak_the_language_asked_for(ready: Office, asked: dict[str, str]) -> None:
    words = [w for w in [asked.pop("words", "")] if w]
    planned = ready.run.done("plan", "--json").tree
    with at_work(ready, "live"):
        ready.run.done("apply", "plan.json")
    ready.advance(minutes=31)
    said = ready.run.done("run", "--mode", "live", "--once", *words, **asked)
    assert planned and "[bidctl live]" in said.err and not re.search("[\u4e00-\u9fff]", said.err), said.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_look_speaks_the_language_asked_for(ready: Office, lang: str) -> None:
    chinese = {"status": "托管计划", "pending": "待批提案", "doctor": "体检", "plan": "方案"}
    english = {
        "status": "enrolled campaigns",
        "pending": "pending proposals",
        "doctor": "doctor",
        "plan": "nothing written",
    }
    for command, title in (chinese if lang == "zh" else english).items():
        assert title in ready.run.done(command, "--lang", lang).out
    words = ready.run.done("run", "--once", "--lang", lang).out
    assert ("个计划" in words) == (lang == "zh") and "[dry]" in words
