"""The table of products as an operator meets it: shown, then stored with the campaigns that promote them."""

from __future__ import annotations

import json

import pytest

from tests.cli.office import Office, Terminal

HEAD = "商品ID,售价,货品成本,运费,运费险,商家优惠,达人佣金,平台扣点,退货折损,发货后退款率\n"
ONE = "3700000000000000001"


def test_a_table_is_shown_with_its_sum_and_what_is_missing(shell: Terminal) -> None:
    (shell.folder / "p.csv").write_text(
        HEAD + f"{ONE},100,45,4,1元,0,20%,5%,10%,8%\n3700000000000000002,50,,,,,,,,\n", "utf-8"
    )
    one, two = shell.done("products", "p.csv", "--settled-share", "0.8", "--json").tree
    # kept: 100 - 45 - 4 - 1 - 20 - 5 = 25; a return loses 4 + 1 + 4.5
    assert one["margin"] == pytest.approx(0.25) and one["lost_per_refund"] == pytest.approx(0.095)
    assert one["break_even"] == pytest.approx(1 / (0.8 * 0.25 - 0.08 * 0.095), abs=1e-4)
    assert two["break_even"] is None and two["missing"].split()[0] == "goods"
    assert one["sum"] == "1.00 / (1.00 x (0.800 x 0.250 - 0.080 x 0.095)) = 5.20"
    assert "0.250" in shell.done("products", "p.csv").out
    assert shell("products", "p.csv", "--save").code == 2
    assert shell("products", "absent.csv").code == 1


def test_cash_cost_lowers_break_even(shell: Terminal) -> None:
    (shell.folder / "p.csv").write_text(HEAD + f"{ONE},100,45,4,1元,0,20%,5%,10%,0\n", "utf-8")
    full = shell.done("products", "p.csv", "--json").tree[0]["break_even"]
    (shell.folder / "bidctl.toml").write_text("[cash]\nrebate_share = 0.06\ngrant_share = 0.04\n", "utf-8")
    assert shell.done("products", "p.csv", "--json").tree[0]["break_even"] == pytest.approx(0.9 * full, abs=1e-3)
    (shell.folder / "bidctl.toml").write_text("[cash]\nrebate_share = 0.6\ngrant_share = 0.5\n", "utf-8")
    refused = shell("products", "p.csv")
    assert refused.code == 2 and "cash" in refused.err and "below 1" in refused.err


def test_it_is_stored_with_the_campaigns_that_promote_the_products(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    (desk.run.folder / "p.csv").write_text(HEAD, "utf-8")
    nothing = desk.run.done("products", "p.csv", "--account", desk.account, "--json").tree
    products = sorted({told.partition(":")[0] for line in nothing for told in line["missing"].split()})
    assert len(products) > 1
    rows = "".join(f"{p},100,45,4,1元,0,2%,5%,10%,8%\n" for p in products[1:])
    (desk.run.folder / "p.csv").write_text(HEAD + rows, "utf-8")
    shown = desk.run.done("products", "p.csv", "--account", desk.account, "--json").tree
    without = [line["campaign"] for line in shown if line["missing"]]
    assert 0 < len(without) < len(shown)
    assert all(line["missing"] == f"{products[0]}:product" for line in shown if line["missing"])
    before = _margins(desk)
    desk.run.done("products", "p.csv", "--account", desk.account, "--save")
    after = _margins(desk)
    assert {c for c in after if after[c] != before[c]} == {line["campaign"] for line in shown} - set(without)
    assert {round(after[c], 9) for c in after if c not in without} == {0.43}


def _margins(desk: Office) -> dict[str, float]:
    """Straight from the database."""
    import sqlite3

    with sqlite3.connect(desk.run.folder / "bidctl.db") as db:
        return {
            c: json.loads(terms)["economics"]["margin"]
            for c, terms in db.execute("select campaign, terms from enrolments")
        }
