"""One self-contained HTML page: no script, no outside address, both languages beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

STYLE = """
:root{--ink:#1b2430;--soft:#667085;--line:#d9dee7;--a:#1f6feb;--b:#d1742f;--c:#2a9d6f;--bad:#c0392b}
body{font:15px/1.5 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;color:var(--ink);max-width:1080px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem;border-bottom:1px solid var(--line)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td,th{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right}
td:first-child,th:first-child{text-align:left}th{color:var(--soft);font-weight:600}
.note{color:var(--soft)}.good{color:var(--c)}.bad{color:var(--bad)}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(320px,1fr));gap:1rem}
figure{margin:.8rem 0}figcaption{font-size:.85rem;color:var(--soft)}svg{width:100%;height:auto;display:block}
"""


def page(title: str, sections: Sequence[str]) -> str:
    """A whole document. `sections` are HTML made by the functions of this package."""
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return (
        '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body><h1>{escape(title)}</h1>"
        + "".join(sections)
        + "</body></html>"
    )


def section(title: str, *parts: str) -> str:
    """A titled part of the page."""
    return f"<h2>{escape(title)}</h2>" + "".join(parts)


def note(text: str, kind: str = "note") -> str:
    """A paragraph; `kind` is note, good or bad."""
    return f'<p class="{kind}">{escape(text)}</p>'


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table; the first column is text, the rest are numbers."""
    head = "".join(f"<th>{escape(c)}</th>" for c in columns)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(c))}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def grid(parts: Sequence[str]) -> str:
    """Parts side by side."""
    return f'<div class="grid">{"".join(parts)}</div>'
