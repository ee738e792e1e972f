"""`creators` and `fields`: from orders, facts and the operator's tables."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.office import Office, Terminal


@pytest.fixture
def run(tmp_path: Path) -> Terminal:
    """Two creators over 8 weeks: 901 sells much and half comes back, 902 sells less and little does."""
    begin = datetime.now() - timedelta(days=120)
    lines = ["订单编号,商品ID,达人ID,支付时间,支付金额,退款时间,退款金额,结算时间,结算金额,达人佣金"]
    for i in range(360):
        at, who = begin + timedelta(hours=4 * i), "902" if i % 3 == 0 else "901"
        back = i % 6 == 1 or i % 6 == 2 or i % 30 == 0
        told = (at + timedelta(days=3), "100", "", "", "") if back else ("", "", at + timedelta(days=15), "100", "20")
        lines.append(",".join(map(str, (i + 1, "3700", who, at.replace(microsecond=0), "100", *told))))
    (tmp_path / "orders.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "products.csv").write_text(
        "商品ID,售价,货品成本,运费,运费险,商家优惠,达人佣金,平台扣点,退货折损,发货后退款率\n3700,100,30,4,1元,0,20%,5%,10%,8%\n",
        "utf-8",
    )
    (tmp_path / "creators.csv").write_text(
        "达人ID,达人昵称,平台,类目,商品点击,样品成本,投流消耗,坑位费\n901,甲,抖音,服装,9000,300,900,500\n902,乙,抖音,服装,1500,100,0,0\n",
        "utf-8",
    )
    shell = Terminal(tmp_path)
    shell.done("orders", "import", "orders.csv", "--account", "9")
    return shell


WORDS = ("creators", "--account", "9", "--weeks", "20")


def test_ranked_by_the_lower_end_with_grades_and_quadrants(run: Terminal) -> None:
    tables = ("--creators", "creators.csv", "--products", "products.csv")
    rows = run.done(*WORDS, *tables, "--json").tree
    assert [r["creator"] for r in rows] == ["902", "901"] and all(r["missing"] == "" for r in rows)
    best, other = rows
    assert best["lo"] < best["gain"] < best["hi"] and best["lo"] > other["lo"]
    assert (best["grade"], other["grade"]) == ("S", "A") and best["orders"] == 120 and best["conversion"] == 0.08
    assert other["order_value"] == 100.0 and other["refunded"] == pytest.approx(0.5, abs=0.02)
    assert best["quadrant"] == "promising" and other["quadrant"] == "leaking"
    kept = best["orders"] * 100.0 * (1 - best["refunded"])
    cost = 0.2 * kept + 100.0
    assert best["cost"] == pytest.approx(cost, rel=0.01)
    (run.folder / "grades.csv").write_text("等级,类目,转化率下限\nS,服装,8%\nA,服装,1%\n", "utf-8")
    (run.folder / "bidctl.toml").write_text(
        '[tables]\ncreators = "creators.csv"\nproducts = "products.csv"\ngrades = "grades.csv"\n', "utf-8"
    )
    assert {r["creator"]: r["grade"] for r in run.done(*WORDS, "--json").tree} == {"902": "S", "901": "A"}
    assert "量小转化高" in run.done(*WORDS, "--lang", "zh").out and "gain" in run.done(*WORDS).out


def test_without_tables_what_is_missing_is_named(run: Terminal) -> None:
    rows = run.done(*WORDS, "--json").tree
    assert {r["creator"] for r in rows} == {"901", "902"}
    assert all(
        r["gain"] is None and r["grade"] is None and "3700:product" in r["missing"] and "samples" in r["missing"]
        for r in rows
    )
    for lang, words in (("zh", ("商品表缺 1 个商品", "样品成本")), ("en", ("1 products of the table", "samples"))):
        out = run.done(*WORDS, "--lang", lang).out
        assert all(word in out for word in words) and "…" not in out, out
    assert (
        "bidctl orders sync" in run.done("creators", "--account", "77").out
        and "orders sync" not in run.done(*WORDS).out
    )
    wrong = run(*WORDS, "--creators", "absent.csv")
    assert wrong.code == 1 and "absent.csv" in wrong.err


def test_fields_add_up_what_the_operator_tagged(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    one, two, *rest = [str(c["id"]) for c in desk.campaigns]
    words = ("fields", "--account", desk.account, "--days", "2")
    (bare,) = desk.run.done(*words, "--json").tree
    assert bare["field"] is None and bare["role"] is None and bare["campaigns"] == 2 + len(rest)
    assert "not tagged" in desk.run.done(*words).out and "未标注" in desk.run.done(*words, "--lang", "zh").out
    assert "is not known" not in desk.run.done(*words).out
    (desk.run.folder / "tags.csv").write_text(
        f"计划ID,经营场,商品角色\n{one},自播,爆款\n{two},头部大V,利润款\n默认,达人矩阵,\n", "utf-8"
    )
    rows = desk.run.done(*words, "--fields", "tags.csv", "--json").tree
    assert {(r["field"], r["role"]): r["campaigns"] for r in rows} == {
        ("own_live", "hero"): 1, ("top_creator", "profit"): 1, ("creators", None): len(rest),
    }  # fmt: skip
    assert sum(r["spend"] for r in rows) == pytest.approx(bare["spend"], abs=0.05)
    assert sum(r["profit"] for r in rows) == pytest.approx(bare["profit"], abs=0.05)
    tags = {r["campaign"]: r for r in desk.run.done(*words, "--fields", "tags.csv", "--tags", "--json").tree}
    assert (tags[one]["field_by"], tags[rest[0]]["field_by"]) == ("line", "default") and tags[rest[0]][
        "role_by"
    ] == "nobody"
    desk.run.done("unenrol", one, "--account", desk.account)
    desk.run.done("enrol", "--account", desk.account, "--campaign", one, "--goal", "2")
    for lang, said in (("en", "is not taken as 0; see: bidctl preflight"), ("zh", "不按 0 算; 请看: bidctl preflight")):
        assert said in desk.run.done(*words, "--fields", "tags.csv", "--lang", lang).out
