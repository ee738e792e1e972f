"""Creatives by the commands against the emulated platform: judged, proposed, approved, deleted, and added again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.office import Office, office

DAY_ONE_H = 2
WEAK = 3
"""Number of the creative that earns a tenth of what the others do."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Office]:
    """All enrolled, past the ledger's first hour; in one campaign one creative is weak."""
    with office(tmp_path) as made:
        campaign = made.platform.emulator.service.find(int(made.campaigns[2]["id"]))
        assert campaign is not None
        campaign.materials[WEAK].rate = 0.1
        made.enrol_all()
        made.tick("dry")
        made.advance(hours=DAY_ONE_H)
        yield made


@pytest.fixture
def weak(desk: Office) -> tuple[str, str]:
    """The campaign and its weak creative."""
    campaign = desk.platform.emulator.service.find(int(desk.campaigns[2]["id"]))
    assert campaign is not None
    return str(campaign.id), str(campaign.materials[WEAK].id)


def deleted(desk: Office, campaign: str, creative: str) -> bool:
    found = desk.platform.emulator.service.find(int(campaign))
    assert found is not None
    return next(m.deleted_at is not None for m in found.materials if str(m.id) == creative)


def of_creatives(desk: Office) -> list[Any]:
    return [line for line in desk.written() if line["field"] == "creative"]


def test_every_creative_gets_a_verdict_and_only_looking_proposes_nothing(desk: Office, weak: tuple[str, str]) -> None:
    rows = desk.run.done("creatives", "show", "--account", desk.account, "--json").tree
    assert len({r["campaign"] for r in rows}) == len(desk.campaigns)
    mine = {r["creative"]: r for r in rows if r["campaign"] == weak[0]}
    assert mine[weak[1]]["verdict"] == "retire" and mine[weak[1]]["p_weak"] > 0.9
    assert mine[weak[1]]["quadrant"] == "leaking"
    assert [c for c, r in mine.items() if r["verdict"] == "system"] and sum(r["verdict"] == "retire" for r in rows) == 1
    assert {r["verdict"] for r in rows} >= {"top", "system", "retire"}
    for lang, word in (("en", "yields clearly less"), ("zh", "每元消耗产出明显低于同商品其他素材")):
        said = desk.run.done("creatives", "show", "--account", desk.account, "--campaign", weak[0], "--lang", lang)
        assert word in said.out.replace("\n", "") or word[:6] in said.out
    assert desk.run.done("pending", "--json").tree == [] and of_creatives(desk) == []


def test_propose_approve_tick_deletes_and_undo_adds_it_again(desk: Office, weak: tuple[str, str]) -> None:
    campaign, creative = weak
    account = ("--account", desk.account)
    early = desk.run("creatives", "undo", creative, *account)
    assert early.code == 2 and "has retired no such creative" in early.err
    desk.run.done("creatives", "propose", *account, "--mode", "approve")
    desk.run.done("creatives", "propose", *account, "--mode", "approve")  # one that waits is not made twice
    (proposal,) = desk.run.done("pending", "--json").tree
    assert (proposal["campaign"], proposal["new"]) == (campaign, f"delete:{creative}")
    assert "weak with P" in proposal["why"]
    desk.tick("approve")
    assert not deleted(desk, campaign, creative), "nobody said yes yet"
    (still,) = [p for p in desk.run.done("pending", "--json").tree if p["field"] == "creative"]
    desk.run.done("approve", still["id"])
    desk.tick("approve")
    (line,) = of_creatives(desk)
    assert (str(line["campaign"]), line["new"], line["outcome"]) == (campaign, f"delete:{creative}", "applied")
    assert line["decision"] == proposal["id"] and deleted(desk, campaign, creative)
    told = desk.run.done("explain", campaign, *account, "--count", 5).out
    assert "weak with P" in told and "not decided again" in told

    desk.advance(hours=1)
    undo = desk.run.done("creatives", "undo", creative, *account, "--mode", "approve", "--json").tree
    assert undo["campaign"] == campaign
    desk.run.done("approve", undo["id"])
    desk.tick("approve")
    assert [line["new"] for line in of_creatives(desk)] == [f"delete:{creative}", f"add:{creative}"]
    assert of_creatives(desk)[1]["decision"] == undo["id"] and not deleted(desk, campaign, creative)
    again = desk.run("creatives", "undo", creative, *account)
    assert again.code == 2, "only once"


def test_an_approval_of_yesterday_is_not_carried_out(desk: Office, weak: tuple[str, str]) -> None:
    desk.run.done("creatives", "propose", "--account", desk.account, "--mode", "approve")
    (proposal,) = desk.run.done("pending", "--json").tree
    desk.run.done("approve", proposal["id"])
    desk.advance(hours=25)
    assert "STALE" in desk.run.done("run", "--mode", "approve", "--once").err
    assert of_creatives(desk) == [] and not deleted(desk, *weak)


def test_what_is_frozen_is_shown_when_named_and_never_proposed(desk: Office, weak: tuple[str, str]) -> None:
    for campaign in desk.campaigns:
        desk.run.done("hold", campaign["id"], "--account", desk.account, "--all")
    assert "no campaign may be touched" in desk.run.done("creatives", "propose", "--account", desk.account).out
    rows = desk.run.done("creatives", "propose", "--account", desk.account, "--campaign", weak[0], "--json").tree
    assert {r["verdict"] for r in rows} == {"campaign_not_free", "system"}
    assert desk.run.done("pending", "--json").tree == []


def test_a_campaign_that_is_not_enrolled_is_refused(desk: Office) -> None:
    assert desk.run("creatives", "show", "--account", desk.account, "--campaign", "1").code == 2
    assert desk.run("creatives", "show", "--account", "1").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("show", "--account", "abc"), ("show", "--account", "{a}", "--campaign", "x1"), ("propose", "--account", "1.7e15"),
        ("undo", "7400000000000000001", "--account", "abc"), ("undo", "none of them", "--account", "{a}"),
        ("reserve", "v1", "--account", "abc", "--campaign", "1"), ("reserve", "v1", "--account", "{a}", "--campaign", "999"),
        ("reserve", "--remove", "--account", "{a}"),
    ],
)  # fmt: skip
def test_what_names_nothing_is_refused_in_one_line(desk: Office, words: tuple[str, ...]) -> None:
    for lang in ("zh", "en"):
        said = desk.run("creatives", *(w.format(a=desk.account) for w in words), "--lang", lang)
        assert said.code == 2 and len(said.err.strip().splitlines()) == 1, said


@pytest.mark.parametrize("path", ["uni_promotion/list/", "ad/material/get/"])
def test_a_platform_that_does_not_answer_is_said_in_one_line(desk: Office, weak: tuple[str, str], path: str) -> None:
    desk.platform.control("POST", "faults", {"match": {"path": path}, "kind": "code_50000_not_applied", "count": 999})
    for words in (("show",), ("propose",), ("undo", weak[1])):
        said = desk.run("creatives", *words, "--account", desk.account)
        assert said.code in (1, 2) and len(said.err.strip().splitlines()) == 1 and "bug" not in said.err, said


def care(desk: Office, campaign: str, how: str) -> None:
    hint = next(c["enrol"] for c in desk.campaigns if str(c["id"]) == campaign)
    desk.run.done(
        "enrol", "--account", desk.account, "--campaign", campaign, "--goal", hint["goal"], "--margin", hint["margin"],
        "--confirm-prior", "--creatives", how,
    )  # fmt: skip


def ticks(desk: Office, mode: str, count: int) -> list[str]:
    """What became of the creatives."""
    for _ in range(count):
        desk.run.done("run", "--mode", mode, "--once")
        desk.advance(minutes=10)
    return [line["new"] for line in of_creatives(desk)]


def test_live_acts_where_the_operator_allowed_it_the_replacement_first(desk: Office, weak: tuple[str, str]) -> None:
    campaign, creative = weak
    account = ("--account", desk.account)
    care(desk, campaign, "act")
    video = "7512345678901234567"
    desk.run.done("creatives", "reserve", video, "v0300fgnew", *account, "--campaign", campaign)
    assert [s["name"] for s in desk.run.done("creatives", "reserve", *account, "--json").tree] == [video, "v0300fgnew"]
    assert ticks(desk, "live", 4) == [f"add:{video}", f"delete:{creative}"], (
        "one for the weak one, and that one; no more"
    )
    assert {line["outcome"] for line in of_creatives(desk)} == {"applied"} and deleted(desk, campaign, creative)
    rows = desk.run.done("creatives", "show", *account, "--campaign", campaign, "--json").tree
    assert {r["verdict"] for r in rows if r["creative"] == creative} == {"gone"}
    assert (
        "new material" in desk.run.done("explain", campaign, *account, "--count", 30).out
        or "reserve" in desk.run.done("explain", campaign, *account, "--count", 30).out
    )
    judged = desk.run("audit", str(desk.journal), "--ledger", str(desk.run.folder / "bidctl.db"))
    assert judged.code == 0, judged

    undo = desk.run.done("creatives", "undo", creative, *account, "--mode", "live", "--json").tree
    desk.run.done("approve", undo["id"])
    assert ticks(desk, "live", 1)[-1] == f"add:{creative}" and not deleted(desk, campaign, creative)


def test_live_only_proposes_where_the_operator_wants_that(desk: Office, weak: tuple[str, str]) -> None:
    care(desk, weak[0], "propose")
    assert ticks(desk, "live", 3) == []
    (waits,) = [p for p in desk.run.done("pending", "--json").tree if p["field"] == "creative"]
    assert (waits["campaign"], waits["new"], waits["mode"]) == (weak[0], f"delete:{weak[1]}", "live")
    desk.run.done("approve", waits["id"], "--refuse")
    assert ticks(desk, "live", 2) == []
    assert [p for p in desk.run.done("pending", "--json").tree if p["field"] == "creative"] == [], "no means no, today"


def test_a_dry_run_sends_nothing_about_creatives_and_says_what_it_would(desk: Office, weak: tuple[str, str]) -> None:
    care(desk, weak[0], "act")
    desk.run.done("hold", weak[0], "--account", desk.account)  # its target alone: R-ONE would go first
    assert ticks(desk, "dry", 2) == [] and not deleted(desk, *weak)
    assert "weak with P" in desk.run.done("explain", weak[0], "--account", desk.account, "--count", 30).out


def test_what_was_read_of_a_day_is_kept_and_not_asked_again(desk: Office, weak: tuple[str, str]) -> None:
    account = ("--account", desk.account, "--campaign", weak[0])
    desk.run.done("creatives", "show", *account)
    with sqlite3.connect(desk.run.folder / "bidctl.db") as db:
        (days,) = db.execute("SELECT COUNT(DISTINCT day) FROM creative_facts").fetchone()
        (rows,) = db.execute("SELECT COUNT(*) FROM creative_facts").fetchone()
    assert days == 14 and rows > 14 * 5
    one = desk.run.done("creatives", "show", *account, "--json").tree
    with sqlite3.connect(desk.run.folder / "bidctl.db") as db:
        assert db.execute("SELECT COUNT(*) FROM creative_facts").fetchone() == (rows,), "nothing was read anew"
    assert one == desk.run.done("creatives", "show", *account, "--json").tree


def test_a_reserve_is_kept_by_campaign_and_refuses_what_is_no_video(desk: Office, weak: tuple[str, str]) -> None:
    account = ("--account", desk.account)
    assert desk.run("creatives", "reserve", "v1", *account).code == 2
    assert desk.run("creatives", "reserve", "a video", *account, "--campaign", weak[0]).code == 2
    desk.run.done("creatives", "reserve", "v1", "v2", *account, "--campaign", weak[0])
    desk.run.done("creatives", "reserve", "v1", *account, "--campaign", weak[0], "--remove")
    assert desk.run("creatives", "reserve", "v1", *account, "--campaign", weak[0], "--remove").code == 2
    assert [s["name"] for s in desk.run.done("creatives", "reserve", *account, "--json").tree] == ["v2"]


@pytest.mark.long
@pytest.mark.parametrize("kind", ["lost_reply_applied", "lost_reply_not_applied", "http_500_applied"])
def test_a_reply_that_is_lost_is_read_back_by_the_next_process_and_nothing_is_sent_twice(
    desk: Office, weak: tuple[str, str], kind: str
) -> None:
    campaign, creative = weak
    applied = kind.endswith("_applied") and "not" not in kind

    def answer(verb: str, made: str) -> None:
        desk.run.done("approve", made)
        desk.platform.control("POST", "faults", {"match": {"path": f"material/{verb}/"}, "kind": kind})
        ticks(desk, "live", 4)
        tried = [line for line in of_creatives(desk) if line["decision"] == made]
        assert [line["outcome"] == "applied" for line in tried] == [applied], "sent once"
        with sqlite3.connect(desk.run.folder / "bidctl.db") as db:
            states = db.execute("SELECT state FROM writes WHERE decision = ?", (made,)).fetchall()
        assert states == [("confirmed" if applied else "absent",)]

    desk.run.done("creatives", "propose", "--account", desk.account, "--mode", "live")
    (proposal,) = [p for p in desk.run.done("pending", "--json").tree if p["field"] == "creative"]
    answer("delete", proposal["id"])
    assert deleted(desk, campaign, creative) == applied
    if applied:
        undo = desk.run.done("creatives", "undo", creative, "--account", desk.account, "--mode", "live", "--json").tree
        answer("add", undo["id"])
        assert not deleted(desk, campaign, creative)
    assert desk.run("audit", str(desk.journal), "--ledger", str(desk.run.folder / "bidctl.db")).code == 0
