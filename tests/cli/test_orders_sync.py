"""`orders sync` and what stands on it, against a shop and an ads platform over one world, through the commands alone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.calendar import DAY, day_of, day_start
from sim.emulator.doudian.sales import ORDER
from sim.platform import plan_id
from sim.world import MarketWorld
from tests.cli.office import KEY, Office, Terminal, office

SHOP = "1234567"
FACTS = {
    "orders": "order_id, product, live_account, campaign, creator, paid_at, paid, buyer, subsidy",
    "refunds": "refund_id, order_id, happened_at, fen, stage",
    "bills": "bill_id, order_id, happened_at, kind, fen, received, commission, fee",
}
PAGE_KINDS = ("page_repeated", "rows_shuffled", "rows_missing", "rows_duplicated", "pages_shift", "garbage_json", "code_50000_applied",
              "lost_reply_applied", "token_expired", "sign_refused", "code_40100")  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Twenty days of history, both authorised, the ads account seen once."""
    with office(tmp_path_factory.mktemp("shop"), "small", history_days=20, shop=True) as made:
        made.enrol_all()
        made.run.done("connect", "--shop")
        made.tick("dry")
        made.run.done("orders", "sync")
        yield made


def fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part)


def rows_of(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything stored but when it became known."""
    with closing(sqlite3.connect(folder / "bidctl.db")) as db:
        return {
            name: db.execute(f"SELECT {columns} FROM {name} ORDER BY 1").fetchall() for name, columns in FACTS.items()
        }


def world_of(desk: Office) -> MarketWorld:
    world = desk.platform.emulator.service.world
    assert isinstance(world, MarketWorld)
    return world


def test_every_order_comes_in_once_and_balances(desk: Office) -> None:
    book = world_of(desk).order_book
    assert book is not None
    noted = book.noted()
    stored = rows_of(desk.run.folder)["orders"]
    assert {int(r[0]) for r in stored} == {ORDER + 10 * i + 1 for i in range(len(noted))}
    ledger = {r["campaign"]: r for r in desk.run.done("orders", "ledger", "--account", SHOP, "--json").tree}
    whole = ledger["total"]
    assert fen(whole["paid"]) == int(noted.fen.sum()) and whole["orders"] == len(noted)
    assert all(r["balances"] == "yes" for r in ledger.values())
    assert fen(whole["paid"]) == fen(whole["billed"]) + fen(whole["refunded"]) + fen(whole["open"])
    assert fen(whole["paid"]) == fen(whole["buyer"]) + fen(whole["subsidy"])
    now = world_of(desk).reported_at
    gone = (noted.back_at >= 0) & (noted.back_at < now)
    assert fen(whole["refunded"]) == int(noted.fen[gone].sum())


def test_orders_find_the_campaigns_that_the_ads_platform_credits(desk: Office) -> None:
    """To the fen where one campaign can be meant; what a room's campaigns of one day share comes out within a fen an order."""
    world = world_of(desk)
    assert world.order_book is not None
    noted = world.order_book.noted()
    truth = Counter[str]()
    for campaign, amount in zip(noted.campaign.tolist(), noted.fen.tolist(), strict=True):
        truth[str(plan_id(campaign, world.specs[campaign]))] += amount
    told = {r["campaign"]: r for r in desk.run.done("orders", "ledger", "--account", SHOP, "--json").tree}
    live = {str(c["id"]) for c in desk.config["campaigns"] if c["goal"] == "live"}
    for name, amount in truth.items():
        assert abs(fen(told[name]["paid"]) - amount) <= (len(noted) if name in live else 0), name
    ways = {r["way"]: r for r in desk.run.done("orders", "attribution", "--account", SHOP, "--json").tree}
    assert set(ways) == {"by_id", "by_live_account", "by_product", "none"}
    assert sum(r["orders"] for r in ways.values()) == len(noted) and ways["none"]["orders"] == 0
    assert sum(fen(r["paid"]) for r in ways.values()) == int(noted.fen.sum())
    shares = [float(r["paid_share"]) for r in ways.values()]
    assert abs(sum(shares) - 1) < 1e-3 and float(ways["by_product"]["paid_share"]) > 0.3


def test_the_days_gmv_is_what_the_orders_come_to(desk: Office) -> None:
    """By campaign and day: the ads platform's report in the ledger, and the shop's orders by whose they truly are."""
    world = world_of(desk)
    assert world.order_book is not None
    noted = world.order_book.noted()
    today, index = day_of(world.now), {str(plan_id(i, spec)): i for i, spec in enumerate(world.specs)}
    with closing(sqlite3.connect(desk.run.folder / "bidctl.db")) as db:
        reported = db.execute(
            "SELECT campaign, happened_at, gmv FROM newest_facts WHERE grain = 1 AND gmv IS NOT NULL"
        ).fetchall()
    seen = 0
    for campaign, at, gmv in reported:
        day = day_of(at / 1e6)
        mine = (noted.campaign == index[campaign]) & (noted.paid_at >= day_start(day))
        mine &= noted.paid_at < day_start(day + 1)
        if day < today:
            assert int(noted.fen[mine].sum()) == gmv, (campaign, day)
            seen += int(mine.sum())
    assert seen > 3000


def test_a_rule_that_cannot_say_leaves_orders_unattributed_and_shows_them(desk: Office, tmp_path: Path) -> None:
    run = Terminal(tmp_path)
    (tmp_path / "bidctl.toml").write_text((desk.run.folder / "bidctl.toml").read_text("utf-8"), "utf-8")
    run.done("connect", "--shop")
    run.done("orders", "sync", "--since", f"{_date(world_of(desk).now - DAY)}")
    ways = {r["way"]: r for r in run.done("orders", "attribution", "--account", SHOP, "--json").tree}
    assert float(ways["none"]["paid_share"]) == 1.0 and ways["none"]["orders"] > 100
    ledger = run.done("orders", "ledger", "--account", SHOP, "--json").tree
    assert [r["campaign"] for r in ledger] == ["(not told)", "total"]
    said = run.done("orders", "attribution", "--account", SHOP, "--lang", "zh").out
    assert "无法归属" in said and "规则" in said


def _date(at: float) -> str:
    return str(np.datetime64(int(at) + 8 * 3600, "s"))


def test_rates_by_campaign_stand_on_orders_shared_out(desk: Office) -> None:
    rates = desk.run.done("settlement", "rate", "--account", SHOP, "--json").tree
    known = {str(c["id"]) for c in desk.config["campaigns"]}
    assert {r["campaign"] for r in rates} <= known and len(rates) > 10
    ledger = desk.run.done("orders", "ledger", "--account", SHOP, "--json").tree
    assert sum(r["orders"] for r in rates) == ledger[-1]["orders"]
    assert sum(float(r["paid"]) for r in rates) == pytest.approx(float(ledger[-1]["paid"]), abs=1.0)


def test_told_again_it_changes_nothing_and_time_brings_only_what_is_new(tmp_path: Path) -> None:
    with office(tmp_path, "small", history_days=3, shop=True) as desk:
        desk.run.done("connect", "--shop")
        first = desk.run.done("orders", "sync", "--json").tree
        before = rows_of(tmp_path)
        again = desk.run.done("orders", "sync", "--json").tree
        assert (again["orders"], again["refunds"], again["bills"], again["aside"]) == (0, 0, 0, 0) and again[
            "rows"
        ] < first["rows"]
        assert rows_of(tmp_path) == before
        desk.advance(hours=30)
        more = desk.run.done("orders", "sync", "--since", _date(world_of(desk).now), "--json").tree
        assert not more["since_ignored"], "nothing that it asks for is left out"
        assert "--since is for the first fetch" in desk.run.done("orders", "sync", "--since", "2020-01-01").out
        assert more["orders"] > 0 and more["refunds"] > 0 and first["assumed"]
        book = world_of(desk).order_book
        assert book is not None and len(rows_of(tmp_path)["orders"]) == len(book.noted())
        with closing(sqlite3.connect(tmp_path / "bidctl.db")) as db:
            assumed = dict(db.execute("SELECT assumed, count(*) FROM orders GROUP BY assumed").fetchall())
        assert assumed[1] == first["orders"] and assumed[0] == more["orders"], (
            "what was seen is known when it was fetched"
        )
        assert "推定" not in desk.run.done("orders", "sync", BIDCTL_LANG="zh").out


FAULTS = st.lists(st.tuples(st.sampled_from(PAGE_KINDS), st.integers(1, 6), st.integers(1, 3)), min_size=1, max_size=4)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FAULTS)
def test_under_any_fault_of_pages_a_sync_comes_to_the_same_fen(
    desk: Office, tmp_path_factory: pytest.TempPathFactory, faults: list[tuple[str, int, int]]
) -> None:
    comes_to_the_same(desk, tmp_path_factory, faults)


@pytest.mark.long
@pytest.mark.timeout(420)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(FAULTS)
def test_under_many_faults_of_pages_a_sync_comes_to_the_same_fen(
    desk: Office, tmp_path_factory: pytest.TempPathFactory, faults: list[tuple[str, int, int]]
) -> None:
    comes_to_the_same(desk, tmp_path_factory, faults)


def comes_to_the_same(
    desk: Office, tmp_path_factory: pytest.TempPathFactory, faults: list[tuple[str, int, int]]
) -> None:
    """However it fails on the way: run again until it is through, the ledger is the same, and every failure is one line."""
    folder = tmp_path_factory.mktemp("faulty")
    run = Terminal(folder)
    (folder / "bidctl.toml").write_text((desk.run.folder / "bidctl.toml").read_text("utf-8"), "utf-8")
    since = _date(world_of(desk).now - DAY / 2)
    run.done("connect", "--shop")
    for kind, nth, count in faults:
        match = {"path": "/order/" if nth % 2 else "/afterSale", "nth": nth}
        desk.platform.control("POST", "faults", {"kind": kind, "count": count, "match": match, "delay_seconds": 0})
    try:
        for _ in range(2 + sum(count for *_, count in faults)):
            said = run("orders", "sync", "--since", since)
            if said.code == 0:
                break
            assert said.code == 1 and len(said.err.strip().splitlines()) == 1 and "Traceback" not in said.err
    finally:
        desk.platform.control("DELETE", "faults")
    run.done("orders", "sync", "--since", since)
    found = run.done("orders", "ledger", "--account", SHOP, "--by", "product", "--json").tree
    assert found == expected_since(desk, tmp_path_factory, since)
    assert run.done("orders", "quarantine", "--account", SHOP, "--json").tree == quarantine_of[since]


quarantine_of: dict[str, Any] = {}
ledger_of: dict[str, Any] = {}


def expected_since(desk: Office, folders: pytest.TempPathFactory, since: str) -> Any:
    """The ledger of an undisturbed fetch."""
    if since not in ledger_of:
        folder = folders.mktemp("plain")
        run = Terminal(folder)
        (folder / "bidctl.toml").write_text((desk.run.folder / "bidctl.toml").read_text("utf-8"), "utf-8")
        run.done("connect", "--shop")
        run.done("orders", "sync", "--since", since)
        ledger_of[since] = run.done("orders", "ledger", "--account", SHOP, "--by", "product", "--json").tree
        quarantine_of[since] = run.done("orders", "quarantine", "--account", SHOP, "--json").tree
    return ledger_of[since]


@pytest.mark.long
def test_killed_on_the_way_and_run_again_it_is_the_same(desk: Office, tmp_path: Path) -> None:
    (tmp_path / "bidctl.toml").write_text((desk.run.folder / "bidctl.toml").read_text("utf-8"), "utf-8")
    Terminal(tmp_path).done("connect", "--shop")
    environ = {k: v for k, v in os.environ.items() if not k.startswith("BIDCTL_")} | {"BIDCTL_SECRET_KEY": KEY}
    command = [sys.executable, "-m", "bidctl", "orders", "sync", "--config", str(tmp_path / "bidctl.toml")]
    killed, stored = 0, 0
    for enough in (1, 24):
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while process.poll() is None and _windows(tmp_path) < enough and time.monotonic() < deadline:
            time.sleep(0.01)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.wait()
        assert _windows(tmp_path) >= stored
        stored = _windows(tmp_path)
    assert killed == 2, "it died in the middle"
    Terminal(tmp_path).done("orders", "sync")
    assert rows_of(tmp_path) == rows_of(desk.run.folder)


def _windows(folder: Path) -> int:
    """Days that are stored, of all kinds."""
    with closing(sqlite3.connect(folder / "bidctl.db", timeout=30)) as db:
        found = db.execute("SELECT until, begun_at FROM syncs").fetchall()
    return sum(90 - round((begun - until) / 1e6 / DAY) for until, begun in found) if found else 0


def test_enormous_cancelled_lines_survive(tmp_path: Path) -> None:
    """80,995 and 74,215 pieces, cancelled within minutes: counted as paid and as refunded, to the fen, and nothing else moves."""
    with office(tmp_path, "small", history_days=12, shop=True) as desk:
        run = desk.run
        run.done("connect", "--shop")
        enormous = [(80_995, 16_846_960), (74_215, 7_718_360), (80_995, 10**15)]
        product = 3_600_000_000_000_999_999
        for pieces, paid in enormous:
            body = {
                "pieces": pieces,
                "paid": paid,
                "refunded": paid,
                "refund_after": 720,
                "ago": 9 * DAY,
                "product": product,
            }
            desk.platform.control("POST", "shop_order", body)
        desk.platform.control("POST", "shop_order", {"paid": 5000, "status": "unpaid", "ago": 600})
        desk.platform.control("POST", "shop_order", {"paid": 5000, "status": "presale", "ago": 600})
        done = run.done("orders", "sync", "--json").tree
        assert (done["aside"], done["unpaid"], done["presales"]) == (0, 1, 1)
        added = 5000 * 2 // 100 + 5000 // 100
        assert fen(done["presale_yuan"]) == 5000 - added, "what was paid of it, told apart"
        told = {
            r["product"]: r for r in run.done("orders", "ledger", "--account", SHOP, "--by", "product", "--json").tree
        }
        large, total = told[str(product)], told["total"]
        whole = sum(paid for _, paid in enormous)
        assert fen(large["paid"]) == fen(large["refunded"]) == fen(large["before_dispatch"]) == whole
        assert fen(large["billed"]) == fen(large["open"]) == 0 and large["balances"] == total["balances"] == "yes"
        book = world_of(desk).order_book
        assert book is not None and fen(total["paid"]) == whole + int(book.noted().fen.sum())
        rates = run.done("settlement", "rate", "--account", SHOP, "--by", "product", "--json").tree
        mine = [r for r in rates if r["product"] == str(product)]
        assert [float(r["rate"]) for r in mine] == [0.0] and all(0 <= float(r["rate"]) <= 1 for r in rates)


def test_what_the_shop_tells_wrongly_is_put_aside_and_seen(tmp_path: Path) -> None:
    """A refund larger than its order; bills of orders from before the first fetch, which count once their orders come."""
    with office(tmp_path, "small", history_days=20, shop=True) as desk:
        run = desk.run
        run.done("connect", "--shop")
        desk.platform.control("POST", "shop_order", {"paid": 1000, "refunded": 2500, "refund_after": 60, "ago": 7200})
        run.done("orders", "sync", "--since", _date(world_of(desk).now - 3 * DAY))
        rows = run.done("orders", "quarantine", "--account", SHOP, "--json").tree
        reasons = Counter(r["reason"] for r in rows)
        assert reasons["refunds more than its order was worth"] == 1
        assert sum(n for reason, n in reasons.items() if "its order is not known" in reason) > 100
        assert all(r["order"] and r["row"] and r["file"].startswith("抖店") for r in rows) and len(rows) > 100
        assert any("total_income" in r["row"] for r in rows) and not any("post_receiver" in r["row"] for r in rows)
        told = run.done("orders", "ledger", "--account", SHOP, "--by", "product", "--json").tree
        assert all(r["balances"] == "yes" for r in told)
        with closing(sqlite3.connect(tmp_path / "bidctl.db")) as db:
            db.execute("DELETE FROM syncs")
            db.commit()
        run.done("orders", "sync")  # all of it: what had no order finds it
        left = run.done("orders", "quarantine", "--account", SHOP, "--json").tree
        assert [r["reason"] for r in left] == ["refunds more than its order was worth"]
        book = world_of(desk).order_book
        assert book is not None and len(rows_of(tmp_path)["orders"]) == len(book.noted()) + 1


@pytest.mark.parametrize(
    ("changed", "words", "code", "said"),
    [
        ('app_key = "7000000000000000001"', ("orders", "sync"), 2, "app_key"),
        ('shop_id = "1234567"', ("connect", "--shop"), 2, "shop_id"),
        ('app_secret = "00000000-test-secret"', ("orders", "sync"), 2, "app_secret"),
    ],
)
def test_what_is_missing_is_said(
    desk: Office, tmp_path: Path, changed: str, words: tuple[str, ...], code: int, said: str
) -> None:
    text = (desk.run.folder / "bidctl.toml").read_text("utf-8")
    (tmp_path / "bidctl.toml").write_text(text.replace(changed, ""), "utf-8")
    found = Terminal(tmp_path)(*words)
    assert found.code == code and said in found.err and len(found.err.strip().splitlines()) == 1


@pytest.mark.long
def test_the_shops_tokens_are_renewed_by_themselves_and_doctor_looks_at_them(tmp_path: Path) -> None:
    with office(tmp_path, "small", history_days=0, shop=True) as desk:
        desk.run.done("connect", "--code", "auth-code-1")
        assert "bidctl connect --shop" in _shop_check(desk)["detail"], "not yet authorised"
        desk.run.done("connect", "--shop")
        assert _shop_check(desk)["result"] == "ok"
        for days in (6, 7, 13):  # the access token lives for 7, a refresh token for 14 from its own day
            desk.advance(hours=24 * days)
            desk.run.done("orders", "sync", "--since", _date(world_of(desk).now - 3600))
        with closing(sqlite3.connect(tmp_path / "bidctl.db")) as db:
            db.execute("UPDATE syncs SET until = until - 100 * 86400000000")
            db.commit()
        lost = desk.run.done("orders", "sync", "--json").tree["lost"]
        assert len(lost) == 2 and lost[0] < lost[1], "what the shop no longer gives is said"
        assert desk.run.done("orders", "sync", "--json").tree["lost"] is None
        desk.advance(hours=24 * 15)
        ended = desk.run("orders", "sync")
        assert ended.code == 1 and "bidctl connect --shop" in ended.err
        assert "bidctl connect --shop" in _shop_check(desk)["detail"]


def _shop_check(desk: Office) -> Any:
    return {c["check"]: c for c in desk.run("doctor", "--json").tree}["shop"]


def test_what_only_a_person_can_mend_is_said(desk: Office, tmp_path: Path) -> None:
    text = (desk.run.folder / "bidctl.toml").read_text("utf-8")
    (tmp_path / "bidctl.toml").write_text(text, "utf-8")
    run = Terminal(tmp_path)
    never = run("orders", "sync")
    assert never.code == 1 and "bidctl connect --shop" in never.err
    assert run("connect", "--shop", "--code", "nonsense").code == 1
    run.done("connect", "--shop", "--code", "https://example.com/cb?code=auth-code-1&state=x")
    (tmp_path / "bidctl.toml").write_text(text.replace("00000000-test-secret", "another"), "utf-8")
    wrong = run("orders", "sync")
    assert wrong.code == 1 and "[shop] app_secret" in wrong.err and "Traceback" not in wrong.err
    assert run("orders", "sync", "--since", "soon").code == 2
