"""Order exports: exact fen, ids as text, zones, and every line accounted for however the file is damaged."""

from __future__ import annotations

import csv
import io
import itertools
import tempfile
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidctl.adapters.export import TableError
from bidctl.adapters.export.orders import Batch, open_orders
from bidctl.adapters.store import SqlLedger
from bidctl.domain.orders import Doubt, OrderFacts, RefundStage
from bidctl.problem import Problem
from bidctl.wiring.orders import Imported, import_orders, look_over
from tests.adapters.store.builders import open_at, sqlite_url
from tests.adapters.store.test_orders import stored

ZONE = ZoneInfo("Asia/Shanghai")
HEAD = (
    "订单编号", "商品ID", "直播账号", "计划ID", "支付时间", "支付金额", "退款时间", "退款金额", "结算时间", "结算金额", "佣金", "达人ID",
)  # fmt: skip
PLAIN = ("6923456789012345678", "3512345678901234567", "主播A", "1791234567890123456", "2026-09-01 10:00:00", "199.90",
         "2026-09-04 09:00:00", "¥1,0.10".replace("1,0", "10"), "2026-09-20 11:00:00", "189.80", "19.00", "达人B")  # fmt: skip


def text_of(*rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *rows])
    return out.getvalue()


def batch_of(folder: Path, text: str, encoding: str = "utf-8-sig", currency: str = "CNY") -> Batch:
    file = folder / "orders.csv"
    file.write_bytes(text.encode(encoding))
    (batch,) = open_orders(file, ZONE, currency=currency).batches(5.0)
    return batch


def facts_of(batch: Batch) -> OrderFacts:
    assert batch.aside == [], batch.aside
    return batch.facts


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_line_is_an_order_a_refund_and_a_bill(tmp_path: Path, encoding: str) -> None:
    facts = facts_of(batch_of(tmp_path, text_of(PLAIN), encoding))
    o, r, b = facts.orders, facts.refunds, facts.bills
    paid_at = datetime(2026, 9, 1, 10, tzinfo=ZONE).timestamp()
    assert (o.order[0], o.product[0], o.campaign[0]) == (PLAIN[0], PLAIN[1], PLAIN[3])
    assert (o.live_account[0], o.creator[0]) == ("主播A", "达人B")
    assert (o.paid[0], o.buyer[0], o.subsidy[0], o.paid_at[0], o.known_at[0]) == (
        19990,
        19990,
        0,
        paid_at,
        paid_at + 600,
    )
    assert (r.fen[0], r.stage[0], r.known_at[0] - r.happened_at[0]) == (1010, RefundStage.AFTER_RECEIPT, 600)
    assert (b.fen[0], b.commission[0], b.received[0]) == (18980, 1900, 17080)
    assert b.known_at[0] == datetime(2026, 9, 21, 15, tzinfo=ZONE).timestamp(), (
        "a bill shows from 15:00 of the next day"
    )


def test_a_workbook_reads_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD)
    sheet.append([*PLAIN[:5], 199.9, datetime(2026, 9, 4, 9), 10.1, *PLAIN[8:]])
    book.save(tmp_path / "a.xlsx")
    (found,) = open_orders(tmp_path / "a.xlsx", ZONE).batches(0.0)
    plain = facts_of(batch_of(tmp_path, text_of(PLAIN)))
    assert facts_of(found).orders.paid.tolist() == plain.orders.paid.tolist()
    assert found.facts.refunds.fen.tolist() == [1010]
    assert found.facts.refunds.happened_at.tolist() == plain.refunds.happened_at.tolist()


def change(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(name, old) for name, old in zip(HEAD, PLAIN, strict=True))


@pytest.mark.parametrize(
    ("row", "doubt", "said"),
    [
        (change(订单编号=""), Doubt.UNREADABLE, "订单编号"),
        (change(订单编号="6.92346E+18"), Doubt.UNREADABLE, "all its digits"),
        (change(支付金额="many"), Doubt.UNREADABLE, "支付金额"),
        (change(支付金额="1.005"), Doubt.UNREADABLE, "two decimals"),
        (change(支付金额="99999999999999999"), Doubt.UNREADABLE, "ten trillion"),
        (change(支付时间="yesterday"), Doubt.UNREADABLE, "支付时间"),
        (change(支付时间="2026-13-01 00:00:00"), Doubt.UNREADABLE, "支付时间"),
        (change(退款时间=""), Doubt.UNREADABLE, "without its time"),
        (change(结算时间=""), Doubt.UNREADABLE, "without its time"),
        (change(支付时间=""), Doubt.UNREADABLE, "no pay time"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_right_is_put_aside_whole(
    tmp_path: Path, row: tuple[str, ...], doubt: Doubt, said: str
) -> None:
    batch = batch_of(tmp_path, text_of(row))
    assert len(batch.facts.orders) == len(batch.facts.refunds) == len(batch.facts.bills) == 0
    (aside,) = batch.aside
    assert aside.doubt is doubt and said in aside.why and aside.line == 2 and aside.raw == text_of(row).splitlines()[1]
    assert aside.file.endswith("orders.csv") and aside.known_at == 5.0


def test_a_time_without_its_zone_among_zoned_ones_is_put_aside(tmp_path: Path) -> None:
    zoned = change(
        支付时间="2026-09-01T02:00:00Z", 退款时间="2026-09-04T09:00:00+08:00", 结算时间="2026-09-20 11:00:00+0800"
    )
    batch = batch_of(tmp_path, text_of(PLAIN, zoned))
    assert [(a.doubt, a.line) for a in batch.aside] == [(Doubt.NO_ZONE, 2)]
    assert batch.facts.orders.paid_at.tolist() == [datetime(2026, 9, 1, 10, tzinfo=ZONE).timestamp()]


def test_another_currency_is_put_aside(tmp_path: Path) -> None:
    head = (*HEAD, "币种")
    batch = batch_of(tmp_path, text_of((*PLAIN, "USD"), (*PLAIN, "人民币"), (*PLAIN, "CNY"), (*PLAIN, ""), head=head))
    assert [(a.doubt, a.line) for a in batch.aside] == [(Doubt.CURRENCY, 2)] and len(batch.facts.orders) == 3


def test_unpaid_orders_and_open_presales_are_told_apart(tmp_path: Path) -> None:
    head = ("order_id", "paid_at", "paid_amount", "deposit")
    batch = batch_of(
        tmp_path,
        text_of(("1", "", "", ""), ("2", "", "", "50.00"), ("3", "", "9.00", "50.00"), ("", "", "", ""), head=head),
    )
    assert (batch.unpaid, batch.presales, batch.presale_fen, batch.skipped, len(batch.facts.orders)) == (
        1,
        2,
        10_000,
        1,
        0,
    )


def test_a_file_of_refunds_alone_and_one_of_bills_alone(tmp_path: Path) -> None:
    refunds = facts_of(
        batch_of(
            tmp_path,
            text_of(
                ("1", "2026-09-01 10:00:00", "5", "未发货退款"),
                head=("order_id", "refund_at", "refund_amount", "退款阶段"),
            ),
        )
    )
    assert refunds.refunds.fen.tolist() == [500] and refunds.refunds.stage.tolist() == [RefundStage.BEFORE_DISPATCH]
    bills = facts_of(
        batch_of(tmp_path, text_of(("1", "2026-09-01", "0.00"), head=("order_id", "billed_at", "billed_amount")))
    )
    assert bills.bills.fen.tolist() == [0], "settled at nothing: all of it came back"


@pytest.mark.parametrize(
    ("text", "said"),
    [("a,b\n1,2\n", "no heading row"), ("订单编号,支付金额\n1,2\n", "支付时间"), ("订单编号\n1\n", "整体成交金额"), ("", "empty file"),
     ("<html>", "web page")],
)  # fmt: skip
def test_a_file_that_is_no_order_export(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.csv").write_text(text, "utf-8")
    with pytest.raises(TableError, match=said):
        open_orders(tmp_path / "a.csv", ZONE)


def test_a_quote_that_is_never_closed_costs_its_own_line_only(tmp_path: Path) -> None:
    text = (
        text_of(PLAIN) + '692,"broken,x\n' + "".join(f"{n},,,,2026-09-01 10:00:00,1.00,,,,,,\n" for n in range(1, 60))
    )
    batch = batch_of(tmp_path, text)
    assert len(batch.facts.orders) == 60 and [a.line for a in batch.aside] == [3]
    spans = text_of(change(达人ID='two\nlines, "quoted"'), change(订单编号="7"))
    both = batch_of(tmp_path, spans)
    assert both.facts.orders.creator.tolist() == ['two\nlines, "quoted"', "达人B"]


def test_headings_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text('order = "单"\npaid = ["额"]\npaid_at = "时"\n', "utf-8")
    (tmp_path / "a.csv").write_text("单,额,时\n1,2.50,2026-09-01 10:00:00\n", "utf-8")
    (batch,) = look_over(tmp_path / "a.csv", tmp_path / "map.toml", ZONE, "CNY").batches(0.0)
    assert batch.facts.orders.paid.tolist() == [250]
    (tmp_path / "map.toml").write_text('spend = "消耗"\n', "utf-8")
    with pytest.raises(Problem, match="unknown name"):
        look_over(tmp_path / "a.csv", tmp_path / "map.toml", ZONE, "CNY")


@settings(max_examples=60)
@given(st.decimals(min_value=0, max_value=10**12, places=2, allow_nan=False))
def test_money_is_exact(amount: Decimal) -> None:
    with tempfile.TemporaryDirectory() as folder:
        batch = batch_of(
            Path(folder),
            text_of(("1", "2026-09-01 10:00:00", f"{amount:.2f}"), head=("order_id", "paid_at", "paid_amount")),
        )
    assert batch.facts.orders.paid.tolist() == [int(amount * 100)]


@settings(max_examples=60)
@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)), st.sampled_from(["Asia/Shanghai", "America/New_York"]))
def test_an_instant_is_the_same_however_it_is_written(at: datetime, zone: str) -> None:
    at = at.replace(microsecond=0)
    texts = (
        f"{at:%Y-%m-%d %H:%M:%S}",
        f"{at:%Y-%m-%dT%H:%M:%S}",
        f" {at:%Y/%m/%d %H:%M:%S}",
        f"{at:%Y-%m-%d %H:%M:%S}.000",
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        rows = [(str(i), text, "1.00") for i, text in enumerate(texts)]
        file.write_text(text_of(*rows, head=("order_id", "paid_at", "paid_amount")), "utf-8")
        (batch,) = open_orders(file, ZoneInfo(zone)).batches(5.0)
    assert facts_of(batch).orders.paid_at.tolist() == [at.replace(tzinfo=ZoneInfo(zone)).timestamp()] * len(texts)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    found = open_at(sqlite_url(tmp_path_factory.mktemp("ledger")))
    yield found
    found.close()


NUMBER = itertools.count()


def take_in(ledger: SqlLedger, lines: list[str]) -> tuple[dict[str, tuple[int, int, int, int]], Imported]:
    """A file taken into an account of its own."""
    account = f"example {next(NUMBER)}"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.csv"
        file.write_text("".join(f"{line}\n" for line in [",".join(HEAD), *lines]), "utf-8")
        parts = [*import_orders(ledger, account, look_over(file, None, ZONE, "CNY"), 0.0)]  # type: ignore[arg-type]
    return stored(ledger, account=account), parts[-1] if parts else Imported()


orders = st.builds(
    lambda n, yuan, back, billed: (
        f"{n},1,,,2026-09-01 10:00:00,{yuan}.00,{'2026-09-03 10:00:00' if back else ''},{f'{yuan}.00' if back else ''},"
        f"{'2026-09-20' if billed else ''},{f'{0 if back else yuan}.00' if billed else ''},,"
    ),
    st.integers(1, 12), st.integers(1, 900), st.booleans(), st.booleans(),
)  # fmt: skip
rubbish = st.text(
    st.characters(blacklist_characters="\r\n\x00\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e", blacklist_categories=("Cs",)),
    max_size=40,
)


@settings(max_examples=30)
@given(st.lists(orders, max_size=20), st.lists(rubbish, max_size=6), st.randoms(use_true_random=False))
def test_shuffled_repeated_and_damaged_files_leave_the_same(
    ledger: SqlLedger, told: list[str], broken: list[str], luck: object
) -> None:
    """Lines of a file in any order, some twice, with rubbish between: the same totals, and every line has a place."""
    mixed = told + [line for line in told if luck.random() < 0.4]  # type: ignore[attr-defined]
    luck.shuffle(mixed)  # type: ignore[attr-defined]
    broken = [line for line in broken if '"' not in line and not line[:1].isdigit()]
    clean, _ = take_in(ledger, told)
    found, done = take_in(ledger, mixed + broken)
    assert found == clean
    for paid, billed, refunded, still in found.values():
        assert paid == billed + refunded + still
    with_order = done.taken.orders + done.taken.refunds + done.taken.bills + done.taken.again + done.taken.aside
    assert done.lines == len(mixed) + len(broken)
    assert with_order >= len(Counter(told)), "nothing vanishes"
