"""What a table does not tell, in the words of its headings."""

from __future__ import annotations

from collections.abc import Sequence

from bidctl.adapters.tables.creators import CREATORS
from bidctl.adapters.tables.products import COLUMNS
from bidctl.cli.common import Shell


def lacking(shell: Shell, told: Sequence[str]) -> str:
    """`column`s, and `product:what` of products, which are only counted; as they stand under `--json`."""
    if shell.as_json:
        return " ".join(told)
    products, columns = [name for name in told if ":" in name], [name for name in told if ":" not in name]
    headings = {name: titles[0] for name, titles in {**CREATORS, **COLUMNS}.items()}
    named = " ".join(shell.text(headings.get(name, name), name) for name in columns)
    count = shell.text(f"商品表缺 {len(products)} 个商品", f"{len(products)} products of the table") if products else ""
    return ", ".join(part for part in (count, named) if part)
