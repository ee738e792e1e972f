"""From file to to-do list: the same table as CSV (both encodings) and as xlsx gives the same lines, word for word."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from bidctl.adapters.export import read_export
from bidctl.domain.values import Capabilities, Grid
from bidctl.engine.advise import Given, advise
from policies.handbook import Handbook

QIANCHUAN = Capabilities(
    platform="qianchuan", grid=Grid(100), edits_per_day_goods=4, edits_per_day_live=8, edit_days_per_week=0,
    spacing_s=3600, read_delay_s=60.0, request_timeout_s=10.0, has_edit_log=True, has_suggestion=True,
    has_protection=True, target_min=0.01, target_max=100.0,
)  # fmt: skip
HEAD = ["计划ID", "计划名称", "日期", "消耗", "整体成交金额", "整体成交订单数", "ROI目标", "目标ROI"]
PLANS = [
    ("1861000000000000001", "亏损款", 600, "1.8"),
    ("1861000000000000002", "放量款", 6000, "1.8"),
    ("1861000000000000003", "平稳款", 2400, "1.8"),
    ("1861000000000000004", "无目标款", 600, "-"),
]
GOLDEN = [
    "若系统建议ROI >= 2.20 且距上次改价超过1小时 且今日零点目标 >= 1.76 且7天前目标 >= 1.47 且今日改价少于4次 且计划正在投放,"
    " 则从 2.00 调至 2.20 (预计结算ROI低于目标, 调高)",
    "若距上次改价超过1小时 且今日零点目标 <= 2.25 且7天前目标 <= 2.68 且今日预算用去不到90% 且今日改价少于4次 且计划正在投放,"
    " 则从 2.00 调至 1.80 (预计结算ROI高于目标, 调低拿量)",
    "保持 2.00: 在目标范围内",
    "不动: 未给目标 (填写 目标ROI 列, 或用 --goal)",
]


def _cells() -> list[list[str]]:
    return [
        [campaign, name, date(2026, 9, d).isoformat(), "1,000.00", str(gmv), "200", "2.00", goal]
        for d in range(1, 11)
        for campaign, name, gmv, goal in PLANS
    ]


def _csv(path: Path, encoding: str) -> Path:
    lines = [",".join(f'"{cell}"' for cell in row) for row in [HEAD, *_cells()]]
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def _xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [HEAD, *_cells()]:
        sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("form", ["utf-8-sig", "gb18030", "xlsx"])
def test_golden_lines(tmp_path: Path, form: str) -> None:
    path = _xlsx(tmp_path / "t.xlsx") if form == "xlsx" else _csv(tmp_path / "t.csv", form)
    advice = advise(read_export(path).rows, Given(margin=0.8), Handbook(), QIANCHUAN)
    assert [line.line.zh for line in advice.lines] == GOLDEN
    assert advice.as_of.isoformat() == "2026-09-11T00:00:00+08:00"
