"""R-CASH in a run and as its operator sees it: from a table of receipts, and from the shop's bills."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from bidctl.adapters.store import open_ledger
from bidctl.domain.orders import Bills, OrderFacts, Orders, no_orders
from bidctl.domain.quarantine import Source
from tests.cli.office import Office, Terminal
from tests.cli.test_tables import configured, lowered

HEAD = "账户ID,日期,到账金额,可用资金,待结算\n"


def table(desk: Office, today: date, yuan: float) -> None:
    lines = [f"{desk.account},{today - timedelta(days=d)},{yuan},5000,1200\n" for d in range(1, 31)]
    (desk.run.folder / "cash.csv").write_text(HEAD + "".join(lines), "utf-8")


def test_spend_above_its_share_of_receipts_holds_every_lowering(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    now = desk.advance(hours=2)
    would = lowered(desk.tick("dry"))
    assert would
    today = (now + timedelta(hours=8)).date()
    table(desk, today, 0.01)
    configured(desk, 'cash = "cash.csv"')
    assert lowered(desk.tick("dry")) == would, "off unless a share is stated"
    with (desk.run.folder / "bidctl.toml").open("a", encoding="utf-8") as file:
        file.write("[rules]\ncash_share = 0.5\n")
    (report,) = desk.tick("dry")
    assert lowered([report]) == set() and report["held"].get("CASH_SHORT", 0) >= len(would)
    told = desk.run.done("cash", "--account", desk.account, "--json").tree
    assert told["short"] and told["share"] > 0.5 == told["limit"] and told["source"] == "table"
    assert (told["received"], told["available"], told["receivable"]) == (pytest.approx(0.3), 5000.0, 1200.0)
    assert "no lowering, no budget raise (R-CASH)" in desk.run.done("cash", "--account", desk.account).out
    assert "不加预算" in desk.run.done("cash", "--account", desk.account, "--lang", "zh").out
    table(desk, today, 1e9)
    assert lowered(desk.tick("dry")) == would
    (desk.run.folder / "cash.csv").write_text(HEAD + f"{desk.account},{today},0.01,,\n", "utf-8")
    assert lowered(desk.tick("dry")) == would, "one day is no thirty"


def bills(desk: Office, last: datetime, fen: int) -> None:
    """One order a day for 31 days, each billed at once."""
    at = np.array([(last - timedelta(days=30 - d)).timestamp() for d in range(31)])
    ids, blank = np.array([f"{d}" for d in range(31)]), np.full(31, "")
    money, none = np.full(31, fen), np.zeros(31, np.int64)
    orders = Orders(ids, blank, blank, blank, blank, at, at, money, money, none)
    billed = Bills(ids, ids, at, at, none.astype(np.int8), money, money, none, none)
    lines = np.arange(2, 33, dtype=np.int64)
    ledger = open_ledger(f"sqlite:///{desk.run.folder}/bidctl.db", datetime.now(UTC))
    with ledger.begin() as t:
        facts = OrderFacts(orders, no_orders().refunds, billed)
        t.add_orders(desk.account, facts, Source("o.csv", lines, lines[:0], lines, raw=str, assumed=True))
    ledger.close()


def test_without_a_table_the_shops_bills_tell(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    now = desk.advance(hours=2)
    would = lowered(desk.tick("dry"))
    with (desk.run.folder / "bidctl.toml").open("a", encoding="utf-8") as file:
        file.write("[rules]\ncash_share = 0.5\n")
    assert would and lowered(desk.tick("dry")) == would
    assert "not known whole" in desk.run.done("cash", "--account", desk.account).out
    bills(desk, now, 1)
    told = desk.run.done("cash", "--account", desk.account, "--json").tree
    assert told["source"] == "bills" and told["received"] == pytest.approx(0.30) and told["short"]
    assert told["receivable"] == 0.0 and told["available"] is None
    assert lowered(desk.tick("dry")) == set()


def test_nothing_recorded_yet(shell: Terminal) -> None:
    refused = shell("cash", "--account", "1700000000000011")
    assert refused.code == 2 and "nothing is recorded yet" in refused.err
