"""The order in which settings are tried: a grid at once, or batches that a search proposes from what was found before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bidctl.cli.sim.space import Setting, Space
from bidctl.cli.sim.words import Say
from bidctl.problem import UsageProblem

BATCH = 8
"""Trials proposed at once, whatever the number of workers: so that the same numbers come of every engine."""
SEED = 1


class Search:
    """Ask for `batches`, `tell` what each came to. With ranges: optuna's TPE sampler, seeded (extra `tune`); each of its
    proposals goes with every combination of the grid. Raises UsageProblem where optuna is not installed."""

    def __init__(self, space: Space, trials: int) -> None:
        self._space, self._trials = space, trials
        self._study = _study() if space.search else None
        self._asked: list[Any] = []

    def batches(self) -> Iterator[list[Setting]]:
        """Settings of each batch in turn; the next one is made from what was told of the last."""
        grid = self._space.settings()
        if self._study is None:
            yield grid
            return
        for first in range(0, self._trials, BATCH):
            count = min(BATCH, self._trials - first)
            self._asked = [self._study.ask() for _ in range(count)]
            yield [{**self._proposal(trial), **point} for trial in self._asked for point in grid]

    def tell(self, profits: Sequence[float]) -> None:
        """Profit of each setting of the last batch, in its order; a proposal counts with its best."""
        each = len(self._space.settings())
        for number, trial in enumerate(self._asked):
            self._study.tell(trial, max(profits[number * each : (number + 1) * each]))  # type: ignore[union-attr]

    def _proposal(self, trial: Any) -> Setting:
        return {
            name: trial.suggest_int(name, int(r.low), int(r.high))
            if r.whole
            else trial.suggest_float(name, r.low, r.high)
            for name, r in self._space.search.items()
        }


def _study() -> Any:
    try:
        import optuna
    except ImportError:
        raise UsageProblem(Say.NO_OPTUNA()) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=SEED, constant_liar=True))
