from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bidctl.adapters.export import TableError
from bidctl.adapters.tables.guards import read_hosts, read_stock, read_unshipped
from bidctl.config import Tables
from bidctl.domain.tables import OperatorTables, Stock, Unshipped
from bidctl.wiring.tables import TableFiles

ID = "3700000000000000001"
AT = datetime(2026, 11, 20, 13, 5, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
STOCK = "商品ID,库存,更新时间\n"
WHEN = "2026-11-20 13:05"


def written(folder: Path, text: str, name: str = "t.csv") -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def test_each_table(tmp_path: Path) -> None:
    stock = read_stock(written(tmp_path, f"product,pieces,updated_at,sold_per_day\n{ID},40,{WHEN},12.5\n"))
    assert stock == {ID: Stock(40.0, AT, 12.5)}
    waiting = read_unshipped(written(tmp_path, f"账户ID,待发货,日发货能力,更新时间\n1700,900,500,{WHEN}\n"))
    assert waiting == {"1700": Unshipped(900.0, 500.0, AT)}
    hosts = read_hosts(written(tmp_path, f"直播账号,换主播时间,主播\n900,2026-11-20 15:05,乙\n900,{WHEN},甲\n"))
    assert hosts == {"900": (AT, AT + 7200)}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"{STOCK}{ID},,{WHEN}\n", "0 or more"),  # a blank is no zero
        (f"{STOCK}{ID},-1,{WHEN}\n", "0 or more"),
        (f"{STOCK}{ID},5,\n", "a date with a time"),
        (f"{STOCK}{ID},5,{WHEN}\n{ID},6,{WHEN}\n", "what line 2 is about, again"),
        ("商品ID,库存\n", "no column 更新时间"),
    ],
)
def test_what_cannot_be_right(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(TableError) as refused:
        read_stock(written(tmp_path, text))
    assert says in refused.value.told.en


def test_a_file_is_read_again_when_it_changes_and_stands_while_it_cannot_be(tmp_path: Path) -> None:
    file = written(tmp_path, f"{STOCK}{ID},40,{WHEN}\n")
    tables = TableFiles(Tables(stock=str(file)))
    assert tables().stock[ID].pieces == 40.0
    written(tmp_path, f"{STOCK}{ID},7000,{WHEN}\n")
    assert tables().stock[ID].pieces == 7000.0
    written(tmp_path, f"{STOCK}{ID},many pieces,{WHEN}\n")
    told = tables()
    assert told.stock[ID].pieces == 7000.0 and len(told.troubles) == 1 and "many pieces" in told.troubles[0]
    file.unlink()
    assert tables().stock[ID].pieces == 7000.0 and tables().troubles
    written(tmp_path, f"{STOCK}{ID},1,{WHEN}\n")
    assert tables() == OperatorTables({ID: Stock(1.0, AT)})


def test_no_table_named_is_nothing_known_and_a_named_one_must_be_readable(tmp_path: Path) -> None:
    assert TableFiles(Tables())() == OperatorTables()
    with pytest.raises(TableError):
        TableFiles(Tables(hosts=str(tmp_path / "absent.csv")))
