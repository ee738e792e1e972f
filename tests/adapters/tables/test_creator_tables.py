from __future__ import annotations

from pathlib import Path

import pytest

from bidctl.adapters.export import TableError
from bidctl.adapters.tables.creators import read_creators, read_grades
from bidctl.adapters.tables.fields import read_fields
from bidctl.domain.business import BusinessField, Tag, TagSource
from bidctl.domain.creators import Creator, Grade, Threshold
from bidctl.domain.products import ProductRole
from tests.adapters.tables.test_guard_tables import written


def test_creators_and_grades(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "达人ID,达人昵称,平台,类目,商品点击,样品成本,投流消耗,坑位费\n900,小王,抖音,服装,1200,50,0,\nlili,,,,,,,\n",
    )
    assert read_creators(file) == {
        "900": Creator("900", "小王", "抖音", "服装", 1200.0, 50.0, 0.0, None), "lili": Creator("lili"),
    }  # fmt: skip
    grades = written(
        tmp_path,
        "等级,平台,类目,产出比下限,最少订单,转化率下限,退款率上限\nS,抖音,服装,2.5,30,2%,40%\na,,,1,,,\n",
        "g.csv",
    )
    assert read_grades(grades) == (
        Threshold(Grade.S, "抖音", "服装", 2.5, 30.0, 0.02, 0.4),
        Threshold(Grade.A, gain=1.0),
    )


@pytest.mark.parametrize(
    ("read", "text", "says"),
    [
        (read_creators, "达人ID,样品成本\n900,-1\n", "0 or more"),
        (read_creators, "达人ID\n900\n900\n", "what line 2 is about, again"),
        (read_creators, "达人ID,粉丝\n900,1\n", "unknown column 粉丝"),
        (read_grades, "等级,产出比下限\nD,1\n", "S A B"),
        (read_grades, "等级,产出比下限\nS,\n", "asks for nothing"),
        (read_grades, "等级,退款率上限\nS,40\n", "a share from 0 to 1"),
        (read_fields, "计划ID,经营场\n1,直播间\n", "自播"),
        (read_fields, "计划ID,经营场\n1,自播\n1,自播\n", "again"),
    ],
)
def test_what_cannot_be_right(tmp_path: Path, read: object, text: str, says: str) -> None:
    with pytest.raises(TableError) as refused:
        read(written(tmp_path, text))  # type: ignore[operator]
    assert says in refused.value.told.en


def test_tags_say_who_says_so_and_are_never_guessed(tmp_path: Path) -> None:
    table = read_fields(written(tmp_path, "计划ID,经营场,商品角色\n1,自播,爆款\n2,头部大V,\n默认,达人矩阵,\n"))
    assert table.field_of("1") == (BusinessField.OWN_LIVE, TagSource.LINE)
    assert table.field_of("9") == (BusinessField.CREATORS, TagSource.DEFAULT)
    assert table.role_of("1", frozenset({ProductRole.TRAFFIC})) == (ProductRole.HERO, TagSource.LINE)
    assert table.role_of("2", frozenset({ProductRole.TRAFFIC})) == (ProductRole.TRAFFIC, TagSource.PRODUCTS)
    for mixed in ({ProductRole.TRAFFIC, None}, {ProductRole.TRAFFIC, ProductRole.HERO}, {None}, set()):
        assert table.role_of("2", frozenset(mixed)) == (None, TagSource.NOBODY)
    bare = read_fields(written(tmp_path, "campaign,field\n1,own_live\n"))
    assert bare.default == Tag() and bare.field_of("2") == (None, TagSource.NOBODY)
