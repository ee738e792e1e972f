"""One process at work on one database: the lease, standing by, the heartbeat, an end that keeps everything."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bidctl.domain.reasons import Alert
from bidctl.domain.values import Mode
from bidctl.domain.writes import WriteState
from bidctl.engine.approvals import OPERATOR_TICK
from bidctl.engine.decide import Asked
from bidctl.engine.ports import CONTROLLER_LEASE
from bidctl.engine.session import Standby
from tests.fakes.clock import VirtualClock
from tests.fakes.memory_platform import ACCOUNT, Fault
from tests.fakes.shop import C1, Shop


async def test_a_second_process_stands_by_until_the_lease_is_given_back() -> None:
    shop = await Shop().open()
    second = shop.new_session()
    with pytest.raises(Standby):
        await second.open()
    assert shop.platform.attempts == []
    await shop.session.close()
    await second.open()
    with pytest.raises(Standby):
        await shop.session.tick()
    assert (await second.tick())[0].writes[0].state is WriteState.CONFIRMED


async def test_a_process_that_died_is_followed_after_its_lease_ends() -> None:
    shop = Shop()
    real = VirtualClock()
    dead, heir = shop.new_session("dead", real), shop.new_session("heir", real)
    await dead.open()
    real.advance(59)
    with pytest.raises(Standby):
        await heir.open()
    real.advance(2)
    await heir.open()
    with pytest.raises(Standby):
        dead.beat()
    assert shop.ledger.state.leases[CONTROLLER_LEASE][0] == "heir"


async def test_a_process_that_was_followed_and_left_alone_again_opens_anew() -> None:
    shop = Shop()
    real = VirtualClock()
    stalled, heir = shop.new_session("stalled", real), shop.new_session("heir", real)
    await stalled.open()
    real.advance(61)
    await heir.open()
    await heir.close()
    writes = (await stalled.tick())[0].writes
    assert [w.state for w in writes] == [WriteState.CONFIRMED], (
        "with the old fence every write would be dropped for ever"
    )


async def test_beating_keeps_the_lease_between_ticks() -> None:
    shop = Shop()
    real = VirtualClock()
    first, second = shop.new_session("first", real), shop.new_session("second", real)
    await first.open()
    for _ in range(5):
        real.advance(50)
        first.beat()
        with pytest.raises(Standby):
            await second.open()


async def test_opening_resolves_what_was_left_open() -> None:
    shop = await Shop().open()
    shop.platform.faults = [Fault.LOST_APPLIED]
    (write,) = (await shop.tick(30)).writes
    assert write.state is WriteState.UNKNOWN
    shop.clock.advance(600)
    await shop.restart()
    with shop.ledger.begin() as t:
        found = t.write(write.id)
    assert found is not None and found.state is WriteState.CONFIRMED


async def test_after_closing_nothing_is_written() -> None:
    shop = await Shop().open()
    await shop.session.close()
    (report,) = await shop.session.tick()
    assert [w.state for w in report.writes] == [WriteState.DROPPED] and shop.platform.attempts == []


async def test_two_missed_periods_raise_the_alarm() -> None:
    shop = await Shop(mode=Mode.DRY).open()
    period = timedelta(minutes=10)
    await shop.session.watch_heartbeat(period)
    assert shop.notices.alerts == [], "nothing ticked yet: nothing was missed"
    report = await shop.tick()
    shop.notices.heard.clear()
    shop.clock.advance((report.at + 2 * period - shop.clock.now()).total_seconds())
    await shop.session.watch_heartbeat(period)
    assert shop.notices.alerts == []
    shop.clock.advance(1)
    await shop.session.watch_heartbeat(period)
    (told,) = shop.notices.heard
    assert (told.alert, told.account, told.mode) == (Alert.HEARTBEAT, ACCOUNT, Mode.DRY)


async def test_a_persons_decision_passes_the_same_gate() -> None:
    shop = await Shop().open()
    await shop.tick(1)
    made = await shop.session.wish(ACCOUNT, C1, _policy())
    assert made is not None and made.field is None, "an edit was just made"
    shop.clock.advance(3700)
    made = await shop.session.wish(ACCOUNT, C1, _policy())
    assert made is not None and made.new == "2.21"
    asked = replace(made, needs_approval=True)
    with shop.ledger.begin() as t:
        t.add_decisions([asked])
        assert t.answer_proposal(made.id, True, "me", shop.clock.now())
    assert await shop.session.take_up(ACCOUNT, [made.id]) == {made.id: ("confirmed", "")} and shop.target() == 221
    assert await shop.session.take_up(ACCOUNT, [made.id]) == {made.id: ("confirmed", "")}, "one decision, one write"
    assert len(shop.platform.attempts) == 2


async def test_a_person_looks_and_wishes_beside_the_process_at_work() -> None:
    """No lease is needed to look: a wish becomes an approved proposal, which the process at work takes up through the gate."""
    shop = await Shop().open()
    await shop.tick(1)
    shop.clock.advance(3700)
    beside = shop.new_session()
    before = shop.ledger.state.snapshot()
    beside.look()
    made = await beside.wish(ACCOUNT, C1, Asked(2.25))
    assert made is not None and made.new == "2.25" and shop.ledger.state == before
    assert shop.ledger.state.leases[CONTROLLER_LEASE][0] != "worker-2"
    with shop.ledger.begin() as t:
        t.add_decisions([replace(made, needs_approval=True, tick=OPERATOR_TICK)])
        assert t.answer_proposal(made.id, True, "me", shop.clock.now())
    (report,) = await shop.session.tick()
    assert [(w.request.decision, w.state) for w in report.writes][:1] == [(made.id, WriteState.CONFIRMED)]
    assert shop.target() == 225
    await beside.close()
    assert (await shop.session.tick())[0].good_read, "closing it took nothing away"


def _policy():  # type: ignore[no-untyped-def]
    from tests.fakes.shop import BOOK, HANDBOOK

    return BOOK.policies[HANDBOOK][1]
