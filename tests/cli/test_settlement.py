"""`settlement`: rates by pay week and their back-test, on orders that were imported."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.office import Terminal


@pytest.fixture
def run(tmp_path: Path) -> Terminal:
    lines = ["订单编号,商品ID,支付时间,支付金额,退款时间,退款金额,结算时间,结算金额"]
    begin = datetime(2025, 9, 1)
    for i in range(14 * 28):
        at = begin + timedelta(hours=6 * i + 1)
        back = i % 4 == 0
        told = (at + timedelta(days=i % 9), "50.00", "", "") if back else ("", "", at + timedelta(days=15), "50.00")
        lines.append(",".join(map(str, (i + 1, "p" if i % 2 else "q", at, "50.00", *told))))
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    shell = Terminal(tmp_path)
    shell.done("orders", "import", "orders.csv", "--account", "9")
    return shell


def test_rates_by_pay_week(run: Terminal) -> None:
    rows = run.done(
        "settlement", "rate", "--account", "9", "--by", "product", "--at", "2025-12-08T12:00", "--json"
    ).tree
    p = [r for r in rows if r["product"] == "p"]
    assert [r["week"] for r in p][:2] == ["2025-09-01", "2025-09-08"] and len(p) == 14
    assert all(float(r["lo"]) <= float(r["rate"]) <= float(r["hi"]) for r in rows)
    assert float(p[0]["maturity"]) > 0.99 > 0.9 > float(p[-1]["maturity"])
    assert p[0]["trend"] == "" and p[1]["trend"]
    q = next(r for r in rows if r["product"] == "q")
    assert float(q["rate"]) == pytest.approx(0.5, abs=0.01) and q["refunded"] == "350.00" and q["paid"] == "700.00"
    assert "预计结算率" in run.done("settlement", "rate", "--account", "9", "--lang", "zh").out


def test_a_bad_batch_is_shown_with_and_without(run: Terminal) -> None:
    words = ("settlement", "rate", "--account", "9", "--by", "product", "--at", "2026-01-20T12:00")
    assert "cluster:" not in run.done(*words).out and not any(r["cluster"] for r in run.done(*words, "--json").tree)
    at = datetime(2025, 11, 3, 8)
    lines = ["订单编号,商品ID,支付时间,支付金额,退款时间,退款金额"]
    lines += [f"b{i},p,{at + timedelta(minutes=i)},50.00,{at + timedelta(days=1)},50.00" for i in range(60)]
    (run.folder / "batch.csv").write_text("\n".join(lines) + "\n", "utf-8")
    run.done("orders", "import", "batch.csv", "--account", "9")
    flagged = [r for r in run.done(*words, "--json").tree if r["cluster"]]
    assert [(r["product"], r["week"]) for r in flagged] == [("p", "2025-11-03")]
    (line,) = [x for x in run.done(*words).out.splitlines() if x.startswith("* cluster:")]
    with_it, without = (
        float(x.split()[-1].rstrip(",")) for x in line.split("projected rate of all")[1].split(", without clusters")
    )
    assert with_it < without == pytest.approx(0.75, abs=0.02)
    assert "不含异常" in run.done(*words, "--lang", "zh").out


def test_rates_beside_the_mean_of_their_category(run: Terminal) -> None:
    words = ("settlement", "rate", "--account", "9", "--by", "campaign", "--at", "2026-03-08T12:00")
    bare = run.done(*words, "--json").tree
    assert all(r["category_mean"] == "" for r in bare) and "no category mean" in run.done(*words).out
    (run.folder / "products.csv").write_text("商品ID,类目\n1,服装\n", "utf-8")
    assert all(r["category_mean"] == "" for r in run.done(*words, "--products", "products.csv", "--json").tree)
    (run.folder / "bidctl.toml").write_text('[tables]\nproducts = "catalogue.toml"\n', "utf-8")
    (run.folder / "catalogue.toml").write_text('[[rows]]\nproduct = "default"\ncategory = "x"\n', "utf-8")
    assert all(r["category_mean"] == "" for r in run.done(*words, "--json").tree)
    orders = (run.folder / "orders.csv").read_text("utf-8").replace(",p,", ",71,").replace(",q,", ",72,")
    (run.folder / "more.csv").write_text(orders, "utf-8")
    run.done("orders", "import", "more.csv", "--account", "10")
    (run.folder / "catalogue.toml").write_text(
        '[[rows]]\nproduct = "71"\ncategory = "tea"\n[[rows]]\nproduct = "72"\ncategory = "dress"\n', "utf-8"
    )
    rows = run.done(
        "settlement", "rate", "--account", "10", "--by", "product", "--at", "2026-03-08T12:00", "--json"
    ).tree
    assert {(r["product"], round(float(r["category_mean"]), 1)) for r in rows} == {("71", 1.0), ("72", 0.5)}
    assert all(abs(float(r["against_category"])) < 0.1 for r in rows)
    mixed = run.done("settlement", "rate", "--account", "10", "--at", "2026-03-08T12:00", "--json").tree
    assert all(float(r["category_mean"]) == pytest.approx(0.75, abs=0.02) for r in mixed)
    assert "类目均值" in run.done("settlement", "rate", "--account", "10", "--lang", "zh").out


def test_a_backtest_on_ones_own_orders(run: Terminal) -> None:
    rows = run.done("settlement", "backtest", "--account", "9", "--json").tree
    assert [r["age_days"] for r in rows] == ["4", "7", "14", "30"] and all(r["weeks"] == 10 for r in rows)
    assert float(rows[0]["rmse"]) < float(rows[0]["naive_rmse"])
    few = run("settlement", "backtest", "--account", "nobody")
    assert few.code == 1 and "0 pay weeks" in few.err
