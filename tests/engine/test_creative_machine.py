"""R-KEEP and R-UNDO over histories of retirements, lost replies, deaths of the process, people and a second worker: judged from the
platform's journal."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bidctl.domain.campaign import Creative, Totals
from bidctl.domain.reasons import Reason
from bidctl.domain.values import Field
from bidctl.domain.writes import WriteState
from bidctl.engine.creative_review import retired_by_us
from bidctl.engine.shown import creative_before
from tests.fakes.gate_history import FAULTS, WAITS, History, drive
from tests.fakes.memory_platform import ACCOUNT, Fault
from tests.fakes.rig import C1, Rig

KEEP, A_DAY = 5, 2
NAMES = [f"7{i}" for i in range(9)]
SYSTEM = NAMES[8]
ZONE = ZoneInfo("Asia/Shanghai")


class Rack(History):
    """A campaign of nine creatives, one picked by the system, in the hands of a gate."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.rig.platform.creatives_by_id[C1] = tuple(
            Creative(C1, name, name, name == SYSTEM, True, False, False, None, Totals()) for name in NAMES
        )

    def change(self, value: str, fault: Fault | None) -> None:
        reason = Reason.CREATIVE_WEAK if value.startswith("delete") else Reason.CREATIVE_AGAIN
        self.pending = [
            *self.pending[-2:],
            self.rig.decide(value, creative_before(value), what=Field.CREATIVE, reason=reason),
        ]
        self.write(-1, fault)

    def person(self, value: str) -> None:
        self.rig.platform.human(C1, Field.CREATIVE, value)

    def delivering(self) -> set[str]:
        return {c.creative for c in self.rig.platform.creatives_by_id[C1] if c.delivering}

    def retired(self) -> list[str]:
        """What bidctl retired, by its own ledger."""
        with self.rig.ledger.begin() as t:
            writes = t.recent_writes(ACCOUNT, self.rig.ledger.since, field=Field.CREATIVE)
        return [name for name in NAMES if retired_by_us(writes, name) == C1]

    def breaches(self) -> list[str]:
        """Replays the journal: never below the kept number by us, nor more a day than allowed, nor what the system picked. A person's
        deletion between our last read and our write is a race, and no fault of ours."""
        there, found, a_day = set(NAMES), [], Counter[str]()
        by_people = [e.at for e in self.rig.platform.journal if e.actor == "human"]
        for e in (e for e in self.rig.platform.journal if e.field is Field.CREATIVE):
            verb, _, name = e.new.partition(":")
            (there.discard if verb == "delete" else there.add)(name)
            if e.actor == "human" or verb == "add":
                continue
            raced = any(e.last_read_at is not None and e.last_read_at <= at <= e.at for at in by_people)
            a_day[e.at.astimezone(ZONE).date().isoformat()] += 1
            found += [f"{name}: {len(there)} deliver after ours at {e.at}"] if len(there) < KEEP and not raced else []
            found += [f"{name}: picked by the system"] if name == SYSTEM else []
        return found + [f"{n} retired on {day}" for day, n in a_day.items() if n > A_DAY]

    def undo_all(self) -> list[str]:
        """After time enough every retirement is added again through the gate; what could not be."""
        self.fatal_in, self.stop_at, self.rig.platform.read_fails = 0, "", 0
        for name in sorted(self.off):
            self.switch(name, False)
        self.resume_breaker()
        for _ in range(5):
            self.wait(60)
            self.tick()
        self.resume_breaker()
        stuck = []
        for name in self.retired():
            self.wait(86400)  # hands off for a day after a person's change
            self.tick()
            if name in self.delivering():
                continue  # a person was quicker
            self.rig.platform.faults = []
            done = drive(self.rig.write(f"add:{name}", "gone", what=Field.CREATIVE, reason=Reason.CREATIVE_AGAIN))
            stuck += [] if done.state is WriteState.CONFIRMED else [f"{name}: {done.state.value} {done.why}"]
            stuck += [] if name in self.delivering() else [f"{name} is not there"]
        return stuck


class CreativeMachine(RuleBasedStateMachine):
    rack: Rack

    @initialize(has_log=st.booleans())
    def begin(self, has_log: bool) -> None:
        self.rack = Rack(has_log=has_log)

    @rule(name=st.sampled_from(NAMES), fault=st.sampled_from(FAULTS), after=st.sampled_from(WAITS))
    def retire(self, name: str, fault: Fault | None, after: float) -> None:
        self.rack.change(f"delete:{name}", None if fault is Fault.HUMAN_BETWEEN else fault)
        self.rack.wait(after)

    @rule(pick=st.integers(0, 8), fault=st.sampled_from(FAULTS))
    def undo(self, pick: int, fault: Fault | None) -> None:
        if gone := self.rack.retired():
            self.rack.change(f"add:{gone[pick % len(gone)]}", None if fault is Fault.HUMAN_BETWEEN else fault)

    @rule(pick=st.integers(0, 2))
    def late(self, pick: int) -> None:
        self.rack.write(pick, None)

    @rule(verb=st.sampled_from(("delete", "add")), name=st.sampled_from(NAMES))
    def person(self, verb: str, name: str) -> None:
        if (name in self.rack.delivering()) == (verb == "delete"):
            self.rack.person(f"{verb}:{name}")

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: float) -> None:
        self.rack.wait(seconds)
        self.rack.tick()

    @rule()
    def second_process(self) -> None:
        self.rack.write_as_old_worker()

    @rule(steps=st.integers(1, 16))
    def die(self, steps: int) -> None:
        self.rack.die_in(steps)

    @rule()
    def stop(self) -> None:
        self.rack.stop_before_request()

    @rule(name=st.sampled_from(("kill", "hold", "unenrol")), on=st.booleans())
    def switch(self, name: str, on: bool) -> None:
        self.rack.switch(name, on)

    @rule()
    def resume(self) -> None:
        self.rack.resume_breaker()

    @invariant()
    def enough_stay(self) -> None:
        if hasattr(self, "rack"):
            assert self.rack.breaches() == []

    def teardown(self) -> None:
        if hasattr(self, "rack"):
            assert self.rack.undo_all() == []
            assert self.rack.breaches() == []


TestCreativeMachine = CreativeMachine.TestCase
TestCreativeMachine.settings = settings(
    max_examples=60, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow]
)


def test_a_day_ends_the_number_of_retirements_and_the_kept_number_ends_them_all() -> None:
    rack, states = Rack(), []
    for day in range(4):
        for name in NAMES[:8]:
            if name in rack.delivering():
                rack.change(f"delete:{name}", None)
                rack.wait(600)
        states.append(len(rack.delivering()))
        rack.wait(86400 - 8 * 600 + day)
        rack.tick()
    assert states == [7, 5, 5, 5] and rack.breaches() == []
    assert rack.undo_all() == [] and len(rack.delivering()) == 9


@pytest.mark.parametrize("verb", ["delete", "add"])
@pytest.mark.parametrize("fault", [Fault.LOST_APPLIED, Fault.LOST_NOT_APPLIED, Fault.LATE_APPLIED])
def test_a_lost_reply_is_read_back_and_nothing_is_sent_twice(verb: str, fault: Fault) -> None:
    rack = Rack()
    rack.change(f"delete:{NAMES[3]}", None if verb == "add" else fault)
    if verb == "add":
        rack.wait(600)
        rack.change(f"add:{NAMES[3]}", fault)
    sent = len(rack.rig.platform.attempts)
    for _ in range(4):
        rack.wait(120)
        rack.tick()
    applied = fault is not Fault.LOST_NOT_APPLIED
    newest = max(rack.rig.ledger.state.writes.values(), key=lambda w: w.id)
    assert newest.state is (WriteState.CONFIRMED if applied else WriteState.ABSENT)
    assert (NAMES[3] in rack.delivering()) == ((verb == "add") == applied)
    assert len(rack.rig.platform.attempts) == sent


@pytest.mark.parametrize("verb", ["delete", "add"])
@pytest.mark.parametrize("steps", range(1, 14))
def test_killed_at_any_step_it_ends_read_back(verb: str, steps: int) -> None:
    rack = Rack()
    if verb == "add":
        rack.change(f"delete:{NAMES[3]}", None)
        rack.wait(600)
    before = len(rack.rig.platform.attempts)
    rack.die_in(steps)
    rack.change(f"{verb}:{NAMES[3]}", None)
    rack.fatal_in = 0
    for _ in range(4):
        rack.wait(120)
        rack.tick()
    with rack.rig.ledger.begin() as t:
        assert t.open_writes() == ()
        (last,) = t.recent_writes(ACCOUNT, rack.rig.ledger.since, field=Field.CREATIVE)[-1:]
    reached = len(rack.rig.platform.attempts) > before
    assert (last.state is WriteState.CONFIRMED and last.request.value == f"{verb}:{NAMES[3]}") == reached
    assert (NAMES[3] in rack.delivering()) == ((verb == "add") == reached)
    assert rack.undo_all() == []


def test_without_the_gates_count_more_would_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge sees what it is there to see."""
    from bidctl.engine import clearance

    monkeypatch.setattr(clearance, "_creative", lambda e: None)
    rack = Rack()
    for name in NAMES[:6]:
        rack.change(f"delete:{name}", None)
        rack.wait(600)
    assert {b.split(" ", 1)[1].split(" ")[0] for b in rack.breaches()} >= {"4", "3", "retired"}


def test_nothing_is_retired_inside_observation() -> None:
    rig = Rig()
    with rig.ledger.begin() as t:
        life = t.load_campaign(ACCOUNT, C1)
        assert life is not None and life.life is not None
        t.save_life([replace(life.life, observe_from=rig.clock.now())])
    rig.platform.creatives_by_id[C1] = tuple(
        Creative(C1, name, name, False, True, False, False, None, Totals()) for name in NAMES
    )
    done = drive(rig.write(f"delete:{NAMES[0]}", "present", what=Field.CREATIVE, reason=Reason.CREATIVE_WEAK))
    assert done.why.startswith("OBSERVING")
    rig.platform.creatives_by_id[C1] = (replace(rig.platform.creatives_by_id[C1][0], deleted=True),)
    added = drive(rig.write(f"add:{NAMES[0]}", "gone", what=Field.CREATIVE, reason=Reason.CREATIVE_AGAIN))
    assert added.state is WriteState.CONFIRMED
