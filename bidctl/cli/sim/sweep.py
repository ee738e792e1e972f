"""`sim sweep`: a policy's parameters on the same luck, by a grid or by a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from bidctl.cli import common
from bidctl.cli.common import Shell
from bidctl.cli.sim.findings import HOLD, Findings, findings
from bidctl.cli.sim.given import Given, entrant_of, options, scenario_of
from bidctl.cli.sim.laboratory import carry_out
from bidctl.cli.sim.search import Search
from bidctl.cli.sim.space import Setting, space
from bidctl.cli.sim.tables import as_json, interval, show
from sim.experiment import Entrant, tasks
from sim.run import Plan
from sim.scenario import Scenario

TOGETHER = 8
"""Settings of one task: they share the luck that is drawn, and other tasks go to other workers (ours)."""


@dataclass(frozen=True, slots=True)
class Tried:
    """`name` of a setting and its profit, yuan a campaign, over all seeds."""

    name: str
    setting: Setting
    profit: float


@click.command()
@click.argument("scenario")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--policy", help="策略 / Policy whose parameters are tried.")
@click.option(
    "--grid", multiple=True, metavar="NAME=A,B,..", help="网格: 逐一试这些值 / Grid: every combination is tried."
)
@click.option(
    "--search", multiple=True, metavar="NAME=LOW..HIGH", help="搜索范围 (optuna) / Range of a search (optuna)."
)
@click.option(
    "--trials", type=click.IntRange(1, 2000), default=40, show_default=True, help="搜索次数 / Trials of a search."
)
@options
@common.options
def sweep(
    shell: Shell, scenario: str, file: Path | None, policy: str | None, grid: tuple[str, ...], search: tuple[str, ...],
    trials: int, given: Given,
) -> None:  # fmt: skip
    """在 SCENARIO 上扫描一个策略的参数, 按 FILE (TOML) 或 --grid, --search / A policy's parameters on SCENARIO, as FILE (TOML) or
    --grid and --search say."""
    chosen, wanted = scenario_of(scenario), space(file, policy, grid, search)
    plan = given.plan(shell, chosen)
    asked, tried, last = Search(wanted, trials), list[Tried](), None
    for batch in asked.batches():
        names = [_named(wanted.policy, setting) for setting in batch]
        found = _measure(shell, chosen, [*names, HOLD], given, plan)
        if found.missing:
            show(shell, found)
            return
        profits = [_profit(found, name) for name in names]
        asked.tell(profits)
        tried += [Tried(n, s, p) for n, s, p in zip(names, batch, profits, strict=True)]
        last = found if last is None else _more(last, found)
    assert last is not None
    _report(shell, last, sorted(tried, key=lambda t: -t.profit))


def _named(policy: str, setting: Setting) -> str:
    inside = ", ".join(f"{name}={value:.6g}" for name, value in setting.items())
    head, bracket, rest = policy.partition("(")
    return f"{head}({rest.removesuffix(')')}, {inside})" if bracket else f"{policy}({inside})"


def _measure(shell: Shell, scenario: Scenario, names: Sequence[str], given: Given, plan: Plan) -> Findings:
    entrants = [entrant_of(name) for name in names]
    labels = [Entrant(name, e.make) for name, e in zip(names, entrants, strict=True)]
    work = [
        task
        for first in range(0, len(labels), TOGETHER)
        for task in tasks(given.worlds, scenario, given.seeds, labels[first : first + TOGETHER], plan)
    ]
    done = carry_out(shell, work, given.engine)
    return findings(done.results, [], scenario=scenario.name, days=plan.days, every=plan.every, missing=done.missing)


def _profit(found: Findings, name: str) -> float:
    c = found.conducts[name]
    return c.profit_yuan / c.campaigns


def _more(one: Findings, other: Findings) -> Findings:
    """Both batches; `hold` is the same in each."""
    both = {f: {**getattr(one, f), **getattr(other, f)} for f in ("conducts", "against_hold", "holds", "violations")}
    return Findings(one.scenario, one.days, one.every, one.seeds, pairs=[], regrets={}, **both)  # type: ignore[arg-type]


def _report(shell: Shell, found: Findings, tried: Sequence[Tried]) -> None:
    if shell.as_json:
        shell.data({**as_json(found), "tried": [asdict(t) for t in tried]})
        return
    rows = []
    for place, t in enumerate(tried[:30], 1):
        against, c = found.against_hold[t.name], found.conducts[t.name]
        rows.append((place, t.name, f"{t.profit:,.0f}", interval(against.gain_yuan, "+,.0f"), f"{against.better:.0%}",
                     f"{c.edits_a_campaign_week:.2f}", c.violations))  # fmt: skip
    shell.rows(
        shell.text(f"{found.title_zh}: 试了 {len(tried)} 组参数, 最好的 {len(rows)} 组",
                   f"{found.title_en}: {len(tried)} settings tried, the best {len(rows)}"),
        ["#", shell.text("参数", "setting"), shell.text("每计划利润 (元)", "profit a campaign (yuan)"),
         shell.text("比不动多 [95 %]", "more than hold [95 %]"), shell.text("更好的概率", "P(better)"),
         shell.text("每周改价", "edits a week"), shell.text("违规", "violations")],
        rows, ["place", "setting", "profit", "gain", "better", "edits", "violations"],
    )  # fmt: skip
