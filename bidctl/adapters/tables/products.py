"""The table of products: what each sells for and costs, a line a product or a category's default."""

from __future__ import annotations

from pathlib import Path

from bidctl.adapters.export import cells
from bidctl.adapters.export.columns import ColumnMap
from bidctl.adapters.export.table import Line
from bidctl.adapters.tables.read import above_zero, heading_unit, lines_of, once, share, text, word
from bidctl.adapters.tables.words import Say
from bidctl.domain.products import Amount, Product, ProductRole, ProductTable

COLUMNS: ColumnMap = {
    "product": ("商品ID", "商品id", "product", "product_id"),
    "name": ("商品名称", "商品名", "name"),
    "category": ("类目", "category"),
    "role": ("商品角色", "角色", "role"),
    "price": ("售价", "price"),
    "goods": ("货品成本", "商品成本", "goods", "goods_cost"),
    "shipping": ("运费", "shipping"),
    "insurance": ("运费险", "insurance"),
    "coupons": ("商家优惠", "优惠券", "coupons"),
    "commission": ("达人佣金", "佣金率", "commission"),
    "platform_fee": ("平台扣点", "技术服务费", "platform_fee"),
    "write_down": ("退货折损", "write_down"),
    "refunded": ("发货后退款率", "refunded"),
    "incremental": ("增量占比", "incremental"),
}
REQUIRED = ("product",)
ANY = frozenset({"", "*", "默认", "default"})
"""In place of a product's id: the line is the default of its category, of all where that is blank."""
YUAN = ("元", "yuan")
ROLES = {
    "引流款": ProductRole.TRAFFIC, "利润款": ProductRole.PROFIT, "爆款": ProductRole.HERO,
    "traffic": ProductRole.TRAFFIC, "profit": ProductRole.PROFIT, "hero": ProductRole.HERO,
}  # fmt: skip


def read_products(path: Path, columns: ColumnMap = COLUMNS) -> ProductTable:
    """Raises TableError: an unknown heading, a product twice, a cost that may be yuan or a share."""
    products: dict[str, Product] = {}
    defaults: dict[str, Product] = {}
    seen: dict[object, int] = {}
    for line in lines_of(path, columns, REQUIRED):
        default = text(line.cell("product")).lower() in ANY
        found = _product(line, "" if default else line.read("product", cells.identity))
        key = found.category if default else found.product
        once(line, seen, (default, key))
        (defaults if default else products)[key] = found
    return ProductTable(products, defaults)


def _product(line: Line, product: str) -> Product:
    incremental = share(line, "incremental")
    if incremental == 0:
        raise line.wrong("incremental", "0", Say.PART())
    return Product(
        product=product,
        name=text(line.cell("name")),
        category=text(line.cell("category")),
        role=word(line, "role", ROLES),
        price=above_zero(line, "price"),
        goods=_amount(line, "goods"),
        shipping=_amount(line, "shipping"),
        insurance=_amount(line, "insurance"),
        coupons=_amount(line, "coupons"),
        commission=share(line, "commission"),
        platform_fee=share(line, "platform_fee"),
        write_down=share(line, "write_down"),
        refunded=share(line, "refunded"),
        incremental=incremental,
    )


def _amount(line: Line, name: str) -> Amount | None:
    """Yuan, or a share of the price with its %. A bare number below 1 may be either (a spreadsheet's cell of 35 % is 0.35):
    refused unless its heading or the cell names the unit."""
    value, cell = line.float_of(name), str(line.cell(name))
    if value is None:
        return None
    named = heading_unit(line, name)
    part = "%" in (cell.strip()[-1:], named)
    if value < 0 or (part and value > 1):
        raise line.wrong(name, cell, Say.COST())
    if 0 < value < 1 and not part and not cell.strip().endswith(YUAN) and named not in YUAN:
        raise line.wrong(name, cell, Say.UNIT(percent=f"{value:.0%}"))
    return Amount(value, part)
