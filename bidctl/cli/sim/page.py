"""The report of an experiment: one HTML page that opens offline, in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from bidctl.cli.sim.doubts import doubts
from bidctl.cli.sim.findings import HOLD, Findings
from bidctl.cli.sim.paths import oracle_path, roas_path, target_path
from bidctl.cli.sim.tables import interval
from bidctl.domain.reasons import WORDING, Reason
from bidctl.report.chart import Series, chart
from bidctl.report.intervals import Estimate, intervals
from bidctl.report.page import grid, note, page, section, table
from sim.bootstrap import Interval
from sim.result import Result
from sim.scenario import Scenario

WORST, MISSING = 10, 8
YUAN = 100.0


def report(f: Findings, scenario: Scenario) -> str:
    """The whole page."""
    sections = [
        note(f"{scenario.about_zh or f.scenario} · {scenario.about or f.scenario}"),
        note(f"{f.title_zh} · {f.title_en}"),
        section("结果 · Result", *_result(f)),
        section("行为 (不计入利润) · Conduct, not folded into profit", _conduct(f), _violations(f)),
        section("目标与ROI的走势 · Targets and ROAS day by day", *_paths(f)),
    ]
    if f.sensitivity:
        sections.append(section("假设的敏感性 · Sensitivity to assumptions", *_sensitivity(f)))
    sections += [
        section("最差的计划 · Worst campaigns", *_worst(f)),
        section("为什么不动 · Why nothing was moved", _holds(f)),
        section("假设 · Assumptions", *_assumptions(scenario)),
    ]
    if f.missing:
        more = [f"... {len(f.missing) - MISSING}"] if len(f.missing) > MISSING else []
        told = [note(text, "bad") for text in (*f.missing[:MISSING], *more)]
        sections.insert(2, section(f"未完成 {len(f.missing)} 项 · {len(f.missing)} not done", *told))
    return page(f"bidctl sim · 模拟报告 · {f.scenario}", sections)


def _result(f: Findings) -> list[str]:
    gains = [_estimate(name, c.gain_yuan, "+,.0f") for name, c in f.against_hold.items()]
    parts = [intervals("比不动多赚, 元/计划, 95 % 区间 · gain over hold, yuan a campaign, 95 % interval", gains)]
    if f.regrets:
        regrets = [_estimate(name, r.regret, ".1%", 100.0) for name, r in f.regrets.items()]
        parts.append(
            intervals(
                "对可行最优的差距, 占自由最优利润的 % · regret to O_feas, % of the profit of O_free",
                regrets,
                unit=" %",
                judged=False,
            )
        )
    rows = [
        (name, f"{c.profit_yuan:,.0f}", f"{c.credits_yuan:,.0f}", *_against(f, name)) for name, c in f.conducts.items()
    ]
    heads = [
        "策略 policy",
        "利润 profit (元)",
        "赔付 credits (元)",
        "更好的概率 P(better)",
        "差距 regret",
        "p90",
        "最差一成 worst tenth",
    ]
    parts.append(table(heads, rows))
    if f.pairs:
        first = f.pairs[0].second
        pairs = [_estimate(p.first, p.gain_yuan, "+,.0f") for p in f.pairs]
        parts.append(intervals(f"比 {first} 多赚, 元/计划 · gain over {first}, yuan a campaign", pairs))
    parts += [note(f"{doubt.zh} · {doubt.en}", "bad") for doubt in doubts(f)]
    unit = next(iter(f.against_hold.values()), None)
    if unit is not None:
        parts.append(
            note(f"区间按 {unit.units} 个 {unit.unit} 重抽样 · intervals by resampling {unit.units} {unit.unit}s")
        )
    return parts


def _against(f: Findings, name: str) -> tuple[str, ...]:
    hold, regret = f.against_hold.get(name), f.regrets.get(name)
    better = "" if hold is None else f"{hold.better:.0%}"
    if regret is None:
        return better, "", "", ""
    return better, interval(regret.regret, ".1%"), f"{regret.p90:.0%}", f"{regret.worst_tenth:.0%}"


def _estimate(name: str, i: Interval, form: str, scale: float = 1.0) -> Estimate:
    return Estimate(name, i.value * scale, i.low * scale, i.high * scale, interval(i, form))


def _conduct(f: Findings) -> str:
    heads = ["策略 policy", "改价/计划/周 edits", "ROI低于目标 shortfall", "成交额少于不动 volume", "超预算 over budget (元)",
             "失去保障天数 days lost", "不如不动 worse than hold", "违规 violations"]  # fmt: skip
    return table(heads, [
        (name, f"{c.edits_a_campaign_week:.2f}", f"{c.roas_shortfall:.1%}", f"{c.volume_shortfall:.1%}",
         f"{c.over_budget_yuan:,.0f}", c.protection_days_lost, f"{c.worse_than_hold:.0%}", c.violations)
        for name, c in f.conducts.items()
    ])  # fmt: skip


def _violations(f: Findings) -> str:
    lines = [f"{name}: {line}" for name, found in f.violations.items() for line in found]
    if not lines:
        return note("独立检查: 没有违规 · independent check: no violations", "good")
    return "".join(note(line, "bad") for line in lines[:50])


def _paths(f: Findings) -> list[str]:
    parts = [note("横轴: 天 · x: days")]
    for name, results in f.results.items():
        series = [target_path("中位, 10-90 % · median", results)]
        if f.yardsticks:
            series.append(oracle_path("最优 O_feas", f.yardsticks, {r.seed: r for r in f.results[HOLD]}))
        targets = chart(f"{name}: 目标/起始目标 · target over the first", series)
        roas = chart(f"{name}: 支付ROI · paid ROAS", [roas_path("全部 all, 10-90 %", results)])
        parts.append(grid([targets, roas]))
    return parts


def _sensitivity(f: Findings) -> list[str]:
    """One figure a policy: its gain over hold under each changed assumption."""
    found = []
    for name in f.against_hold:
        rows = [_estimate("基准 · as it is", f.against_hold[name].gain_yuan, "+,.0f")]
        rows += [
            _estimate(f"{s.words.zh} · {s.words.en} {s.end}", s.against_hold[name].gain_yuan, "+,.0f")
            for s in f.sensitivity
            if name in s.against_hold
        ]
        found.append(intervals(f"{name}: 比不动多赚, 元/计划 · gain over hold, yuan a campaign", rows))
    return found


def _worst(f: Findings) -> list[str]:
    parts = []
    holds = {r.seed: r for r in f.results.get(HOLD, [])}
    for name, results in f.results.items():
        if name == HOLD:
            continue
        rows = sorted((row for r in results for row in _losses(r, holds[r.seed])), key=lambda row: row[0])[:WORST]
        heads = [
            f"{name}: 计划 campaign",
            "种子 seed",
            "利润 profit (元)",
            "不动 hold (元)",
            "差 difference",
            "改价 edits",
            "起始→最后目标 target",
        ]
        parts.append(table(heads, [
            (f"{r.group[i]} #{r.campaign[i]}", r.seed, f"{r.profit[i] / YUAN:,.0f}", f"{h.profit[i] / YUAN:,.0f}", f"{loss:+,.0f}",
             int(r.edits[i].sum()), _first_last(r.target[i]))
            for loss, r, h, i in rows
        ]))  # fmt: skip
        shown = [
            chart(f"{r.group[i]} #{r.campaign[i]} ({r.seed})", [_line(name, r.target[i]), _line(HOLD, h.target[i])])
            for _, r, h, i in rows[:3]
        ]
        parts.append(grid(shown))
    return parts


def _losses(r: Result, hold: Result) -> list[tuple[float, Result, Result, int]]:
    loss = (r.profit - hold.profit) / YUAN
    return [(float(loss[i]), r, hold, int(i)) for i in np.argsort(loss, kind="stable")[:WORST]]


def _first_last(target: np.ndarray[Any, np.dtype[np.float64]]) -> str:
    known = target[np.isfinite(target)]
    return f"{known[0]:.2f} → {known[-1]:.2f}" if len(known) else "-"


def _line(name: str, target: np.ndarray[Any, np.dtype[np.float64]]) -> Series:
    return Series(name, list(enumerate(target.tolist(), 1)), steps=True)


def _holds(f: Findings) -> str:
    reasons = sorted(
        {k for h in f.holds.values() for k in h}, key=lambda k: -sum(h.get(k, 0) for h in f.holds.values())
    )
    rows = [
        (f"{WORDING[Reason(k)].zh} · {WORDING[Reason(k)].en}", *(_share(h, k) for h in f.holds.values()))
        for k in reasons[:20]
    ]
    return table(["原因 reason (行x决策 rows x decisions)", *f.holds], rows)


def _share(holds: Mapping[int, int], reason: int) -> str:
    total = sum(holds.values())
    return f"{holds.get(reason, 0) / total:.1%}" if total else "-"


def _assumptions(scenario: Scenario) -> list[str]:
    text = (
        "这是模拟市场: 数字说明策略在这些假设下如何, 不预言真实收益; 每条假设的出处见 docs/assumptions.zh-CN.md · A simulated market: the "
        "figures say what a policy does under these assumptions and promise no real profit; sources are in docs/assumptions.md"
    )
    return [note(text), table(["假设 assumption", "值 value"], list(_flat("", scenario)))]


def _flat(at: str, told: Any) -> list[tuple[str, str]]:
    """Keys and values of a scenario as its file has them."""
    if is_dataclass(told):
        return [row for f in fields(told) for row in _flat(f"{at}.{f.name}" if at else f.name, getattr(told, f.name))]
    if isinstance(told, tuple) and told and is_dataclass(told[0]):
        return [row for i, one in enumerate(told) for row in _flat(f"{at}[{getattr(one, 'name', i)}]", one)]
    return [] if told in (None, "", ()) else [(at, _value(told))]


def _value(told: Any) -> str:
    return (
        f"[{', '.join(_value(x) for x in told)}]"
        if isinstance(told, Sequence) and not isinstance(told, str)
        else str(told)
    )
