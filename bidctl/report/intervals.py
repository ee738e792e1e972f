"""Figures with their intervals, one under the other, against a line at zero: who is better, and how sure one may be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, ROW, LEFT, RIGHT, FOOT = 800, 24, 250, 210, 24


@dataclass(frozen=True, slots=True)
class Estimate:
    """`text`: the figures in words, at the right. Ends NaN = not known."""

    name: str
    value: float
    low: float
    high: float
    text: str


def intervals(title: str, rows: Sequence[Estimate], *, unit: str = "", judged: bool = True) -> str:
    """A figure of `rows` on one scale that holds zero. `judged`: above zero is good, below bad, where the interval is sure."""
    good = [r for r in rows if math.isfinite(r.value)]
    if not good:
        return f"<figure><figcaption>{escape(title)}: -</figcaption></figure>"
    ends = [x for r in good for x in (r.value, r.low, r.high, 0.0) if math.isfinite(x)]
    low, high = min(ends), max(ends)
    pad = (high - low) * 0.05 or 1.0
    low, high, height = low - pad, high + pad, ROW * len(good) + FOOT

    def at(x: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (x - low) / (high - low)

    drawn = [f'<path d="M{at(0):.1f} 0V{height - FOOT}" stroke="var(--soft)" stroke-dasharray="3 3"/>']
    for tick in _ticks(low, high):
        drawn.append(_text(at(tick), height - 6, f"{tick:,.10g}{unit}", "middle", "var(--soft)"))
        drawn.append(f'<path d="M{at(tick):.1f} {height - FOOT}v4" stroke="var(--line)"/>')
    for number, r in enumerate(good):
        y = ROW * number + ROW / 2
        drawn.append(_text(LEFT - 10, y + 4, r.name if len(r.name) < 40 else r.name[:38] + "..", "end"))
        sure = judged and math.isfinite(r.low) and (r.low > 0 or r.high < 0)
        colour = "var(--soft)" if not sure else "var(--c)" if r.value > 0 else "var(--bad)"
        if math.isfinite(r.low):
            drawn.append(f'<path d="M{at(r.low):.1f} {y}H{at(r.high):.1f}" stroke="{colour}" stroke-width="2"/>')
        drawn.append(f'<circle cx="{at(r.value):.1f}" cy="{y}" r="4" fill="{colour}"/>')
        drawn.append(_text(WIDTH - RIGHT + 10, y + 4, r.text, "start", "var(--soft)"))
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{"".join(drawn)}</svg>'
        f"<figcaption>{escape(title)}</figcaption></figure>"
    )


def _ticks(low: float, high: float) -> list[float]:
    """Four or five round numbers within."""
    rough = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 5, 10) if power * m >= rough)
    first = math.ceil(low / step)
    return [step * k for k in range(first, math.floor(high / step) + 1)]


def _text(x: float, y: float, text: str, anchor: str, colour: str = "var(--ink)") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" fill="{colour}" text-anchor="{anchor}">{escape(text)}</text>'
