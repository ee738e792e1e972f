"""Derive sim/figures.json from the public data files: `python sim/fit_figures.py DATA_DIR [OUT_JSON]`.

Run by hand when the sources change; needs pyarrow (dev group `fit`) for the parquet files. The CSV-based functions need
numpy alone, so that the tests can derive them again.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
DELAY_CUT_DAYS = 86.0  # the longest reported settlement window is 90 days; dispatch comes before

SOURCES = {
    "hourly_traffic_share.csv": "Avito traffic share, avito-tech/bat-autobidding-benchmark (MIT)",
    "campaigns_sample.csv": "BAT campaign sample, katyanaveka/BAT (MIT)",
    "refund_triangle_weekly.csv": "derived from UCI Online Retail II, dataset 502 (CC BY 4.0)",
    "refund_pairs.parquet": "derived from UCI Online Retail II, dataset 502 (CC BY 4.0)",
    "retail_lines.parquet": "UCI Online Retail II, dataset 502 (CC BY 4.0)",
    "auction_landscape.parquet": "output of alimama-tech/AuctionNet (Apache-2.0 program); synthetic",
    "creative_arms.parquet": "Upworthy Research Archive, exploratory set (CC BY 4.0)",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def hour_profile(path: Path) -> list[list[float]]:
    """Traffic by [weekday 0 = the source's day 1][hour], mean 1 over the week, regions weighted alike."""
    total = np.zeros((7, 24))
    for row in rows(path):
        total[int(row["dow"]) - 1, int(row["hour"])] += float(row["traffic_share"])
    return [[round(float(v), 4) for v in day] for day in total / total.mean()]


def campaign_quantiles(path: Path) -> dict[str, list[float]]:
    """Deciles 10..90 % of budgets relative to their median, and of lives in days."""
    table = rows(path)
    budgets = np.array([float(r["auction_budget"]) for r in table])
    lives = np.array([(float(r["campaign_end"]) - float(r["campaign_start"])) / 86400 for r in table])
    points = np.linspace(0.1, 0.9, 9)
    return {
        "budget_relative_deciles": rounded(np.quantile(budgets / np.median(budgets), points)),
        "life_days_deciles": rounded(np.quantile(lives, points)),
    }


def refund_value_within(path: Path) -> dict[str, float]:
    """Share of the refunded VALUE that has come back within N days (lags are clipped at 120)."""
    table = rows(path)
    lag = np.array([float(r["lag"]) for r in table])
    amount = np.array([float(r["amount"]) for r in table])
    return {str(n): round(float(amount[lag <= n].sum() / amount.sum()), 4) for n in (1, 7, 14, 30, 60, 90)}


def rounded(values: Float) -> list[float]:
    return [round(float(v), 4) for v in values]


def parquet(path: Path, *columns: str) -> dict[str, NDArray[Any]]:
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=list(columns))
    return {c: table[c].to_numpy(zero_copy_only=False) for c in columns}


def refund_delay(path: Path) -> list[float]:
    """101 quantiles of the delay in days from purchase to refund, of the pairs up to the cut."""
    delay = parquet(path, "delay_days")["delay_days"].astype(float)
    return rounded(np.quantile(delay[(delay >= 0) & (delay <= DELAY_CUT_DAYS)], np.linspace(0, 1, 101)))


def refund_delay_by_value(path: Path) -> float:
    """Rank correlation of the delay with the amount refunded, of the pairs up to the cut."""
    d = parquet(path, "delay_days", "amount")
    delay, amount = d["delay_days"].astype(float), d["amount"].astype(float)
    good = (delay >= 0) & (delay <= DELAY_CUT_DAYS) & (amount > 0)
    ranks = [np.argsort(np.argsort(v[good], kind="stable"), kind="stable") for v in (delay, amount)]
    return round(float(np.corrcoef(ranks[0].astype(float), ranks[1].astype(float))[0, 1]), 4)


def creative_spread(path: Path) -> float:
    """Log sd of the true click rate between arms of one test: mean relative variance over tests, less what sampling adds."""
    d = parquet(path, "test", "impressions", "clicks")
    _, test = np.unique(d["test"], return_inverse=True)
    shown, clicked, arms = d["impressions"].astype(float), d["clicks"].astype(float), np.bincount(test)
    rate = clicked / shown
    mean = np.bincount(test, weights=rate) / arms
    pooled = np.bincount(test, weights=clicked) / np.bincount(test, weights=shown)
    sampling = np.bincount(test, weights=(pooled * (1 - pooled))[test] / shown) / arms
    several = arms > 1
    seen = np.bincount(test, weights=(rate - mean[test]) ** 2)[several] / (arms[several] - 1)
    relative = (seen - sampling[several]) / mean[several] ** 2
    return round(float(np.sqrt(np.log1p(relative.mean()))), 4)


def tail_index(values: Float) -> float:
    """Hill's estimate of the Pareto index of the top 1 %."""
    top = np.sort(values)[-max(2, len(values) // 100) :]
    return round(float(1 / np.log(top[1:] / top[0]).mean()), 4)


def retail(path: Path) -> dict[str, float]:
    """Log sd of invoice value and the Pareto index of its top 1 %; sd of log daily sales within month and weekday; sales of
    a November day over those of another."""
    d = parquet(path, "ts", "is_cancel", "invoice", "qty", "unit_price")
    value = d["qty"] * np.round(d["unit_price"].astype(float), 2)
    good = ~d["is_cancel"].astype(bool) & (value > 0)
    ids, at = np.unique(d["invoice"][good], return_inverse=True)
    invoices = np.bincount(at, weights=value[good], minlength=len(ids))
    days = d["ts"][good].astype("datetime64[D]")
    day, where = np.unique(days, return_inverse=True)
    sales = np.log(np.bincount(where, weights=value[good]))
    cell = day.astype("datetime64[M]").astype(int) * 7 + (day.astype(int) + 3) % 7
    _, group = np.unique(cell, return_inverse=True)
    mean = np.bincount(group, weights=sales) / np.bincount(group)
    freedom = len(sales) - len(mean)
    total = np.exp(sales)
    november = day.astype("datetime64[M]").astype(int) % 12 == 10
    return {
        "order_value_log_sd": round(float(np.log(invoices).std()), 4),
        "order_value_tail_index": tail_index(invoices.astype(float)),
        "november_factor": round(float(total[november].mean() / total[~november].mean()), 4),
        "daily_sales_log_sd": round(float(np.sqrt(((sales - mean[group]) ** 2).sum() / freedom)), 4),
    }


def landscape(path: Path) -> dict[str, Any]:
    """Elasticity of spend to ROAS near the goal (10, 50, 90 %), its logistic shape over ln(ROAS / goal), day noise."""
    d = parquet(path, "episode", "campaign", "bid_mult", "spend", "exp_conv", "target_cpa")
    levels, level = np.unique(np.round(d["bid_mult"], 6), return_inverse=True)
    shape = (int(d["episode"].max()) + 1, int(d["campaign"].max()) + 1, len(levels))
    cell = np.ravel_multi_index((d["episode"].astype(int), d["campaign"].astype(int), level), shape)
    size = int(np.prod(shape))
    spend = np.bincount(cell, weights=d["spend"].astype(float), minlength=size).reshape(shape)
    conv = np.bincount(cell, weights=d["exp_conv"].astype(float), minlength=size).reshape(shape)
    cpa = np.zeros(size)
    cpa[cell] = d["target_cpa"]
    with np.errstate(divide="ignore", invalid="ignore"):
        ls, x = np.log(spend), np.log(conv * cpa.reshape(shape) / spend)
        slope = -np.diff(ls, axis=2) / np.diff(x, axis=2)
    mid = (x[..., 1:] + x[..., :-1]) / 2
    good = np.isfinite(slope) & (slope > 1) & (slope < 20) & (conv[..., :-1] >= 1)
    near = np.quantile(slope[good & (np.abs(mid) < 0.15)], [0.1, 0.5, 0.9])
    at = int(np.argmin(np.abs(levels - 1.0)))
    usable = np.all((spend[:, :, at] > 0) & (conv[:, :, at] >= 1), axis=0)
    return {
        "elasticity_near_goal": rounded(near),
        **logistic(mid[good], slope[good] / float(near[1])),
        "volume_log_sd_day": round(float(np.median(ls[:, usable, at].std(axis=0, ddof=1))), 4),
        "efficiency_log_sd_day": round(float(np.median(x[:, usable, at].std(axis=0, ddof=1))), 4),
    }


def logistic(x: Float, relative: Float) -> dict[str, float]:
    """Fit eps(x)/eps(0) = low + (high - low) / (1 + exp(-x / width)) to medians of bins of x; low kept above 0.45, so that
    the median elasticity stays above one (below it no target would be best)."""
    edges = np.linspace(-0.6, 0.9, 16)
    centre = (edges[1:] + edges[:-1]) / 2
    bins = [relative[(x >= a) & (x < b)] for a, b in pairwise(edges.tolist())]
    keep = np.array([len(b) >= 20 for b in bins])
    median = np.array([np.median(b) for b, k in zip(bins, keep, strict=True) if k])
    best = (np.inf, 0.0, 0.0, 0.0)
    for width in np.linspace(0.1, 0.8, 71):
        s = 1 / (1 + np.exp(-centre[keep] / width))
        (low, gain), *_ = np.linalg.lstsq(np.column_stack([np.ones_like(s), s]), median, rcond=None)
        error = float(((low + gain * s - median) ** 2).sum())
        if low > 0.45 and error < best[0]:
            best = (error, float(low), float(low + gain), float(width))
    return {
        "elasticity_low": round(best[1], 4),
        "elasticity_high": round(best[2], 4),
        "elasticity_width": round(best[3], 4),
    }


def derive(data: Path) -> dict[str, Any]:
    """Every figure, with the name and sha256 of each source."""
    digest = {n: hashlib.sha256((data / n).read_bytes()).hexdigest() for n in SOURCES}
    return {
        "sources": [{"file": n, "from": SOURCES[n], "sha256": digest[n]} for n in SOURCES],
        "hour_profile": hour_profile(data / "hourly_traffic_share.csv"),
        **campaign_quantiles(data / "campaigns_sample.csv"),
        "refund_value_within_days": refund_value_within(data / "refund_triangle_weekly.csv"),
        "refund_delay_days_percentiles": refund_delay(data / "refund_pairs.parquet"),
        "refund_delay_value_correlation": refund_delay_by_value(data / "refund_pairs.parquet"),
        "creative_log_sd": creative_spread(data / "creative_arms.parquet"),
        **retail(data / "retail_lines.parquet"),
        **landscape(data / "auction_landscape.parquet"),
    }


def main(argv: list[str]) -> int:
    if len(argv) not in (2, 3):
        print("usage: python sim/fit_figures.py DATA_DIR [OUT_JSON]", file=sys.stderr)
        return 2
    text = json.dumps(derive(Path(argv[1])), indent=1, ensure_ascii=False)
    if len(argv) == 3:
        Path(argv[2]).write_text(text + "\n", encoding="utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
