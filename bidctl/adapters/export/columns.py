"""Which column of a table is which fact: the platform's Chinese metric names by default, editable as TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from bidctl.adapters.export.errors import TableError
from bidctl.adapters.export.words import Say
from bidctl.wording import Wording, told_by_parser, told_by_system

ColumnMap = Mapping[str, tuple[str, ...]]
"""Our name -> the headings that mean it, the first one found wins."""

DEFAULT: ColumnMap = {
    "campaign": ("计划ID", "计划id", "广告计划ID", "ad_id"),
    "name": ("计划名称", "计划名", "ad_name"),
    "day": ("日期", "时间-天", "时间", "stat_time_day"),
    "hour": ("小时", "时间-小时", "stat_time_hour"),
    "spend": ("消耗", "整体消耗", "stat_cost"),
    "paid_roas": ("整体支付ROI", "支付ROI", "total_prepay_and_pay_order_roi2"),
    "gmv": ("整体成交金额", "total_pay_order_gmv_include_coupon_for_roi2"),
    "orders": ("整体成交订单数", "total_pay_order_count_for_roi2"),
    "gmv_1h": ("净成交金额", "total_order_settle_amount_for_roi2_1h"),
    "net_roas": ("净成交ROI", "total_prepay_and_pay_settle_roi2_1h"),
    "gmv_7d": ("7日结算金额", "total_order_settle_amount_for_roi2_7d"),
    "roas_7d": ("7日结算ROI", "total_prepay_and_pay_settle_roi2_7d"),
    "target": ("ROI目标", "目标支付ROI", "roi2_goal"),
    "suggestion": ("系统建议ROI", "建议ROI"),
    "last_edit": ("上次改价时间", "最近改价时间"),
    "first_spend": ("首次消耗时间",),
    "goal": ("目标ROI", "结算ROI目标"),
    "break_even": ("保本ROI",),
    "margin": ("毛利率",),
    "intent": ("意图",),
}
REQUIRED = ("campaign", "day", "spend", "target")


def load_columns(path: Path, defaults: ColumnMap = DEFAULT) -> ColumnMap:
    """The `defaults` with a TOML file's lines on top (`spend = ["花费", "消耗"]` or `spend = "花费"`). Raises TableError."""
    try:
        tree = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise TableError(str(path), None, told_by_system(error), Say.COLUMN_MAP(), Say.CHECK_PATH()) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise TableError(
            str(path), None, Say.NO_TOML(error=told_by_parser(error)), Say.MAP_LINES(), Say.MEND_LINE()
        ) from None
    return {**defaults, **{key: _headings(path, key, value, defaults) for key, value in tree.items()}}


def _headings(path: Path, key: str, value: object, known: ColumnMap) -> tuple[str, ...]:
    if key not in known:
        expected = Say.KNOWN_NAMES(names=" ".join(known))
        raise TableError(str(path), Wording(key, key), Say.UNKNOWN_NAME(), expected, Say.RENAME())
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names or not all(isinstance(n, str) and n.strip() for n in names):
        found = Say.VALUE(value=repr(value))
        raise TableError(str(path), Wording(key, key), found, Say.HEADINGS(), Say.MEND_LINE())
    return tuple(names)


def heading(text: object) -> str:
    """A heading without blanks, marks of order, full-width brackets and its unit: `消耗（元）` -> `消耗`."""
    plain = "".join(str(text).replace("（", "(").replace("）", ")").split()).strip("\ufeff'\"")
    return plain.split("(")[0] if plain.endswith(("(元)", "(%)", "(单)", "(万元)")) else plain


def unit(text: object) -> str:
    """The unit a heading names in brackets, "" = none."""
    plain = str(text).replace("（", "(").replace("）", ")").strip()
    return plain[plain.rindex("(") + 1 : -1].strip() if plain.endswith(")") and "(" in plain else ""
