from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bidctl.domain.panel import Grain, Panel
from bidctl.domain.values import CampaignId
from bidctl.engine.days import NaturalDays
from bidctl.engine.resolve import Source
from tests.engine.facts import at, day, enrolment, fact, hour, info, listing, observer, only


def test_totals_of_the_day_come_from_the_newest_listing():
    o = observer()
    o.ingest_listing(listing("2026-11-10 12:10", info(spend=50, gmv=100, orders=2)))
    o.ingest_listing(listing("2026-11-10 12:20", info(spend=60, gmv=140, orders=3)))
    row = only(o.observe(at("2026-11-10 12:21")))
    assert (row.spend_today, row.paid_gmv_today, row.paid_orders_today) == (60, 140, 3)
    assert row.complete and row.spending and row.read_age_s == 60 and not row.metric_stale


def test_snapshots_are_differenced_by_hour_and_a_gap_is_booked_in_the_later_hour():
    o = observer()
    for when, spend in (("10:00", 10.0), ("11:00", 30.0), ("14:00", 90.0)):
        o.ingest_listing(listing(f"2026-11-10 {when}", info(spend=spend)))
    o.observe(at("2026-11-10 14:01"))
    view = o.hourly.views[o.days.of(at("2026-11-10 14:01").timestamp())]
    assert view.x[0, 0, 9:15].tolist()[:5] == [10, 20, 0, 0, 60]
    assert np.isnan(view.x[0, 0, 14])
    assert view.exact[0, 10] and not view.exact[0, 13]
    assert view.source[0, 10] == Source.SNAPSHOT


def test_hour_facts_win_over_snapshots_of_the_same_hour():
    o = observer()
    o.ingest_listing(listing("2026-11-10 11:00", info(spend=30)))
    o.ingest(hour("c", "2026-11-10 10:00", 33, known="2026-11-10 11:20"))
    o.ingest_listing(listing("2026-11-10 11:30", info(spend=40)))
    o.observe(at("2026-11-10 11:31"))
    view = o.hourly.views[o.days.of(at("2026-11-10 11:31").timestamp())]
    assert view.x[0, 0, 10] == 33 and view.source[0, 10] == Source.HOUR


def test_windows_of_complete_days_and_unknown_is_not_zero():
    o = observer()
    o.ingest_listing(listing("2026-11-10 12:00", info(spend=10, gmv=20, orders=1)))
    for d in range(1, 10):
        if d != 6:
            o.ingest(day("c", f"2026-11-{d:02d}", 100, 250, 4))
    row = only(o.observe(at("2026-11-10 12:00")))
    assert np.isnan(row.spend_7d) and np.isnan(row.spend_30d)
    o.cover([CampaignId("c")], Grain.DAY, at("2026-11-01 00:00"), at("2026-11-10 00:00"))
    row = only(o.observe(at("2026-11-10 12:00")))
    assert row.spend_7d == pytest.approx(510) and row.paid_gmv_7d == pytest.approx(1270) and row.paid_orders_7d == 21
    assert row.spend_30d == pytest.approx(810)  # days before its creation are zero


def test_a_row_beats_a_cover_whichever_comes_first():
    for first in (True, False):
        o = observer()
        o.ingest_listing(listing("2026-11-10 12:00", info()))
        panel, c = day("c", "2026-11-09", 100), [CampaignId("c")]
        if first:
            o.ingest(panel)
        o.cover(c, Grain.DAY, at("2026-11-01 00:00"), at("2026-11-10 00:00"))
        if not first:
            o.ingest(panel)
        assert only(o.observe(at("2026-11-10 12:00"))).spend_7d == 100


def test_hours_that_miss_what_the_listing_showed_are_missing_not_zero():
    o = observer()
    o.ingest_listing(listing("2026-11-09 23:50", info(spend=500, gmv=900, orders=9)))
    o.cover([CampaignId("c")], Grain.HOUR, at("2026-11-09 00:00"), at("2026-11-10 00:00"))
    o.ingest_listing(listing("2026-11-10 00:30", info()))
    table = o.observe(at("2026-11-10 00:30")) and o.table(at("2026-11-10 00:30").timestamp())
    assert table.x[0, 0, -2] == 500 and table.source[0, -2] == Source.SNAPSHOT


def test_24_hours_reach_back_over_midnight():
    o = observer()
    o.ingest_listing(listing("2026-11-10 03:30", info(spend=7)))
    for h in range(24):
        o.ingest(hour("c", f"2026-11-09 {h:02d}:00", 1 + h))
    for h in range(3):
        o.ingest(hour("c", f"2026-11-10 {h:02d}:00", 2))
    row = only(o.observe(at("2026-11-10 03:30")))
    yesterday = sum(1 + h for h in range(3, 24))
    assert row.spend_24h == pytest.approx(yesterday + 7)  # hours 0-2 by their facts, what the listing adds in hour 3
    assert row.spend_today == 7


def test_revised_late_and_repeated_facts():
    o = observer()
    o.ingest_listing(listing("2026-11-10 12:00", info()))
    o.cover([CampaignId("c")], Grain.DAY, at("2026-11-01 00:00"), at("2026-11-10 00:00"))
    new, old = (
        day("c", "2026-11-09", 90, known="2026-11-10 10:00"),
        day("c", "2026-11-09", 100, known="2026-11-10 02:00"),
    )
    o.ingest(new)
    o.ingest(old)
    o.ingest(Panel.concat([old, new, old]))
    assert only(o.observe(at("2026-11-10 12:00"))).spend_7d == 90


def test_missing_from_an_incomplete_listing_is_no_data_and_from_a_complete_one_is_gone():
    o = observer()
    o.ingest_listing(listing("2026-11-10 12:00", info("a"), info("b")))
    o.ingest_listing(listing("2026-11-10 12:10", info("a"), complete=False))
    seen = o.observe(at("2026-11-10 12:11"))
    assert only(seen, "a").complete and not only(seen, "b").complete
    assert only(seen, "a").read_age_s == 11 * 60
    o.ingest_listing(listing("2026-11-10 12:20", info("a")))
    assert o.observe(at("2026-11-10 12:21")).campaign.tolist() == ["a"]


@pytest.mark.parametrize("change", [{"odd": "new enum"}, {"target_units": None}, {"objective": None}, {"spend": None}])
def test_what_makes_a_row_incomplete(change):
    o = observer()
    o.ingest_listing(listing("2026-11-10 12:00", info(**change)))
    assert not only(o.observe(at("2026-11-10 12:00"))).complete


def test_metric_stale_only_while_delivering():
    o = observer()
    o.ingest_listing(listing("2026-11-10 12:00", info("on"), info("off", off_air=True)))
    seen = o.observe(at("2026-11-10 12:31"))
    assert only(seen, "on").metric_stale and not only(seen, "off").metric_stale


def test_snapshots_must_begin_at_midnight():
    o = observer()
    o.ingest_listing(listing("2026-11-10 12:00", info()))
    with pytest.raises(ValueError, match="midnight of Asia/Shanghai"):
        o.ingest(fact("c", Grain.CUMULATIVE, at("2026-11-10 08:00"), at("2026-11-10 09:00"), spend=1.0))


@pytest.mark.parametrize(("zone", "date", "hours"), [
    ("America/New_York", "2026-11-01", 25), ("America/New_York", "2026-03-08", 23), ("Europe/London", "2026-10-25", 25),
    ("Asia/Shanghai", "2026-11-01", 24), ("Asia/Kolkata", "2026-11-01", 24),
])  # fmt: skip
def test_natural_days_follow_the_zone(zone, date, hours):
    days = NaturalDays(zone)
    midnight = datetime.fromisoformat(date).replace(tzinfo=ZoneInfo(zone))
    ordinal = midnight.toordinal()
    assert days.hours(ordinal)[1] == hours
    assert days.of(midnight.timestamp()) == ordinal and days.of(midnight.timestamp() - 1) == ordinal - 1
    assert days.hour_start(days.hours(ordinal)[0]) == midnight.timestamp()
    some = midnight.timestamp() + np.array([0.0, 3600 * hours - 1, 3600 * hours])
    assert days.of_many(some).tolist() == [ordinal, ordinal, ordinal + 1]


def test_a_day_of_25_hours_is_summed_whole():
    zone = ZoneInfo("America/New_York")
    o = observer("America/New_York")
    midnight = datetime(2026, 11, 1, tzinfo=zone)
    o.ingest_listing(listing("2026-11-02 20:00", info()))
    for h in range(25):
        begins = datetime.fromtimestamp(midnight.timestamp() + 3600 * h, zone)
        o.ingest(fact("c", Grain.HOUR, begins, begins + timedelta(hours=2), spend=1.0, gmv=2.0, orders=1.0))
    now = datetime(2026, 11, 2, 7, 0, tzinfo=zone)
    o.observe(now)
    table = o.table(now.timestamp())
    assert table.x[0, 0, -2] == 25 and table.source[0, -2] == Source.HOUR


def test_platforms_in_a_half_hour_zone():
    zone = ZoneInfo("Asia/Kolkata")
    o = observer("Asia/Kolkata")
    begins = datetime(2026, 11, 9, 10, 0, tzinfo=zone)
    o.ingest_listing(listing("2026-11-10 12:00", info()))
    o.ingest(fact("c", Grain.HOUR, begins, begins + timedelta(hours=2), spend=5.0, gmv=9.0, orders=1.0))
    now = at("2026-11-10 12:00")
    o.observe(now)
    assert o.hourly.views[o.days.of(begins.timestamp())].x[0, 0, 10] == 5.0


def test_only_listed_enrolments_have_goals():
    o = observer()
    o.ingest_enrolments([enrolment("a", goal=1.7)])
    o.ingest_listing(listing("2026-11-10 12:00", info("a"), info("b")))
    seen = o.observe(at("2026-11-10 12:00"))
    assert only(seen, "a").enrolled and only(seen, "a").goal == 1.7
    assert not only(seen, "b").enrolled and np.isnan(only(seen, "b").goal)


def test_hours_read_after_the_listing_do_not_hide_the_present_hour():
    o = observer()
    o.ingest_listing(listing("2026-11-10 10:25", info(spend=1040.0, gmv=1560.0)))
    for h in range(10):
        o.ingest(hour("c", f"2026-11-10 {h:02d}:00", 100, 150, known="2026-11-10 10:25"))
    row = only(o.observe(at("2026-11-10 10:25")))
    assert row.spend_today == pytest.approx(1040) and row.paid_gmv_today == pytest.approx(1560)
    o.ingest(hour("c", "2026-11-10 10:00", 130, 150, known="2026-11-10 11:25"))
    assert only(o.observe(at("2026-11-10 11:25"))).spend_today == pytest.approx(1130)
