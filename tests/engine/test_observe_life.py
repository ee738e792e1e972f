from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from bidctl.domain.campaign import Listing, Session
from bidctl.domain.panel import Grain, Panel
from bidctl.domain.reasons import Reason
from bidctl.domain.values import CampaignId, Field, Kind, Objective, Stage
from bidctl.engine.ports import Pause
from tests.engine.facts import ACCOUNT, at, day, edit, enrolment, fact, hour, info, listing, observer, only, session

C = [CampaignId("c")]


def goods(
    now: str, *panels, spend: float = 0.0, created: str = "2026-11-01 00:00", cover: str = "2026-11-01 00:00", **changes
):
    o = observer()
    o.ingest_enrolments([enrolment()])
    o.ingest_listing(listing(now, info(spend=spend, created_at=at(created), **changes)))
    midnight = at(now[:10] + " 00:00")
    o.cover(C, Grain.DAY, at(cover), midnight)
    for p in panels:
        o.ingest(p)
    return o


def test_new_feeding_observing_free():
    assert only(goods("2026-11-10 12:00").observe(at("2026-11-10 12:00"))).stage == Stage.NEW
    fed = [hour("c", "2026-11-09 10:00", 120), hour("c", "2026-11-09 11:00", 90)]
    cover = at("2026-11-09 00:00"), at("2026-11-10 00:00")
    o = goods("2026-11-10 12:00", fed[0])
    o.cover(C, Grain.HOUR, *cover)
    row = only(o.observe(at("2026-11-10 12:00")))
    assert row.stage == Stage.FEEDING and row.started and np.isnan(row.observed_s)
    o = goods("2026-11-10 12:00", *fed)
    o.cover(C, Grain.HOUR, *cover)
    row = only(o.observe(at("2026-11-10 12:00")))
    assert row.stage == Stage.OBSERVING and row.observed_s == 24 * 3600  # fed in the hour that ended at 12:00
    o.ingest_listing(listing("2026-11-12 11:59", info(created_at=at("2026-11-01 00:00"))))
    assert only(o.observe(at("2026-11-12 11:59"))).stage == Stage.OBSERVING
    o.ingest_listing(listing("2026-11-12 12:01", info(created_at=at("2026-11-01 00:00"))))
    row = only(o.observe(at("2026-11-12 12:01")))
    assert row.stage == Stage.FREE and row.observed_s == 72 * 3600 + 60


def test_199_yuan_a_day_feeds_only_after_seven_days():
    days = [day("c", f"2026-11-{d:02d}", 199.9) for d in range(2, 9)]
    row = only(goods("2026-11-08 12:00", *days[:-1]).observe(at("2026-11-08 12:00")))
    assert row.stage == Stage.FEEDING
    row = only(goods("2026-11-09 12:00", *days).observe(at("2026-11-09 12:00")))
    assert (
        row.stage == Stage.OBSERVING and row.observed_s == 11 * 3600
    )  # the hour in which seven days had passed ends at 01:00


def test_unknown_history_observes_from_first_sight():
    o = observer()
    o.ingest_enrolments([enrolment()])
    o.ingest_listing(listing("2026-11-10 12:00", info(spend=50)))
    o.ingest_listing(listing("2026-11-10 13:00", info(spend=60)))
    row = only(o.observe(at("2026-11-10 13:00")))
    assert row.stage == Stage.OBSERVING and row.observed_s == 3600 and row.started


def test_seven_days_without_delivery_restart_the_clock():
    spent = [day("c", "2026-11-02", 300), day("c", "2026-11-10", 50)]
    row = only(goods("2026-11-11 12:00", *spent).observe(at("2026-11-11 12:00")))
    assert row.stage == Stage.OBSERVING and row.observed_s == 12 * 3600  # hour not known: end of that day
    spent[1] = day("c", "2026-11-09", 50)
    row = only(goods("2026-11-11 12:00", *spent).observe(at("2026-11-11 12:00")))
    assert row.stage == Stage.FREE
    idle = only(goods("2026-11-11 12:00", spent[0]).observe(at("2026-11-11 12:00")))
    assert idle.stage == Stage.OBSERVING and idle.observed_s == 0


def test_a_switch_of_objective_restarts_the_clock():
    o = goods("2026-11-20 12:00", *[day("c", f"2026-11-{d:02d}", 300) for d in range(2, 20)])
    assert only(o.observe(at("2026-11-20 12:00"))).stage == Stage.FREE
    o.ingest_edits([edit("2026-11-20 09:50", "pay_roi", "net_roi", field=Field.OBJECTIVE)])
    row = only(o.observe(at("2026-11-20 12:00")))
    assert row.stage == Stage.OBSERVING and row.observed_s == 7200 and row.edits_today == 1


def test_stopped_and_foreign():
    o = goods("2026-11-10 12:00", enabled=False)
    assert only(o.observe(at("2026-11-10 12:00"))).stage == Stage.STOPPED
    o.ingest_enrolments([])
    assert only(o.observe(at("2026-11-10 12:00"))).stage == Stage.FOREIGN


def live(name: str, **changes):
    return info(name, kind=Kind.LIVE, live_account="host", objective=Objective.PAY_ROI, **changes)


def week_of_live(o, sessions: int):
    """A live campaign recreated daily from the 1st on; it streams 20:00-23:00 and spends 300 yuan a session."""
    for d in range(1, 1 + sessions):
        date, name = f"2026-11-{d:02d}", f"live-{d}"
        created = at(f"{date} 18:00")
        o.ingest_sessions([session("host", f"room-{d}", f"{date} 20:00", f"{date} 23:00")])
        for h, spend in ((20, 0), (21, 100), (22, 220), (23, 300)):
            o.ingest_listing(listing(f"{date} {h}:00", live(name, spend=spend, created_at=created)))
            o.observe(at(f"{date} {h}:00"))
        o.ingest_listing(listing(f"{date} 23:50", live(name, spend=300, created_at=created, off_air=True)))
        o.observe(at(f"{date} 23:50"))


def test_live_recreated_daily_inherits_and_waits_for_three_sessions():
    o = observer()
    o.ingest_enrolments([enrolment(f"live-{d}") for d in range(1, 9)])
    week_of_live(o, 1)
    row = only(o.observe(at("2026-11-01 23:50")), "live-1")
    assert row.stage == Stage.OBSERVING and row.observed_s == 110 * 60  # 220 yuan at 22:00
    week_of_live(o, 4)
    row = only(o.observe(at("2026-11-04 23:50")), "live-4")
    assert row.observed_sessions == 3 and row.observed_s > 72 * 3600 and row.stage == Stage.FREE
    o.ingest_enrolments([enrolment("live-5")])
    o.ingest_listing(listing("2026-11-05 19:00", live("live-5", created_at=at("2026-11-05 18:00"), off_air=True)))
    row = only(o.observe(at("2026-11-05 19:00")), "live-5")
    assert row.stage == Stage.FREE and row.started


def test_live_of_another_objective_does_not_inherit():
    o = observer()
    week_of_live(o, 4)
    other = info(
        "net", kind=Kind.LIVE, live_account="host", objective=Objective.NET_ROI, created_at=at("2026-11-05 18:00")
    )
    o.ingest_enrolments([enrolment("net")])
    o.ingest_listing(listing("2026-11-05 19:00", other))
    assert only(o.observe(at("2026-11-05 19:00")), "net").stage == Stage.NEW


def test_three_days_but_two_sessions_is_not_enough():
    o = observer()
    o.ingest_enrolments([enrolment("live-3"), enrolment("late")])
    week_of_live(o, 3)
    o.ingest_listing(listing("2026-11-06 19:00", live("late", created_at=at("2026-11-06 18:00"), off_air=True)))
    row = only(o.observe(at("2026-11-06 19:00")), "late")
    assert row.observed_s > 72 * 3600 and row.observed_sessions == 2 and row.stage == Stage.OBSERVING


def test_lives_survive_a_restart():
    o = observer()
    week_of_live(o, 4)
    o.observe(at("2026-11-04 23:50"))
    told = {k.campaign: k for k in o.lives()}
    assert told["live-4"].fed_at == at("2026-11-01 22:00") and not o.lives()
    new = observer()
    new.restore([live("live-4", created_at=at("2026-11-04 18:00"))], at("2026-11-04 23:50"), told.values())
    new.ingest_enrolments([enrolment("live-5")])
    new.ingest_listing(listing("2026-11-05 19:00", live("live-5", created_at=at("2026-11-05 18:00"))))
    row = only(new.observe(at("2026-11-05 19:00")), "live-5")
    assert row.observed_s == (at("2026-11-05 19:00") - at("2026-11-01 22:00")).total_seconds()


def test_pause_of_ours_is_kept_and_undone_after_midnight():
    o = goods("2026-11-10 12:00")
    o.ingest_enrolments([enrolment(resume_at_midnight=True)])
    o.ingest_pauses({C[0]: Pause(ACCOUNT, C[0], at("2026-11-10 11:00"))})
    row = only(o.observe(at("2026-11-10 12:00")))
    assert row.paused_by_us and not row.resume_at_midnight
    o.ingest_listing(listing("2026-11-11 00:05", info(created_at=at("2026-11-01 00:00"))))
    assert only(o.observe(at("2026-11-11 00:05"))).resume_at_midnight


@pytest.mark.parametrize("minutes", [60, 61])
def test_edit_columns(minutes):
    o = goods("2026-11-10 12:00", target_units=190)
    now = at("2026-11-10 12:00")
    when = now - timedelta(minutes=minutes)
    e = edit("2026-11-10 09:00", "2.00", "1.90", ours=True, reason=int(Reason.NOVOLUME))
    o.ingest_edits([replace(e, effective_at=when), edit("2026-11-08 09:00", "1.80", "2.00", ours=True)])
    row = only(o.observe(now))
    assert row.since_edit_s == minutes * 60 and row.spacing_s == 3600
    assert (row.edits_today, row.novolume_today, row.edit_days_7d, row.edited_today) == (1, 1, 1, True)
    assert (row.day_anchor_units, row.week_anchor_units) == (200, 180)
    assert not row.human_since_creation


@pytest.mark.parametrize(
    ("ours", "reason", "anchor"), [(True, None, 200), (False, None, 210), (True, int(Reason.START), 210)]
)
def test_an_edit_on_the_stroke_of_midnight_is_one_of_the_day(ours, reason, anchor):
    """It counts for the day's quota, so the day's anchor is what stood before it, where it does not anchor anew itself."""
    o = goods("2026-11-10 12:00", target_units=210)
    o.ingest_edits([edit("2026-11-10 00:00", "2.00", "2.10", ours=ours, reason=reason)])
    row = only(o.observe(at("2026-11-10 12:00")))
    assert (row.edits_today, row.day_anchor_units) == (1, anchor)


def test_a_human_edit_and_start_begin_a_new_anchor():
    o = goods("2026-11-10 12:00", target_units=240)
    o.ingest_edits([
        edit("2026-11-10 08:00", "2.00", "2.10"),
        edit("2026-11-10 09:00", "2.10", "2.30", ours=False, source="log"),
        edit("2026-11-10 11:00", "2.30", "2.40"),
    ])  # fmt: skip
    row = only(o.observe(at("2026-11-10 12:00")))
    assert (row.day_anchor_units, row.week_anchor_units, row.human_since_creation) == (230, 230, True)
    o = goods("2026-11-10 12:00", target_units=240)
    o.ingest_edits([edit("2026-11-10 08:00", "2.00", "2.40", reason=int(Reason.START))])
    row = only(o.observe(at("2026-11-10 12:00")))
    assert row.day_anchor_units == 240 and row.started


def test_a_season_of_daily_campaigns_stays_bounded_and_keeps_its_life():
    o = observer()
    begin = at("2026-06-01 12:00")
    most = 0
    for d in range(100):
        now = begin + timedelta(days=d)
        name = f"live-{d}"
        o.ingest_enrolments([enrolment(name), enrolment("goods")])
        infos = (
            live(name, created_at=now - timedelta(hours=1), spend=300.0),
            info("goods", spend=50.0, created_at=begin),
        )
        o.ingest_sessions([Session("host", f"room-{d}", now - timedelta(hours=1), now + timedelta(hours=2))])
        o.ingest_listing(Listing(ACCOUNT, now, infos, True))
        seen = o.observe(now)
        most = max(most, len(o.memory.roster))
        o.lives()
    assert most <= 45 and len(o.hourly.account) <= 8 * 24
    row = only(seen, "live-99")
    assert row.stage == Stage.FREE and row.observed_s > 90 * 86400
    assert only(seen, "goods").stage == Stage.FREE


def test_nothing_known_is_an_empty_observation():
    o = observer()
    assert len(o.observe(at("2026-11-10 12:00"))) == 0 and o.lives() == ()
    o.ingest(Panel.empty())
    o.ingest(hour("ghost", "2026-11-10 10:00", 5))
    o.ingest_listing(listing("2026-11-10 12:00"))
    assert len(o.observe(at("2026-11-10 12:00"))) == 0


def test_after_a_restart_live_has_its_thirty_days_from_snapshots_alone():
    """Facts as the ledger gives them: every reading of the day's totals, of campaigns recreated daily."""
    facts, infos = [], []
    for d in range(1, 26):
        name, midnight = f"live-{d}", at(f"2026-11-{d:02d} 00:00")
        infos.append(live(name, created_at=midnight + timedelta(hours=18)))
        for h, spend in ((20, 0.0), (22, 150.0), (23, 300.0)):
            known = midnight + timedelta(hours=h, minutes=50)
            totals = {
                "spend": spend,
                "gmv": spend * 2,
                "orders": spend / 50,
                "gmv_1h": spend * 2,
                "orders_1h": spend / 50,
            }
            facts.append(fact(name, Grain.CUMULATIVE, midnight, known, **totals))

    def started(panels):
        o = observer()
        o.restore(infos, at("2026-11-25 23:50"), [])
        for p in panels:
            o.ingest(p)
        o.ingest_listing(listing("2026-11-26 19:00", live("live-26", created_at=at("2026-11-26 18:00"))))
        return o.observe(at("2026-11-26 19:00")), o

    for panels in ([Panel.concat(facts)], facts, facts[::-1]):
        seen, o = started(panels)
        row = only(seen, "live-26")
        assert row.avg30 == pytest.approx(2.0) and row.avg30_rung == 1
        assert row.observed_s > 20 * 86400 and row.account_spend == pytest.approx(6 * 300)
        assert o.table(at("2026-11-26 19:00").timestamp()).x[0, 0, -26] == 300
