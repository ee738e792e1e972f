"""The daily profit report of a recorded account."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from bidctl.adapters.store import open_ledger
from bidctl.domain.orders import Bills, OrderFacts, Orders, no_orders
from bidctl.domain.quarantine import Source
from tests.cli.office import Office, Terminal


def test_every_day_and_campaign_and_a_total_that_is_their_sum(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    rows = desk.run.done("profit", "--account", desk.account, "--days", "3", "--json").tree
    days = sorted({r["day"] for r in rows})
    assert len(days) == 3 and len(rows) == 3 * (len(desk.campaigns) + 1)
    told = [r for r in rows if r["profit"] is not None and r["campaign"] != "*"]
    assert told
    margins = {str(c["id"]): c["enrol"]["margin"] for c in desk.campaigns}
    for r in told:
        assert r["kept"] == r["projected"] <= r["paid"] and r["billed"] is None
        assert r["contribution"] == pytest.approx(margins[r["campaign"]] * r["kept"], abs=0.02)
        assert r["profit"] == pytest.approx(r["contribution"] - r["spend"], abs=0.02)
    for total in (r for r in rows if r["campaign"] == "*"):
        parts = [r["spend"] for r in rows if r["day"] == total["day"] and r["campaign"] != "*"]
        known = None if None in parts else pytest.approx(sum(parts), abs=0.05)
        assert total["spend"] == known
    assert "projected" in desk.run.done("profit", "--account", desk.account).out


def test_orders_that_are_billed_are_no_longer_projected(desk: Office) -> None:
    """One order of today, half of it settled, told through the store."""
    desk.enrol_all()
    desk.tick("dry")
    before = desk.run.done("profit", "--account", desk.account, "--days", "2", "--json").tree
    row = next(r for r in before if r["paid"] and r["campaign"] != "*" and r["profit"] is not None and r["paid"] > 1)
    noon = datetime.fromisoformat(f"{row['day']}T12:00:00+08:00").timestamp()
    one, told, nothing = np.array(["1"]), np.array([noon]), np.zeros(1, np.int64)
    fen, blank = np.array([round(100 * row["paid"])]), np.array([""])
    orders = Orders(one, blank, blank, np.array([row["campaign"]]), blank, told, told, fen, fen, nothing)
    none = no_orders()
    bills = Bills(one, one, told, told, np.zeros(1, np.int8), fen, fen, nothing, nothing)
    facts = OrderFacts(orders, none.refunds, bills)
    lines = np.array([2], np.int64)
    ledger = open_ledger(f"sqlite:///{desk.run.folder}/bidctl.db", datetime.now(UTC))
    with ledger.begin() as t:
        t.add_orders(desk.account, facts, Source("o.csv", lines, lines[:0], lines, raw=str, assumed=True))
    ledger.close()
    after = desk.run.done("profit", "--account", desk.account, "--days", "2", "--json").tree
    same = next(r for r in after if (r["day"], r["campaign"]) == (row["day"], row["campaign"]))
    assert (same["billed"], same["projected"]) == (row["paid"], 0.0) and same["profit"] > row["profit"]
    assert [r for r in after if r["day"] != row["day"]] == [r for r in before if r["day"] != row["day"]]


def test_nothing_recorded_yet(shell: Terminal) -> None:
    refused = shell("profit", "--account", "1700000000000011")
    assert refused.code == 2 and "nothing is recorded yet" in refused.err


def test_the_protection_ledger_of_every_day(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    rows = desk.run.done("protection", "--account", desk.account, "--days", "2", "--json").tree
    assert len(rows) == 2 * len(desk.campaigns)
    for r in rows:
        if r["expected"]:
            assert r["cover"] == "pays" and r["valid_orders"] >= 10
            assert r["expected"] == pytest.approx(r["spend"] - r["t"], abs=0.02)
        today = r["day"] == rows[-1]["day"]
        assert (r["next_safe_edit"] is not None) == (r["pause_forfeits"] is not None) == today
    out = desk.run.done("protection", "--account", desk.account).out
    assert "cost protection" in out and all(str(c["id"]) in out for c in desk.campaigns), "no id is cut short"
