"""Rows of the shop as facts: amounts on the paid basis, signs, gifts, claims, and what is put aside with its reason."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.adapters.doudian.facts import Knowing, Reader, ShopBatch, read_bill, read_order, read_refund, read_rows
from bidctl.domain.orders import BillKind, Doubt, RefundStage
from tests.adapters.doudian.fakes import PAID, bill, claim, order, related, sku

NOW = PAID + 50 * 86400.0
THEN = Knowing(NOW, True)
SEEN = Knowing(NOW, False)
FEN = st.integers(0, 10**9)


def read(reader: Reader, *rows: object, how: Knowing = THEN) -> ShopBatch:
    return read_rows(list(rows), reader, "shop", how)


def doubts(batch: ShopBatch) -> list[Doubt]:
    return [a.doubt for a in batch.aside]


def test_an_order_on_the_paid_basis() -> None:
    facts = read(read_order, order()).facts().orders
    assert (facts.paid.tolist(), facts.buyer.tolist(), facts.subsidy.tolist()) == ([10000], [9700], [300])
    assert facts.order.tolist() == ["6920000000000000011"] and facts.product.tolist() == ["3600000000000000001"]
    assert facts.paid_at.tolist() == [PAID] and facts.known_at.tolist() == [PAID + 600]
    assert (
        facts.creator.tolist() == ["90000000001"]
        and facts.live_account.tolist() == [""]
        and facts.campaign.tolist() == [""]
    )


def test_what_was_seen_is_known_when_it_was_fetched_and_never_later_than_now() -> None:
    assert read(read_order, order(), how=SEEN).facts().orders.known_at.tolist() == [NOW]
    soon = Knowing(PAID + 60, True)
    assert read(read_order, order(), how=soon).facts().orders.known_at.tolist() == [PAID + 60]
    assert read(read_bill, bill(), how=SEEN).facts().bills.known_at.tolist() == [NOW]
    known = read(read_bill, bill()).facts().bills.known_at.tolist()
    assert known == [datetime(2026, 1, 21, 15, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()]


@pytest.mark.parametrize(
    "room",
    [{"room_id_str": "7300000000000000001"}, {"room_id": 7300000000000000001, "room_id_str": ""}, {"theme_type": 1}],
)
def test_only_what_was_sold_in_a_room_is_a_live_accounts(room: dict[str, object]) -> None:
    assert read(read_order, order(sku(**room))).facts().orders.live_account.tolist() == ["90000000001"]


def test_products_of_one_order_and_gifts() -> None:
    batch = read(
        read_order, order(sku(1), sku(2, pay_amount=5, platform_cost_amount=0), sku(3, given_product_type="FREE"))
    )
    assert batch.facts().orders.paid.tolist() == [10000, 5] and batch.counts.gifts == 1 and not batch.aside


def test_what_is_no_order_yet() -> None:
    unpaid = order(order_status=1, pay_time=0)
    cancelled = order(order_status=4, pay_time=None)
    presale = order(sku(pay_amount=2000), order_status=1)
    batch = read(read_order, unpaid, cancelled, presale)
    assert len(batch.facts().orders) == 0
    assert (batch.counts.unpaid, batch.counts.presales, batch.counts.presale_fen) == (2, 1, 2000)
    paid_and_cancelled = read(read_order, order(order_status=4))
    assert len(paid_and_cancelled.facts().orders) == 1, "it was paid: its refund takes it back"


def test_a_refund_takes_back_what_the_platform_added() -> None:
    facts = read(read_refund, claim()).facts().refunds
    assert facts.fen.tolist() == [10000] and facts.stage.tolist() == [RefundStage.AFTER_RECEIPT]
    assert facts.happened_at.tolist() == [PAID + 800] and facts.order.tolist() == ["6920000000000000011"]
    early = read(read_refund, claim(aftersale_type=2, aftersale_status_to_final_time=0)).facts().refunds
    assert early.stage.tolist() == [RefundStage.BEFORE_DISPATCH] and early.happened_at.tolist() == [PAID + 900]


@pytest.mark.parametrize(("kind", "stage"), [(0, 1), (1, 1), (2, 0), (6, 1)])
def test_returns_refunds_alone_and_price_protection_are_refunds(kind: int, stage: int) -> None:
    facts = read(read_refund, claim(aftersale_type=kind)).facts().refunds
    assert facts.fen.tolist() == [10000] and facts.stage.tolist() == [stage]


@given(st.lists(FEN, min_size=1, max_size=4), FEN)
def test_a_refund_of_several_products_adds_up(paid: list[int], added: int) -> None:
    rows = [related(i + 1, fen) for i, fen in enumerate(paid)]
    whole = claim(*rows, refund_amount=sum(paid), return_promotion_amount=added)
    facts = read(read_refund, whole).facts().refunds
    assert int(facts.fen.sum()) == sum(paid) + added and len(set(facts.refund.tolist())) == len(facts)


@pytest.mark.parametrize(
    "changes",
    [{"refund_status": 1}, {"refund_status": 4}, {"aftersale_type": 3}, {"aftersale_type": 7}, {"aftersale_type": 8}],
)
def test_claims_that_are_no_refunds(changes: dict[str, object]) -> None:
    batch = read(read_refund, claim(**changes))
    assert len(batch.facts().refunds) == 0 and batch.counts.claims == 1 and not batch.aside


def test_a_line_of_a_bill() -> None:
    facts = read(read_bill, bill()).facts().bills
    assert facts.kind.tolist() == [BillKind.SETTLED] and facts.fen.tolist() == [10000]
    assert (facts.received.tolist(), facts.commission.tolist(), facts.fee.tolist()) == ([8500], [1000], [500])
    assert facts.bill.tolist() == ["7510000000000000001/6920000000000000011/0"]
    assert facts.happened_at.tolist() == [datetime(2026, 1, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()]


def test_whether_what_was_paid_is_net_of_earlier_refunds_the_line_itself_says() -> None:
    gross = bill(refund_before_settle=4000, total_income=6000)
    net = bill(request_no="2", refund_before_settle=4000, real_pay_amount=5700, total_income=6000)
    assert read(read_bill, gross, net).facts().bills.fen.tolist() == [6000, 6000]
    odd = read(read_bill, bill(total_income=9999))
    assert doubts(odd) == [Doubt.UNREADABLE] and "9999" in odd.aside[0].why and len(odd.facts().bills) == 0


def test_what_others_added_is_no_part_of_the_paid_basis() -> None:
    row = bill(author_coupon=200, zt_pay_promotion=50, zr_pay_promotion=7, total_income=10257)
    assert read(read_bill, row).facts().bills.fen.tolist() == [10000]


@pytest.mark.parametrize("trade", [1, 2, 3])
@pytest.mark.parametrize("sign", [1, -1])
def test_what_is_taken_back_is_taken_back_whatever_its_sign(trade: int, sign: int) -> None:
    names = (
        "real_pay_amount",
        "platform_coupon",
        "total_income",
        "settle_amount",
        "commission",
        "platform_service_fee",
    )
    row = bill(trade_type=trade)
    batch = read(read_bill, row | {n: sign * int(str(row[n])) for n in names})
    facts = batch.facts().bills
    assert facts.kind.tolist() == [BillKind.TAKEN_BACK] and facts.fen.tolist() == [10000]
    assert (facts.received.tolist(), facts.commission.tolist(), facts.fee.tolist()) == ([8500], [1000], [500])
    assert batch.counts.negative == (sign < 0)


@pytest.mark.parametrize(
    ("reader", "row", "doubt"),
    [
        (read_order, "text", Doubt.UNREADABLE), (read_order, None, Doubt.UNREADABLE), (read_order, {}, Doubt.UNREADABLE),
        (read_order, order(sku(pay_amount=97.5)), Doubt.UNREADABLE), (read_order, order(sku(pay_amount="9700")), Doubt.UNREADABLE),
        (read_order, order(sku(order_id=6.92e18)), Doubt.UNREADABLE), (read_order, order(pay_time="2026-01-01 08:00:00"), Doubt.NO_ZONE),
        (read_order, order(pay_time="soon"), Doubt.UNREADABLE), (read_order, order(sku(currency="USD")), Doubt.CURRENCY),
        (read_refund, claim(aftersale_status_to_final_time=0, update_time=0), Doubt.UNREADABLE),
        (read_refund, claim(refund_status=None), Doubt.UNREADABLE), (read_refund, claim(update_time="2026-01-01 08:00:00",
         aftersale_status_to_final_time=0), Doubt.NO_ZONE),
        (read_order, order() | {"sku_order_list": []}, Doubt.UNREADABLE),
        (read_refund, claim() | {"order_info": {"shop_order_id": "1", "related_order_info": []}}, Doubt.UNREADABLE),
        (read_refund, claim(related(paid=0), return_promotion_amount=0), Doubt.UNREADABLE),
        (read_bill, bill(trade_type=9), Doubt.UNREADABLE), (read_bill, bill(settle_time="20/01/2026"), Doubt.UNREADABLE),
        (read_bill, bill(total_income=None), Doubt.UNREADABLE), (read_bill, bill(request_no=1.5), Doubt.UNREADABLE),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_put_aside_and_spoils_nothing(reader: Reader, row: object, doubt: Doubt) -> None:
    good = {read_order: order(), read_refund: claim(), read_bill: bill()}[reader]
    batch = read(reader, row, good)
    (aside,) = batch.aside
    facts = batch.facts()
    assert aside.doubt is doubt and aside.line == 1 and len(facts.orders) + len(facts.refunds) + len(facts.bills) == 1
    assert aside.why and "\n" not in aside.why and batch.source("shop", THEN).raw(2)


def test_what_only_confirms_spoils_no_refund() -> None:
    facts = read(read_refund, claim(refund_amount=None, refund_post_amount="8.00")).facts().refunds
    assert facts.fen.tolist() == [10000]


def test_a_refund_of_freight_alone_takes_nothing_of_the_goods_back() -> None:
    freight = claim(related(paid=0), refund_amount=800, refund_post_amount=800, return_promotion_amount=0)
    batch = read(read_refund, freight)
    assert not batch.aside and len(batch.facts().refunds) == 0


def test_an_order_of_nothing_that_nobody_paid_is_no_order() -> None:
    batch = read(read_order, order(order_status=4, pay_time=0) | {"sku_order_list": []})
    assert not batch.aside and batch.counts.unpaid == 1


def test_a_time_that_names_its_zone_is_taken() -> None:
    assert read(read_order, order(pay_time="2026-01-01T08:00:00+08:00")).facts().orders.paid_at.tolist() == [PAID]
    assert read(read_order, order(pay_time=str(PAID))).facts().orders.paid_at.tolist() == [PAID]
    zoned = read(read_bill, bill(settle_time="2026-01-20T01:30:00+00:00")).facts().bills.happened_at.tolist()
    assert zoned == read(read_bill, bill()).facts().bills.happened_at.tolist()


def test_nothing_of_the_buyer_is_kept() -> None:
    batch = read(read_order, order(pay_time="soon"), order())
    stored = json.dumps([*batch.raw, *(a.raw for a in batch.aside)], ensure_ascii=False)
    assert "张三" not in stored and "138" not in stored and "post" not in stored
    assert "6920000000000000011" in stored and "pay_amount" in stored
