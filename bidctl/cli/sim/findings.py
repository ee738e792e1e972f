"""What an experiment found: the scores of its policies, beside `hold` and beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bidctl.wording import Wording
from sim.result import Result
from sim.score import Comparison, Conduct, Regret, compare, conduct, regret
from sim.yardstick import Yardstick

HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Gains over `hold` by policy where one assumption is changed. `end`: by how much."""

    words: Wording
    end: str
    against_hold: Mapping[str, Comparison]


@dataclass(frozen=True, slots=True)
class Findings:
    """By policy. `against_hold`: gain over `hold` on the same luck; `pairs`: each policy against the first that was named."""

    scenario: str
    days: int
    every: int
    seeds: tuple[int, ...]
    conducts: Mapping[str, Conduct]
    against_hold: Mapping[str, Comparison]
    pairs: Sequence[Comparison]
    regrets: Mapping[str, Regret]
    holds: Mapping[str, Mapping[int, int]]
    violations: Mapping[str, tuple[str, ...]]
    missing: tuple[str, ...] = ()
    results: Mapping[str, list[Result]] = field(default_factory=dict)
    yardsticks: Sequence[Yardstick] = ()
    sensitivity: Sequence[Sensitivity] = ()

    @property
    def title_zh(self) -> str:
        return f"{self.scenario}, {self.days} 天, 每 {self.every} 小时决策, {len(self.seeds)} 个种子"

    @property
    def title_en(self) -> str:
        return f"{self.scenario}, {self.days} days, a decision every {self.every} h, {len(self.seeds)} seeds"


def findings(
    results: Mapping[str, list[Result]], yardsticks: Sequence[Yardstick], *, scenario: str, days: int, every: int,
    missing: tuple[str, ...],
) -> Findings:  # fmt: skip
    """Score what was done; seeds that `hold` did not finish are left out."""
    holds = results.get(HOLD, [])
    known = {r.seed for r in holds}
    whole = {name: [r for r in found if r.seed in known] for name, found in results.items()}
    whole = {name: found for name, found in whole.items() if found}
    measured = [y for y in yardsticks if y.seed in known]
    rest = [name for name in whole if name != HOLD]
    return Findings(
        scenario=scenario,
        days=days,
        every=every,
        seeds=tuple(sorted(known)),
        conducts={name: conduct(found, holds) for name, found in whole.items()},
        against_hold={name: compare(whole[name], holds, measured) for name in rest},
        pairs=[compare(whole[a], _same(whole[rest[0]], whole[a]), measured) for a in rest[1:]],
        regrets={name: regret(found, measured) for name, found in whole.items()} if measured else {},
        holds={name: _added(found) for name, found in whole.items()},
        violations={name: tuple(v for r in found for v in r.violations) for name, found in whole.items()},
        missing=missing,
        results=whole,
        yardsticks=measured,
    )


def sensitivity(results: Mapping[str, list[Result]], words: Wording, end: str) -> Sensitivity | None:
    """What was done under a changed assumption; None where `hold` is missing."""
    holds = results.get(HOLD, [])
    known = {r.seed for r in holds}
    whole = {name: [r for r in found if r.seed in known] for name, found in results.items() if name != HOLD}
    gains = {name: compare(found, _same(holds, found)) for name, found in whole.items() if found}
    return Sensitivity(words, end, gains) if gains else None


def _same(some: list[Result], like: list[Result]) -> list[Result]:
    seeds = {r.seed for r in like}
    return [r for r in some if r.seed in seeds]


def _added(found: Sequence[Result]) -> dict[int, int]:
    out: dict[int, int] = {}
    for r in found:
        for reason, count in r.holds.items():
            out[reason] = out.get(reason, 0) + count
    return out
