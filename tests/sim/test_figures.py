"""Shipped figures: plausible always; derived again from the public files where those stand beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sim.figures import figures

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"


def needs(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name}: the public data files are not beside this checkout (../shared/data)")
    return path


def test_hours_of_the_week() -> None:
    profile = figures().hour_profile
    assert profile.shape == (7, 24)
    assert profile.mean() == pytest.approx(1.0, abs=1e-3)
    assert 6 < profile.mean(axis=0).max() / profile.mean(axis=0).min() < 14
    assert 0.7 < profile.mean(axis=1).min() < profile.mean(axis=1).max() < 1.4


def test_refund_delays_grow_and_fit_the_reported_windows() -> None:
    delay = figures().refund_delay_days
    assert len(delay) == 101 and delay[0] >= 0 and delay[-1] < 88
    assert (np.diff(delay) >= 0).all()
    assert 5 < delay[50] < 15


def test_elasticities_and_spreads_lie_where_the_sources_put_them() -> None:
    f = figures()
    q10, q50, q90 = f.elasticity_near_goal
    assert 1 < q10 < q50 < q90 < 10
    assert 1 < q50 * f.elasticity_low < 2.5 and 4 < q50 * f.elasticity_high < 8
    assert 0.9 < f.order_value_log_sd < 1.5
    assert 0.2 < f.daily_sales_log_sd < 0.5
    assert f.efficiency_log_sd_day < 0.1 < f.volume_log_sd_day
    assert 0.15 < f.creative_log_sd < 0.35
    assert 1.2 < f.order_value_tail_index < 3 and 1.4 < f.november_factor < 2.2
    assert abs(f.refund_delay_value_correlation) < 0.1
    assert (np.diff(f.budget_relative_deciles) > 0).all() and f.budget_relative_deciles[4] == 1
    assert 1 <= f.life_days_deciles[0] <= f.life_days_deciles[-1] <= 31


def test_every_source_is_named_with_its_hash() -> None:
    sources = json.loads((ROOT / "sim" / "figures.json").read_text(encoding="utf-8"))["sources"]
    assert len(sources) == 7
    assert all(len(s["sha256"]) == 64 and s["from"] for s in sources)


def test_hour_profile_is_derived_again() -> None:
    total = np.zeros((7, 24))
    for line in needs("hourly_traffic_share.csv").read_text(encoding="utf-8").splitlines()[1:]:
        _, day, hour, share = line.split(",")
        total[int(day) - 1][int(hour)] += float(share)
    np.testing.assert_allclose(figures().hour_profile, total / total.mean(), atol=1e-4)


def test_budgets_and_lives_are_derived_again() -> None:
    lines = needs("campaigns_sample.csv").read_text(encoding="utf-8").splitlines()
    head = lines[0].split(",")
    rows = [dict(zip(head, line.split(","), strict=True)) for line in lines[1:]]
    budgets = sorted(float(r["auction_budget"]) for r in rows)
    relative = np.percentile(budgets, range(10, 100, 10)) / np.percentile(budgets, 50)
    np.testing.assert_allclose(figures().budget_relative_deciles, relative, atol=1e-3)
    lives = [(float(r["campaign_end"]) - float(r["campaign_start"])) / 86400 for r in rows]
    np.testing.assert_allclose(figures().life_days_deciles, np.percentile(lives, range(10, 100, 10)), atol=1e-3)


def test_refund_triangle_is_derived_again() -> None:
    rows = [
        line.split(",") for line in needs("refund_triangle_weekly.csv").read_text(encoding="utf-8").splitlines()[1:]
    ]
    total = sum(float(r[3]) for r in rows)
    shipped = json.loads((ROOT / "sim" / "figures.json").read_text(encoding="utf-8"))["refund_value_within_days"]
    for days, share in shipped.items():
        assert share == pytest.approx(sum(float(r[3]) for r in rows if float(r[2]) <= int(days)) / total, abs=1e-4)


def test_the_page_of_assumptions_states_the_shipped_figures() -> None:
    f = figures()
    page = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    q10, q50, q90 = f.elasticity_near_goal
    day = f.hour_profile.mean(axis=0)
    for words in (
        f"10-50-90 %: {q10:.1f}, {q50:.1f}, {q90:.1f}",
        f"low = {f.elasticity_low:.2f}, high = {f.elasticity_high:.2f} times",
        f"w = {f.elasticity_width:.2f}",
        f"log sd {f.order_value_log_sd:.2f} (invoices",
        f"median {f.refund_delay_days[50]:.0f} days, nine of ten within {f.refund_delay_days[90]:.0f}, cut at 86",
        f"{day.max() / day.min():.0f} to 1 on the average day, {f.hour_profile.max() / f.hour_profile.min():.0f} to 1",
        f"month and weekday have {f.daily_sales_log_sd:.2f} (data)",
        f"Pareto index {f.order_value_tail_index:.1f}",
        f"November has {f.november_factor:.1f} times the sales",
        f"rank correlation {f.refund_delay_value_correlation:.2f}",
        f"log sd {f.creative_log_sd:.2f} between headlines",
        f"auction data {f.volume_log_sd_day:.2f}",
        f"auction data ({f.efficiency_log_sd_day:.2f})",
    ):
        assert words in page
