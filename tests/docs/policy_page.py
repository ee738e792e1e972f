"""The columns of docs/policy.md and docs/policy.zh-CN.md, made from the language's own table: `python -m tests.docs.policy_page`."""

from __future__ import annotations

from pathlib import Path

from bidctl.policy.language.columns import COLUMNS, Column
from bidctl.policy.language.units import NAMES

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"en": "policy.md", "zh": "policy.zh-CN.md"}
BEGIN, END = "<!-- columns: python -m tests.docs.policy_page -->", "<!-- end of columns -->"
HEADS = {"en": "| name | 中文名 | unit | meaning |", "zh": "| 列名 | 中文名 | 单位 | 含义 |"}


def table(lang: str) -> str:
    return "\n".join(
        [BEGIN, "", HEADS[lang], "|---|---|---|---|", *(_line(c, lang) for c in COLUMNS.values()), "", END]
    )


def _line(c: Column, lang: str) -> str:
    words = [w for w in c.words if w.isascii() == (lang == "en")]
    meaning = c.en if lang == "en" else c.zh.replace("_", " ")
    listed = f" ({', '.join(words)})" if words else ""
    return f"| `{c.name}` | `{c.zh}` | {NAMES[c.unit].text(lang)} | {meaning}{listed} |"


def with_table(text: str, lang: str) -> str:
    """A page with its table made anew."""
    head, _, rest = text.partition(BEGIN)
    return head + table(lang) + rest.partition(END)[2]


if __name__ == "__main__":
    for lang, name in PAGES.items():
        (DOCS / name).write_text(with_table((DOCS / name).read_text("utf-8"), lang), "utf-8")
