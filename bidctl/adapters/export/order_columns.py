"""Columns of an order export: our names, and the headings that mean them; editable as TOML like those of `advise`."""

from __future__ import annotations

from bidctl.adapters.export.columns import ColumnMap

ORDER_COLUMNS: ColumnMap = {
    "order": ("子订单编号", "商品单号", "订单编号", "订单号", "order_id"),
    "product": ("商品ID", "商品id", "product_id"),
    "live_account": ("直播账号", "抖音号ID", "直播账号ID", "live_account"),
    "campaign": ("计划ID", "计划id", "广告计划ID", "campaign_id"),
    "creator": ("达人ID", "达人", "达人昵称", "creator"),
    "paid_at": ("支付时间", "支付完成时间", "付款时间", "paid_at"),
    "paid": ("整体成交金额", "成交金额", "支付金额", "订单应付金额", "paid_amount"),
    "buyer": ("用户实付金额", "买家实付", "实付款", "buyer_amount"),
    "subsidy": ("平台补贴", "平台优惠", "subsidy"),
    "deposit": ("预售定金", "定金金额", "deposit"),
    "refund": ("售后编号", "退款编号", "售后单号", "refund_id"),
    "refund_at": ("退款时间", "退款完成时间", "refund_at"),
    "refund_amount": ("退款金额", "refund_amount"),
    "stage": ("退款阶段", "退款类型", "refund_stage"),
    "bill": ("结算单号", "账单号", "bill_id"),
    "billed_at": ("结算时间", "billed_at"),
    "billed": ("结算金额", "billed_amount"),
    "received": ("商家实收", "实收金额", "received"),
    "commission": ("达人佣金", "佣金", "commission"),
    "fee": ("平台服务费", "技术服务费", "fee"),
    "currency": ("币种", "货币", "currency"),
}
TIMES = ("paid_at", "refund_at", "billed_at")
AMOUNTS = ("paid", "refund_amount", "billed")
"""At least one of these a file must have; each with its time."""
