"""`orders`: imported, shown as of an instant, put aside and settled, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.office import Terminal

FILE = """订单编号,商品ID,计划ID,支付时间,支付金额,退款时间,退款金额,结算时间,结算金额
1,35,1791,2026-09-01 10:00:00,100.00,2026-09-02 10:00:00,30.00,2026-09-20 10:00:00,70.00
2,35,1791,2026-09-01 11:00:00,50.00,,,,
3,36,,2026-09-01 12:00:00,8.05,,,,
4,36,,never,8.05,,,,
5,36,,2026-09-01 12:00:00,1.00,2026-09-02 10:00:00,2.00,,
"""


@pytest.fixture
def run(tmp_path: Path) -> Terminal:
    (tmp_path / "orders.csv").write_text(FILE, "utf-8")
    return Terminal(tmp_path)


def test_a_file_comes_in_balances_and_shows_what_it_put_aside(run: Terminal) -> None:
    first = run.done("orders", "import", "orders.csv", "--account", "9", "--json").tree
    assert (first["orders"], first["refunds"], first["bills"], first["aside"]) == (4, 2, 1, 2)
    again = run.done("orders", "import", "orders.csv", "--account", "9", "--json").tree
    assert (again["orders"], again["refunds"], again["bills"], again["aside"], again["again"]) == (0, 0, 0, 0, 7)
    late = {
        r["campaign"]: r
        for r in run.done("orders", "ledger", "--account", "9", "--at", "2026-10-01T00:00", "--json").tree
    }
    assert (late["1791"]["paid"], late["1791"]["billed"], late["1791"]["refunded"], late["1791"]["open"]) == (
        "150.00", "70.00", "30.00", "50.00",
    )  # fmt: skip
    assert late["total"]["paid"] == "159.05" and all(r["balances"] == "yes" for r in late.values())
    early = {r["product"]: r for r in run.done(
        "orders", "ledger", "--account", "9", "--by", "product", "--at", "2026-09-01T10:30", "--json").tree}  # fmt: skip
    assert early["35"]["open"] == "100.00" and set(early) == {"35", "total"}


def test_a_row_put_aside_is_seen_and_settled(run: Terminal) -> None:
    run.done("orders", "import", "orders.csv", "--account", "9")
    rows = run.done("orders", "quarantine", "--account", "9", "--json").tree
    assert {r["line"] for r in rows} == {5, 6}
    bad = next(r for r in rows if r["line"] == 5)
    assert bad["row"].startswith("4,36,,never") and bad["file"] == "orders.csv" and "支付时间" in bad["reason"]
    run.done("orders", "quarantine", "--account", "9", "--resolve", bad["id"])
    left = run.done("orders", "quarantine", "--account", "9", "--json").tree
    assert [r["line"] for r in left] == [6]
    settled = run.done("orders", "quarantine", "--account", "9", "--resolved", "--json").tree
    assert [r["line"] for r in settled] == [5] and settled[0]["resolved_by"]
    assert run("orders", "quarantine", "--account", "9", "--resolve", "999").code == 2


def test_a_bill_without_its_order_says_what_to_import(run: Terminal) -> None:
    text = "子订单编号,商品ID,支付时间,整体成交金额,结算时间,结算金额\n7,,,,2026-09-09 10:00:00,5.00\n"
    (run.folder / "bill.csv").write_text(text, "utf-8")
    run.done("orders", "import", "bill.csv", "--account", "8")
    (bad,) = run.done("orders", "quarantine", "--account", "8", "--json").tree
    said = run("orders", "quarantine", "--account", "8", "--resolve", bad["id"], "--as", "accept")
    assert said.code == 1 and "import that order first" in said.err
    assert run.done("orders", "quarantine", "--account", "8", "--json").tree == [bad]


def test_a_person_says_what_a_refund_was(run: Terminal) -> None:
    run.done("orders", "import", "orders.csv", "--account", "9")
    bad = next(r for r in run.done("orders", "quarantine", "--account", "9", "--json").tree if r["line"] == 6)
    words = ("orders", "quarantine", "--account", "9", "--resolve", bad["id"], "--as", "accept")
    assert bad["amount"] == "2.00"
    too_much = run(*words)
    assert too_much.code == 1 and "--amount YUAN" in too_much.err and "\n" not in too_much.err.strip()
    assert run(*words, "--amount", "0.505").code == run(*words[:6], "--amount", "1").code == 2
    run.done(*words, "--amount", "0.50")
    settled = next(r for r in run.done("orders", "quarantine", "--account", "9", "--resolved", "--json").tree)
    assert (
        (settled["how"], settled["counts"]) == ("accept", "0.50") and settled["resolved_by"] and settled["resolved_at"]
    )
    product = next(
        r
        for r in run.done("orders", "ledger", "--account", "9", "--by", "product", "--json").tree
        if r["product"] == "36"
    )
    assert product["refunded"] == "0.50" and product["balances"] == "yes"
    assert "采用" in run.done("orders", "quarantine", "--account", "9", "--resolved", "--lang", "zh").out


@pytest.mark.parametrize("told", ["60.00", "40.00"])
def test_what_a_person_says_an_order_was_worth_counts_in_every_table(run: Terminal, told: str) -> None:
    (run.folder / "again.csv").write_text(
        FILE.splitlines()[0] + f"\n2,35,1791,2026-09-01 11:00:00,{told},,,,\n", "utf-8"
    )
    for name in ("orders.csv", "again.csv"):
        run.done("orders", "import", name, "--account", "9")
    rows = run.done("orders", "quarantine", "--account", "9", "--json").tree
    differs = next(
        r for r in rows if r["order"] == "2"
    )  # known at once: the smaller stands, and it is the larger that is put aside
    run.done("orders", "quarantine", "--account", "9", "--resolve", differs["id"], "--as", "accept")
    whole = run.done("orders", "ledger", "--account", "9", "--json").tree[-1]
    paid = f"{109.05 + max(float(told), 50):.2f}"
    assert whole["paid"] == paid and float(whole["buyer"]) + float(whole["subsidy"]) == pytest.approx(float(paid))
    ways = run.done("orders", "attribution", "--account", "9", "--json").tree
    assert f"{sum(float(r['paid']) for r in ways):.2f}" == paid
    assert f"{sum(float(r['buyer']) + float(r['subsidy']) for r in ways):.2f}" == paid
    before = run.done("orders", "ledger", "--account", "9", "--at", "2026-10-01T00:00", "--json").tree[-1]
    assert before["paid"] == f"{109.05 + min(float(told), 50):.2f}", "nobody had said so yet"


@pytest.mark.parametrize("words", [("orders", "ledger"), ("orders", "attribution"), ("settlement", "rate")])
def test_an_account_without_orders_says_where_they_come_from(run: Terminal, words: tuple[str, ...]) -> None:
    for lang in ("zh", "en"):
        out = run.done(*words, "--account", "77", "--lang", lang).out
        assert "bidctl orders import" in out and "bidctl orders sync" in out
    run.done("orders", "import", "orders.csv", "--account", "9")
    assert "bidctl orders sync" not in run.done(*words, "--account", "9").out


def test_both_languages_say_that_knowledge_is_assumed(run: Terminal) -> None:
    assert "ASSUMED" in run.done("orders", "import", "orders.csv", "--account", "9").out
    assert "推定" in run.done("orders", "import", "orders.csv", "--account", "9", BIDCTL_LANG="zh").out
    assert "已结算" in run.done("orders", "ledger", "--account", "9", "--lang", "zh").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "none.csv", "--account", "9"), "none.csv"),
        (("import", "orders.csv", "--account", "9", "--zone", "Mars"), "--zone"),
        (("ledger", "--account", "9", "--at", "soon"), "--at"),
    ],
)
def test_what_is_refused_is_one_line(run: Terminal, words: tuple[str, ...], said: str) -> None:
    told = run("orders", *words)
    assert told.code in (1, 2) and said in told.err and len(told.err.strip().splitlines()) == 1
