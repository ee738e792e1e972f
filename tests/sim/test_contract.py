"""A world from outside is held to docs/world.md: what is wrong is one line with method, column, what was found and what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import bidctl
from bidctl.domain.values import Intent, Side
from policies.guard import Guard
from policies.hold import Hold
from sim.answers import WorldError
from sim.contract import welcome
from sim.experiment import Entrant, Task, perform
from sim.run import Plan
from sim.scenario import shipped
from sim.seam import Terms


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[type]:
    """The example world of the documentation, importable as one from outside the repository is."""
    monkeypatch.syspath_prepend(str(Path(bidctl.__file__).resolve().parents[1] / "docs"))
    from plain_world import PlainWorld

    yield PlainWorld


def test_the_example_world_keeps_the_contract(plain: type) -> None:
    assert welcome(plain, shipped("small"), 1).name == "PlainWorld"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda w: setattr(type(w), "run_out", None), "no method run_out"),
        (lambda w: setattr(type(w), "suggestion", lambda self, c: np.full(len(c), 5)), "suggestion() .* int64 [20]; expected .* float64"),
        (lambda w: setattr(type(w), "suggestion", lambda self, c: 5.0), "suggestion() .* float;"),
        (lambda w: setattr(type(w), "suggestion", lambda self, c: np.zeros(len(c))), "suggestion() = 0.0; expected above 0"),
        (lambda w: setattr(type(w), "suggestion", lambda self, c: 1 / 0), "suggestion() raised ZeroDivisionError .*test_contract.py, line"),
        (lambda w: setattr(w, "now", w.now + 3600), "midnight"),
        (lambda w: setattr(w, "now", "soon"), "midnight"),
        (lambda w: setattr(w, "specs", []), "list of CampaignSpec"),
        (lambda w: setattr(w, "specs", [object()]), "no account"),
        (lambda w: _spec(w, target=375.0), "specs[2] .* target within 0.01 .. 100"),
        (lambda w: _spec(w, target=np.nan), "specs[2] .* target within"),
        (lambda w: _spec(w, budget=99.5), "specs[2].budget = 99.5; expected int"),
        (lambda w: _spec(w, products=[1]), "specs[2].products = [1]; expected tuple"),
        (lambda w: _spec(w, number=0), "specs[2].number = 0 is taken"),
        (lambda w: _spec(w, kind=1), "live campaigns and no method on_air"),
        (lambda w: setattr(type(w), "terms", lambda self, i: None), "goal > 0"),
        (lambda w: setattr(type(w), "terms", lambda self, i: Terms("g", True, Side.MERCHANT, Intent.PROFIT, 2.0, 45.0)), "margin above 0"),
        (lambda w: _column(w, "gmv", lambda x: x * 1.0), "gmv is float64 [20]; expected .* int64"),
        (lambda w: _column(w, "gmv", lambda x: x[:, None]), "gmv is int64 [20, 1]; expected a one-dimensional"),
        (lambda w: _column(w, "orders", lambda x: x[:-1]), "orders has 19 rows; expected 20"),
        (lambda w: _column(w, "gmv_30d", None), "no column gmv_30d"),
        (lambda w: _column(w, "spend", lambda x: x - 10**9), "today() spend row 0 = -.*; expected 0 or more"),
        (lambda w: _column(w, "gmv_7d", lambda x: x - 10**9), "today() gmv_7d row 0 = -.*; expected 0 or more, or -1"),
        (lambda w: _column(w, "gmv_7d", lambda x: x + 10**9), "today() gmv_7d row 0 = .*; expected at most gmv"),
        (lambda w: _column(w, "span_start", lambda x: x * np.nan), "span_start row 0 = nan; expected a finite number"),
        (lambda w: _column(w, "span_start", lambda x: x + 60), "span_start row 0 = .*; expected the begin of a day"),
        (lambda w: _column(w, "span_start", lambda x: x * 1000), "span_start row 0 = .*; expected at or after"),
        (lambda w: _column(w, "campaign", lambda x: x[::-1].copy()), "one row for each campaign asked, in their order"),
        (lambda w: _column(w, "campaign", lambda x: x + 7), "campaign row 13 = 20; expected a campaign that was asked for"),
        (lambda w: _column(w, "gmv", lambda x: x // 100 * (x > 0), "report"), "gmv is 80.0 an order; expected money in fen"),
        (lambda w: _column(w, "campaign", lambda x: x * 0, "report"), "two rows of one campaign and span"),
        (lambda w: _column(w, "profit", lambda x: x * np.inf, "run_out"), "run_out() profit row 0 = .*; expected a finite number"),
        (lambda w: _column(w, "spend", lambda x: x[1:], "run_out"), "run_out() spend has 19 rows; expected 20"),
        (lambda w: _column(w, "kept", lambda x: x * 9, "run_out"), "run_out() kept row 0 = .*; expected at most gmv"),
    ],
)  # fmt: skip
def test_a_world_that_breaks_the_contract_is_named(plain: type, wrong, said: str) -> None:
    kind = type("Broken", (plain,), {})

    def broken(scenario, seed):
        world = kind(scenario, seed)
        wrong(world)
        return world

    with pytest.raises(WorldError) as refused_:
        welcome(broken, shipped("small"), 1)
    line = str(refused_.value)
    assert re.search(re.sub(r"([()\[\]])", r"\\\1", said), line) and "Broken" in line and "\n" not in line, line


@pytest.mark.parametrize(
    ("advance", "said"),
    [
        (lambda w, to: setattr(w, "now", to - 60) or [], "now = .* after advance(); expected"),
        (lambda w, to: setattr(w, "now", to), "advance() returned None; expected .*, []"),
        (lambda w, to: setattr(w, "now", to) or w.specs.append(w.specs[0]) or [], "expected .*, [20]"),
        (lambda w, to: setattr(w, "now", to) or (w.specs.pop() and []), "specs has 19 entries; expected the 20"),
        (lambda w, to: w.nothing, "advance() raised AttributeError"),
    ],
)  # fmt: skip
def test_time_goes_on_and_campaigns_stay(plain: type, advance, said: str) -> None:
    guest = welcome(type("Broken", (plain,), {"advance": advance}), shipped("small"), 1)
    with pytest.raises(WorldError) as refused_:
        guest.advance(guest.now + 3600)
    assert re.search(re.sub(r"([()\[\]])", r"\\\1", said), str(refused_.value)), refused_.value


def test_worlds_of_one_seed_that_begin_differently_are_refused(plain: type) -> None:
    drawn = iter((3.0, 3.1))

    class Dice(plain):
        def __init__(self, scenario, seed):
            super().__init__(scenario, seed)
            _spec(self, target=next(drawn))

    two = (Entrant("hold", Hold), Entrant("guard", Guard))
    with pytest.raises(
        WorldError, match=r"Dice: two worlds of one seed begin differently .specs.2.: plain-2 3.0, plain-2 3.1"
    ):
        perform(Task(Dice, shipped("small"), 1, None, two, Plan(1)))


def test_rows_of_any_kind_will_do(plain: type) -> None:
    """Not the package's dataclasses, and a run-out without protection: what the run sees is the same."""
    loose = type("Loose", (plain,), {})
    for method in ("today", "report", "run_out"):
        _method(loose, method, lambda rows: {k: v for k, v in rows.items() if k not in ("credits", "days_void")})
    one, other = (
        perform(Task(w, shipped("small"), 1, None, (Entrant("guard", Guard),), Plan(2)))[0] for w in (plain, loose)
    )
    assert one.edits.sum() > 0 and one.profit.tolist() == other.profit.tolist() and other.credits.sum() == 0


def _spec(world, **changed) -> None:
    world.specs = [*world.specs]
    world.specs[2] = replace(world.specs[2], **changed)


def _column(world, name: str, change, method: str = "today") -> None:
    """Change a column of a report, or leave it out."""

    def changed(rows: dict) -> dict:
        return {n: x if n != name else change(x) for n, x in rows.items() if n != name or change is not None}

    _method(type(world), method, changed)


def _method(kind: type, method: str, change) -> None:
    plain_method = getattr(kind, method)

    def told(self, *given):
        rows = plain_method(self, *given)
        return type("Rows", (), change({n: getattr(rows, n) for n in type(rows).__dataclass_fields__}))

    setattr(kind, method, told)
