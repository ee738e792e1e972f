from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bidctl.adapters.export import TableError
from bidctl.adapters.export.columns import load_columns
from bidctl.adapters.tables.products import COLUMNS, read_products
from bidctl.domain.products import Amount, ProductRole

ID = "3700000000000000001"


def table(folder: Path, text: str, name: str = "p.csv") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def test_costs_are_yuan_or_shares_by_their_sign(tmp_path: Path) -> None:
    found = read_products(
        table(tmp_path, f"商品ID,类目,角色,售价,货品成本,运费险,达人佣金\n{ID},女装,爆款,129,35%,0.6元,20%\n")
    )
    p = found.products[ID]
    assert (p.role, p.price, p.goods, p.insurance, p.commission) == (
        ProductRole.HERO, 129.0, Amount(0.35, share=True), Amount(0.6), 0.2,
    )  # fmt: skip
    assert p.shipping is None


def test_headings_name_units_and_english_will_do(tmp_path: Path) -> None:
    found = read_products(table(tmp_path, f"product,goods(%),shipping(元),role\n{ID},35,0.5,hero\n"))
    assert found.products[ID].goods == Amount(0.35, share=True)
    assert found.products[ID].shipping == Amount(0.5)


def test_toml_and_a_map_of_headings(tmp_path: Path) -> None:
    toml = table(tmp_path, f'[[products]]\nproduct = "{ID}"\ngoods = "35%"\nprice = 100\n', "p.toml")
    assert read_products(toml).products[ID].goods == Amount(0.35, share=True)
    columns = load_columns(table(tmp_path, 'goods = "进价"\n', "map.toml"), COLUMNS)
    assert read_products(table(tmp_path, f"商品ID,进价\n{ID},45\n"), columns).products[ID].goods == Amount(45.0)


def test_a_workbook_without_rows_says_which_sheet_was_looked_at(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("goods").append(["商品ID", "货品成本"])
    book.save(tmp_path / "p.xlsx")
    with pytest.raises(TableError, match=r"first sheet Sheet.*move the table"):
        read_products(tmp_path / "p.xlsx")


def test_defaults_have_no_product(tmp_path: Path) -> None:
    found = read_products(table(tmp_path, f"商品ID,类目,平台扣点\n默认,,5%\n*,女装,4%\n{ID},女装,\n"))
    one = found.find(ID)
    assert one and one.platform_fee == 0.04
    assert found.defaults[""].platform_fee == 0.05


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"商品ID,货品成本\n{ID},0.35\n", "its unit: write yuan, or 35% of the price"),
        (f"商品ID,货品成本\n{ID},135%\n", "at most 100%"),
        (f"商品ID,货品成本\n{ID},-3\n", "at most 100%"),
        (f"商品ID,达人佣金\n{ID},20\n", "a share from 0 to 1"),
        (f"商品ID,售价\n{ID},0\n", "above 0"),
        (f"商品ID,增量占比\n{ID},0\n", "above 0 and at most 1"),
        (f"商品ID,角色\n{ID},明星款\n", "引流款 利润款 爆款"),
        (f"商品ID,进价\n{ID},45\n", "an unknown column 进价"),
        (f"商品ID\n{ID}\n{ID}\n", "what line 2 is about, again"),
        ("商品ID,类目\n默认,女装\n*,女装\n", "what line 2 is about, again"),
        ("商品ID\n3.7E+18\n", "all its digits"),
        ("名称\n裙\n", "no column 商品ID"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(TableError) as refused:
        read_products(table(tmp_path, text))
    assert says in refused.value.told.en and "p.csv" in refused.value.told.en


@pytest.mark.parametrize("text", ["x = 1\n", "a = [\n", "", "[[a]]\n[[b]]\n", "a = [1]\n"])
def test_toml_that_is_no_table(tmp_path: Path, text: str) -> None:
    with pytest.raises(TableError):
        read_products(table(tmp_path, text, "p.toml"))


def test_yuan_may_be_written_out(tmp_path: Path) -> None:
    found = read_products(table(tmp_path, f"商品ID,运费险,运费(元)\n{ID},0.6 yuan,0.4\n")).products[ID]
    assert (found.insurance, found.shipping) == (Amount(0.6), Amount(0.4))
