"""Reading exports: encodings, ids, units, blanks, and one clear line for everything that is no table."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from bidctl.adapters.export import TableError, load_columns, read_export, sheet
from bidctl.domain.values import Intent

HEAD = (
    "计划ID,计划名称,日期,小时,消耗（元）,整体支付ROI,整体成交金额,整体成交订单数,ROI目标,系统建议ROI,毛利率,意图,备注"
)
LINE = '\t1861000000000000001,甲,2026-09-01,09:00-09:59,"1,234.50",2.0,-,0,2.15,-,35%,拿量,x'


def _file(tmp_path: Path, text: str, encoding: str = "utf-8-sig", name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_csv(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = f"{HEAD}\n{LINE}\n合计,,,,1234.50,,,,,,,,\n\n"
    if delimiter == "\t":
        text = text.replace("\t1861", "1861").replace('"1,234.50"', "1@234.50").replace(",", "\t").replace("@", ",")
    table = read_export(_file(tmp_path, text, encoding))
    (row,) = table.rows
    assert (row.campaign, row.name, row.day, row.hour) == ("1861000000000000001", "甲", date(2026, 9, 1), 9)
    assert (row.spend, row.gmv, row.orders, row.target) == (1234.5, 2469.0, 0.0, Decimal("2.15"))
    assert (row.suggestion, row.margin, row.intent) == (None, 0.35, Intent.VOLUME)
    assert table.unmatched == ("备注",) and "last_edit" in table.absent and table.matched["spend"] == "消耗（元）"
    assert table.skipped == 2


@pytest.mark.parametrize("lead", ["sep=;\n", "千川报表, 2026年\n\n", ""])
def test_what_parts_the_cells_is_told_by_the_headings(tmp_path: Path, lead: str) -> None:
    table = read_export(_file(tmp_path, f"{lead}计划ID;日期;消耗;ROI目标\n1861;2026-09-01;1;2\n"))
    assert [row.campaign for row in table.rows] == ["1861"]


def test_full_width_digits_are_digits(tmp_path: Path) -> None:
    table = read_export(
        _file(tmp_path, "计划ID,日期,消耗,ROI目标\n１８６１,2026-09-01,１．５,２\n1861,2026-09-02,1,2\n")
    )
    assert {row.campaign for row in table.rows} == {"1861"} and table.rows[0].spend == 1.5


def test_a_name_that_begins_like_totals_is_no_totals(tmp_path: Path) -> None:
    """Its campaign would vanish without a word."""
    text = "计划名称,计划ID,日期,消耗,ROI目标\n汇总款-连衣裙,1861001,2026-09-01,7,2\n汇总,-,-,7,-\n"
    table = read_export(_file(tmp_path, text))
    assert [row.spend for row in table.rows] == [7.0] and table.skipped == 1


def test_an_instant_as_a_spreadsheet_saves_it_again(tmp_path: Path) -> None:
    """2026/9/1 8:05; a day alone tells no instant."""
    text = "计划ID,日期,消耗,ROI目标,上次改价时间\n1861,2026/9/1,1,2,{}\n"
    (row,) = read_export(_file(tmp_path, text.format("2026/9/1 8:05"))).rows
    assert row.last_edit is not None and row.last_edit.isoformat() == "2026-09-01T08:05:00+08:00"
    for day in ("2026-09-01", "2026/9/1", "20260901", "2026年9月1日"):
        with pytest.raises(TableError, match="上次改价时间"):
            read_export(_file(tmp_path, text.format(day)))


def test_a_pipe_is_read_as_far_as_a_table_may_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells no size, and need not end."""
    monkeypatch.setattr(sheet, "MAX_BYTES", 1000)
    with pytest.raises(TableError, match="a larger file; expected at most 1000"):
        read_export(Path("/dev/zero"))


def test_xlsx_reads_as_csv_does(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEAD.split(","))
    sheet.append(
        ["1861000000000000001", "甲", datetime(2026, 9, 1), 9, 1234.5, 2.0, "-", 0, 2.15, "-", "35%", "拿量", "x"]
    )
    path = tmp_path / "t.xlsx"
    book.save(path)
    read, same = read_export(path).rows, read_export(_file(tmp_path, f"{HEAD}\n{LINE}\n")).rows
    assert read == same


def test_a_long_id_in_a_numeric_cell_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["计划ID", "日期", "消耗", "ROI目标"])
    sheet.append([1861000000000000001, "2026-09-01", 1, 2])
    path = tmp_path / "t.xlsx"
    book.save(path)
    with pytest.raises(TableError, match=r"line 2, column 计划ID.*lost digits"):
        read_export(path)


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("1.861E+18,2026-09-01,1,2", "line 2, column 计划ID"),
        ("1861,32号,1,2", "line 2, column 日期"),
        ("1861,2026-02-30,1,2", "line 2, column 日期"),
        ("1861,2026-09-01,abc,2", "line 2, column 消耗"),
        ('1861,2026-09-01,"1,23",2', "line 2, column 消耗"),
        ("1861,2026-09-01,-5,2", "line 2, column 消耗"),
        ("1861,2026-09-01,1,-2", "line 2, column ROI目标"),
        ("1861,2026-09-01,10%,2", "line 2, column 消耗"),
        ("1861000000000000000,2026-09-01,1,2\n1861000000000010000,2026-09-01,1,2", "line 2, column 计划ID"),
        ("1861,2026-09-01,1,2\n1861,2026-09-01,1,2", "line 3"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, line: str, place: str) -> None:
    with pytest.raises(TableError) as caught:
        read_export(_file(tmp_path, f"计划ID,日期,消耗,ROI目标\n{line}\n"))
    assert (
        caught.value.place
        and caught.value.place.en == place
        and "\n" not in str(caught.value)
        and "expected" in str(caught.value)
    )


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.csv", b"", "an empty file"),
        ("a.csv", b"\xef\xbb\xbf", "an empty file|no heading row"),
        ("a.csv", b"\x89PNG\r\n\x1a\n0000", "an image"),
        ("a.xlsx", b"PK\x03\x04broken", "no workbook"),
        ("a.xls", "<html><table><tr><td>计划ID</td></tr></table></html>".encode(), "a web page"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file"),
        ("a.csv", b"\x00\x01\x02", "binary data"),
        ("a.csv", b"\xff\xfe\x00\x01\x02", "unknown encoding"),
        ("a.csv", b"hello\nworld\n", "no heading row"),
        ("a.csv", "计划ID,日期\n1,2026-09-01\n".encode(), "no column 消耗 ROI目标"),
        ("a.csv", b"abc\x81\xff\xff\xff", "unknown encoding"),
    ],
)
def test_what_is_no_table_is_one_line(tmp_path: Path, name: str, data: bytes, found: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(TableError, match=found) as caught:
        read_export(path)
    assert "\n" not in str(caught.value) and str(path) in str(caught.value)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(TableError):
            read_export(path)


def test_columns_are_editable(tmp_path: Path) -> None:
    columns = load_columns(_file(tmp_path, 'spend = ["花费"]\n', "utf-8", "map.toml"))
    table = read_export(_file(tmp_path, "计划ID,日期,花费,ROI目标\n1861,20260901,1.5万,2\n"), columns)
    assert table.rows[0].spend == 15000.0


@pytest.mark.parametrize("text", ['spent = "花费"', "spend = 3", "spend = [", "spend = []"])
def test_a_wrong_column_map_is_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(TableError, match=r"map\.toml"):
        load_columns(_file(tmp_path, text, "utf-8", "map.toml"))
