"""What a mode is given, and what it is refused."""

from __future__ import annotations

import importlib.metadata
from datetime import timedelta
from pathlib import Path

import pytest

import policies
from bidctl import wiring
from bidctl.adapters.clock import SystemClock
from bidctl.config import Run, Stoploss
from bidctl.domain.values import Mode
from bidctl.engine.session import Standby
from bidctl.problem import SafetyProblem, UsageProblem
from tests.wiring.conftest import Bench, settings_of

WRITING = [Mode.APPROVE, Mode.LIVE]


async def refuse(bench: Bench, mode: Mode) -> str:
    with pytest.raises(SafetyProblem) as refused:
        async with wiring.parts(bench.settings, mode):
            raise AssertionError("it was let through")
    assert refused.value.exit_code == 3 and "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("mode", Mode)
async def test_only_a_writing_mode_gets_a_writer(bench: Bench, mode: Mode) -> None:
    async with wiring.parts(bench.settings, mode) as parts:
        assert (parts.writer is not None) == (mode in WRITING)
        assert parts.sign.mode is mode


@pytest.mark.parametrize("mode", WRITING)
@pytest.mark.parametrize("unset", ["spend_without_orders", "loss_of_day"])
async def test_writing_is_refused_until_both_stop_losses_are_said(bench: Bench, mode: Mode, unset: str) -> None:
    told = Stoploss(spend_without_orders=300.0, loss_of_day="off")
    bench.settings = bench.settings.model_copy(update={"stoploss": told.model_copy(update={unset: "unset"})})
    assert "R-STOPLOSS" in await refuse(bench, mode)
    async with wiring.parts(bench.settings, Mode.DRY):
        pass


@pytest.mark.parametrize("mode", WRITING)
async def test_a_policies_package_from_elsewhere_may_not_write(
    bench: Bench, mode: Mode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policies, "__file__", str(tmp_path / "policies" / "__init__.py"))
    assert str(tmp_path) in await refuse(bench, mode)


@pytest.mark.parametrize("name", ["policies", "sim"])
async def test_a_package_that_another_distribution_overwrote_may_not_write(
    bench: Bench, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.metadata, "packages_distributions", lambda: {name: ["bidctl", "simulator"]})
    assert "simulator" in await refuse(bench, Mode.LIVE)


async def test_the_gate_rests_on_the_life_of_a_request_as_it_is_set(bench: Bench) -> None:
    platform = bench.settings.platform.model_copy(update={"request_timeout_s": 7.0})
    bench.settings = bench.settings.model_copy(update={"platform": platform})
    async with wiring.parts(bench.settings, Mode.LIVE) as parts:
        assert parts.reads.capabilities.request_timeout_s == 7.0
    bench.platform.control("POST", "speed", {"speed": 60})
    async with wiring.parts(bench.settings, Mode.LIVE) as parts:
        assert parts.reads.capabilities.request_timeout_s == 420.0, "deadlines are in the clock's seconds"
    bench.platform.control("POST", "speed", {"speed": 0})


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"spacing": 4000}, "rules.spacing_s"), ({"min_stp": 0.06}, "rules.min_step"),
        ({"max_step": 0.2}, "R-BAND"), ({"spacing_s": 60}, "R-SPACE"),
    ],
)  # fmt: skip
def test_rules_may_be_named_and_tightened_only(tmp_path: Path, rules: dict[str, float], said: str) -> None:
    settings = settings_of("http://127.0.0.1:1", tmp_path)
    with pytest.raises(UsageProblem, match=said):
        wiring.rule_settings(settings.model_copy(update={"rules": rules}))
    assert wiring.rule_settings(settings.model_copy(update={"rules": {"spacing_s": 7200}})).spacing_s == 7200


async def test_one_session_at_a_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one is refused; after the lease of a silent one has run out it takes over, and the first stops."""
    bench.settings = bench.settings.model_copy(update={"run": bench.settings.run.model_copy(update={"lease_s": 5.0})})
    assert isinstance(bench.settings.run, Run)
    async with wiring.parts(bench.settings, Mode.LIVE) as first, wiring.parts(bench.settings, Mode.LIVE) as second:
        one, two = wiring.session(first), wiring.session(second)
        await one.open()
        with pytest.raises(SafetyProblem, match="another process"):
            await wiring.opened(two, second, "run")
        later = SystemClock().now() + timedelta(seconds=6)
        monkeypatch.setattr(SystemClock, "now", lambda self: later)
        await two.open()
        with pytest.raises(Standby):
            await one.tick()
        assert bench.written() == []
        await two.tick()
        await one.close()
        assert len(bench.written()) == 1
        with pytest.raises(Standby):
            one.beat()
        await two.close()


async def test_the_stop_loss_limits_in_force_are_those_said_now(bench: Bench) -> None:
    """Campaigns enrolled before the limits were written have them too."""
    told = Stoploss(spend_without_orders=300.0, loss_of_day=900.0, resume_at_midnight=True)
    bench.settings = bench.settings.model_copy(update={"stoploss": told})
    async with wiring.parts(bench.settings, Mode.LIVE) as parts:
        wiring.session(parts)
        with parts.ledger.begin() as t:
            stored = t.enrolments()
    assert stored and {(e.stoploss_spend, e.stoploss_loss, e.resume_at_midnight) for e in stored} == {
        (300.0, 900.0, True)
    }
