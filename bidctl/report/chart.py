"""Line drawings as SVG text: steps for targets, lines for measures, a band for an interval, marks for events."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 360, 180, 38, 20, 8
COLOURS = ("var(--a)", "var(--b)", "var(--c)", "var(--soft)")


@dataclass(frozen=True, slots=True)
class Series:
    """`points`: (x, y), y NaN = a gap. `steps`: drawn as a staircase (a target stays until it is changed). `band`: (x, low, high),
    shaded behind."""

    name: str
    points: Sequence[tuple[float, float]]
    steps: bool = False
    band: Sequence[tuple[float, float, float]] = ()


def chart(title: str, series: Sequence[Series], *, unit: str = "", marks: Sequence[float] = ()) -> str:
    """A figure of `series` over x (days); `marks` are vertical dashes at events."""
    good = [p for s in series for p in _corners(s) if math.isfinite(p[1])]
    if not good:
        return f"<figure><figcaption>{escape(title)}: -</figcaption></figure>"
    x0, x1 = min(p[0] for p in good), max(p[0] for p in good)
    low, high = min(p[1] for p in good), max(p[1] for p in good)
    pad = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
    low, high = low - pad, high + pad

    def at(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - 6) * (x - x0) / ((x1 - x0) or 1.0)
        return across, TOP + (HEIGHT - TOP - BOTTOM) * (high - y) / (high - low)

    drawn = [_axis(low, high, x0, x1, unit)]
    drawn += [
        f'<path d="M{at(x, low)[0]:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="var(--line)" stroke-dasharray="2 3"/>'
        for x in marks
    ]
    for s, colour in zip(series, COLOURS * 3, strict=False):
        drawn.append(_shade([(at(x, a), at(x, b)) for x, a, b in s.band if math.isfinite(a + b)], colour))
        drawn.append(f'<path d="{_path([(at(*p), math.isfinite(p[1])) for p in s.points], s.steps)}" fill="none" '
                     f'stroke="{colour}" stroke-width="1.6"/>')  # fmt: skip
    key = " · ".join(
        f'<span style="color:{c}">{escape(s.name)}</span>' for s, c in zip(series, COLOURS * 3, strict=False)
    )
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">{"".join(drawn)}</svg>'
        f"<figcaption>{escape(title)} &nbsp; {key}</figcaption></figure>"
    )


def _corners(s: Series) -> list[tuple[float, float]]:
    return [*s.points, *((x, y) for x, a, b in s.band for y in (a, b))]


def _shade(edges: Sequence[tuple[tuple[float, float], tuple[float, float]]], colour: str) -> str:
    if len(edges) < 2:
        return ""
    around = [low for low, _ in edges] + [high for _, high in reversed(edges)]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in around)
    return f'<path d="M{path}Z" fill="{colour}" opacity=".15"/>'


def _axis(low: float, high: float, x0: float, x1: float, unit: str) -> str:
    out = [f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - 6}" fill="none" stroke="var(--line)"/>']
    for share in (0.0, 0.5, 1.0):
        y = TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)
        out.append(_text(LEFT - 4, y + 4, f"{low + (high - low) * share:.4g}{unit}", "end"))
        out.append(_text(LEFT + (WIDTH - LEFT - 6) * share, HEIGHT - 5, f"{x0 + (x1 - x0) * share:.3g}", "middle"))
    return "".join(out)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="10" fill="var(--soft)" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _path(points: Sequence[tuple[tuple[float, float], bool]], steps: bool) -> str:
    out: list[str] = []
    pen = False
    for (x, y), good in points:
        if not good:
            pen = False
            continue
        if not pen:
            out.append(f"M{x:.1f} {y:.1f}")
        elif steps:
            out.append(f"H{x:.1f}V{y:.1f}")
        else:
            out.append(f"L{x:.1f} {y:.1f}")
        pen = True
    return "".join(out)
