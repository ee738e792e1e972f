"""What the shop's client says of its answers, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Failed reads and rows that cannot be right, by code."""

    REFUSED = "抖店 {path}: {meaning}: {told}", "Doudian {path}: {meaning}: {told}"
    MEANING = "抖店 {path}: {meaning}", "Doudian {path}: {meaning}"
    INNER = "内层 code {code} {told}", "inner code {code} {told}"
    UNEVEN = (
        "抖店 {path}: {begin} 起的数据几次读取都对不上 ({trouble}); 已读的保留, 请稍后重试",
        "Doudian {path}: what begins at {begin} did not add up in several readings ({trouble}); what was read stays, try again later",
    )
    NO_NEWS = "翻页没有新行", "a page brought nothing new"
    SHORT = "一页说有 {said} 行, 实有 {found} 行", "a page said {said} rows and had {found}"
    TOO_MANY = "一秒内超过 {most} 行", "more than {most} rows within one second"
    # rows put aside
    NO_SUM = (
        "收入合计 {income} 分与各项之和 {whole} 分 (结算前退款 {before} 分) 对不上",
        "income {income} fen does not fit its parts {whole} fen (refunded before: {before} fen)",
    )
    EMPTY = "{place}: 是空的, 不知道是哪些商品", "{place}: is empty, which products is not told"
    NO_PARTS = (
        "refund_amount 除运费外 {fen} 分, 各商品的 aftersale_pay_amount 却都是 0",
        "refund_amount is {fen} fen beside freight, and aftersale_pay_amount of every product is 0",
    )
    FIELD = "{place}: 读不懂 ({expected})", "{place}: cannot be read ({expected})"
    TRADE = "trade_type {found}: 应为 0 到 3", "trade_type {found}: expected 0 to 3"
    NO_DONE = "退款完成而没有时间", "a refund that is done, without its time"
