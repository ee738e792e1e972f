"""Tables of an experiment for a terminal, and the same numbers for machines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bidctl.cli.common import Shell
from bidctl.cli.sim.doubts import doubts
from bidctl.cli.sim.findings import Findings
from bidctl.domain.reasons import WORDING, Reason
from sim.bootstrap import Interval


def show(shell: Shell, f: Findings) -> None:
    """Everything a person wants to see first."""
    if shell.as_json:
        shell.data(as_json(f))
        return
    if not f.conducts:
        shell.say("没有完成的结果", "nothing was finished")
    _profit(shell, f)
    for doubt in doubts(f):
        shell.say(doubt.zh, doubt.en)
    _conduct(shell, f)
    _holds(shell, f)
    for line in [line for lines in f.violations.values() for line in lines][:10]:
        shell.say(f"违规: {line}", f"violation: {line}")
    for text in f.missing:
        shell.say(f"未完成: {text}", f"not done: {text}")


def _profit(shell: Shell, f: Findings) -> None:
    rows = []
    for name, c in f.conducts.items():
        against = f.against_hold.get(name)
        regret = f.regrets.get(name)
        rows.append((
            name, f"{c.profit_yuan:,.0f}",
            "" if against is None else interval(against.gain_yuan, "+,.0f"),
            "" if against is None else f"{against.better:.0%}",
            "" if regret is None else interval(regret.regret, ".1%"),
            "" if regret is None else f"{regret.p90:.0%} / {regret.worst_tenth:.0%}",
        ))  # fmt: skip
    shell.rows(
        shell.text(f"{f.title_zh}: 利润 (元, 全部退款落定后)", f"{f.title_en}: profit (yuan, after every refund)"),
        [shell.text("策略", "policy"), shell.text("利润", "profit"),
         shell.text("比不动多 (每计划) [95 %]", "more than hold, a campaign [95 %]"), shell.text("更好的概率", "P(better)"),
         shell.text("对最优的差距 [95 %]", "regret to O_feas [95 %]"), shell.text("差距 p90 / 最差一成", "regret p90 / worst tenth")],
        rows, ["policy", "profit", "gain", "better", "regret", "tails"],
    )  # fmt: skip


def _conduct(shell: Shell, f: Findings) -> None:
    rows = [
        (name, f"{c.edits_a_campaign_week:.2f}", f"{c.roas_shortfall:.1%}", f"{c.volume_shortfall:.1%}",
         f"{c.over_budget_yuan:,.0f}", c.protection_days_lost, f"{c.worse_than_hold:.0%}", c.violations)
        for name, c in f.conducts.items()
    ]  # fmt: skip
    shell.rows(
        shell.text("行为 (不计入利润)", "conduct (not folded into profit)"),
        [shell.text("策略", "policy"), shell.text("每计划每周改价", "edits a campaign and week"),
         shell.text("ROI低于目标", "ROAS shortfall"), shell.text("成交额少于不动", "volume shortfall"),
         shell.text("超预算 (元)", "over budget (yuan)"), shell.text("失去保障天数", "protection days lost"),
         shell.text("不如不动的计划", "worse than hold"), shell.text("违规", "violations")],
        rows, ["policy", "edits", "roas", "volume", "budget", "protection", "worse", "violations"],
    )  # fmt: skip


def _holds(shell: Shell, f: Findings) -> None:
    """Why rows were held, most first."""
    rows = []
    for name, holds in f.holds.items():
        total = sum(holds.values())
        most = sorted(holds.items(), key=lambda kv: -kv[1])[:4]
        rows.append(
            (name, f"{total:,}", "; ".join(f"{WORDING[Reason(k)].text(shell.lang)} {n / total:.0%}" for k, n in most))
        )
    shell.rows(
        shell.text("没有动的原因 (行x决策)", "why nothing was moved (rows x decisions)"),
        [shell.text("策略", "policy"), shell.text("次数", "count"), shell.text("主要原因", "mostly")],
        rows, ["policy", "count", "mostly"],
    )  # fmt: skip


def interval(i: Interval, form: str) -> str:
    """A figure and its interval as text."""
    if math.isnan(i.value):
        return "-"
    if math.isnan(i.low):
        return format(i.value, form)
    return f"{i.value:{form}} [{i.low:{form}}, {i.high:{form}}]"


def as_json(f: Findings) -> dict[str, object]:
    """Plain values; intervals as [value, low, high]; NaN as null."""

    def plain(x: object) -> object:
        if isinstance(x, Interval):
            return [plain(x.value), plain(x.low), plain(x.high)]
        if isinstance(x, float):
            return x if math.isfinite(x) else None
        if isinstance(x, Mapping):
            return {str(k): plain(v) for k, v in x.items()}
        if isinstance(x, Sequence) and not isinstance(x, str):
            return [plain(v) for v in x]
        if hasattr(x, "__dataclass_fields__"):
            return {n: plain(getattr(x, n)) for n in x.__dataclass_fields__}
        return x

    return {
        "scenario": f.scenario, "days": f.days, "every_hours": f.every, "seeds": list(f.seeds),
        "conduct": plain(f.conducts), "against_hold": plain(f.against_hold), "pairs": plain(f.pairs), "regret": plain(f.regrets),
        "holds": {name: {Reason(k).name: n for k, n in holds.items()} for name, holds in f.holds.items()},
        "violations": plain(f.violations), "missing": list(f.missing),
    }  # fmt: skip
