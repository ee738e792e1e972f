"""What a product sells for and costs, as its seller's own small table tells it; None = not told, never zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import IntEnum


class ProductRole(IntEnum):
    """What a product is for (商品角色)."""

    TRAFFIC = 0  # 引流款
    PROFIT = 1  # 利润款
    HERO = 2  # 爆款


@dataclass(frozen=True, slots=True)
class Amount:
    """A cost of one order: yuan, or with `share` a part (0..1) of what was paid for it."""

    value: float
    share: bool = False

    def of_price(self, price: float | None) -> float | None:
        """The cost per paid yuan; None where it is in yuan and the price is not known."""
        if self.share:
            return self.value
        return self.value / price if price else None


@dataclass(frozen=True, slots=True)
class Product:
    """One product. `price` yuan on the paid basis. `goods` what the goods cost; `shipping` to the buyer; `insurance` 运费险;
    `coupons` borne by the seller inside the paid basis: of every order. Shares 0..1: `commission` of the creator and
    `platform_fee`, both on confirmed receipts; `write_down` of the goods' cost that a returned order loses; `refunded` of
    paid GMV after dispatch; `incremental` of credited orders."""

    product: str
    name: str = ""
    category: str = ""
    role: ProductRole | None = None
    price: float | None = None
    goods: Amount | None = None
    shipping: Amount | None = None
    insurance: Amount | None = None
    coupons: Amount | None = None
    commission: float | None = None
    platform_fee: float | None = None
    write_down: float | None = None
    refunded: float | None = None
    incremental: float | None = None


EVERY_CATEGORY = ""
"""Category of the default that serves every product."""


@dataclass(frozen=True, slots=True)
class ProductTable:
    """Products by id, and defaults by category (`EVERY_CATEGORY`: of all)."""

    products: Mapping[str, Product]
    defaults: Mapping[str, Product]

    def categories(self) -> dict[str, str]:
        """The category of each product that tells one."""
        return {name: p.category for name, p in self.products.items() if p.category}

    def find(self, product: str) -> Product | None:
        """The product with its category's defaults, then those of all, where it does not tell; None = not in the table."""
        found = self.products.get(product)
        if found is None:
            return None
        for category in dict.fromkeys((found.category, EVERY_CATEGORY)):
            found = _filled(found, self.defaults.get(category))
        return found


def _filled(product: Product, default: Product | None) -> Product:
    if default is None:
        return product
    absent = [f.name for f in fields(Product) if getattr(product, f.name) is None]
    return replace(product, **{name: getattr(default, name) for name in absent})
