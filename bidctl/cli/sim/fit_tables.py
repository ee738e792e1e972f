"""What a fit found, for a terminal and for machines."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bidctl.cli.common import Shell
from bidctl.cli.sim.fit_notes import notes
from bidctl.cli.sim.words import Say
from bidctl.wording import Wording
from sim.estimate import Estimate, How
from sim.fit import Fit
from sim.holdout import LEVELS, Check

HOWS = {
    How.DATA: Wording("数据", "data"), How.PRIOR: Wording("先验", "prior"), How.BOTH: Wording("数据与先验", "both"),
    How.TOLD: Wording("操作员给定", "told"),
}  # fmt: skip
DAYS = (("周一", "周二", "周三", "周四", "周五", "周六", "周日"), ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))
SHOWN = 60

Line = tuple[str, str, Wording, Estimate, int]
"""Campaign ("" = the account), key, name, estimate and which of its values."""


def lines(f: Fit) -> Iterator[Line]:
    """Every parameter: of the account, then campaign by campaign."""
    c, s = f.chance, f.sold
    account = {
        "value_log_sd": (Say.P_VALUE_SD, s.value_log_sd), "within_hour": (Say.P_WITHIN_HOUR, s.within_hour),
        "before_dispatch": (Say.P_BEFORE_DISPATCH, s.before_dispatch), "cluster": (Say.P_CLUSTER, s.cluster),
        "demand": (Say.P_DEMAND, c.demand), "rho": (Say.P_RHO, c.rho), "market": (Say.P_MARKET, c.market),
        "hour": (Say.P_HOUR, c.hour), "bias": (Say.P_BIAS, c.bias), "bias_rho": (Say.P_BIAS_RHO, c.bias_rho),
        "delivered": (Say.P_DELIVERED, f.delivered), "suggestion_sd": (Say.P_SUGGESTION_SD, f.suggestion_sd),
    }  # fmt: skip
    for key, (name, e) in account.items():
        yield "", key, name(), e, 0
    for k in range(7):
        yield "", f"weekday_{k}", Say.P_WEEKDAY(day=Wording(DAYS[0][k], DAYS[1][k])), f.week.weekdays, k
    for k in range(24):
        yield "", f"hour_{k:02d}", Say.P_HOUR_OF_DAY(hour=k), f.week.hours, k
    campaigns = {
        "level": (Say.P_LEVEL, f.level), "elasticity": (Say.P_ELASTICITY, f.elasticity),
        "order_value": (Say.P_VALUE, s.value), "refund": (Say.P_REFUND, s.refund), "margin": (Say.P_MARGIN, f.margin),
        "suggestion": (Say.P_SUGGESTION, f.suggestion),
    }  # fmt: skip
    for i, campaign in enumerate(f.past.campaign):
        for key, (name, e) in campaigns.items():
            yield campaign, key, name(), e, i


def show(shell: Shell, f: Fit, checked: Check | None, held_back: int, out: Path) -> None:
    """Silent under `--json`."""
    if shell.as_json:
        return
    place, n, days, moves = f.past.place, len(f.past.campaign), f.past.days, int(f.moves.sum())
    shell.say(f"[sim fit] {place}: {n} 个计划, {days} 天, 目标变动 {moves} 个计划日",
              f"[sim fit] {place}: {n} campaigns, {days} days, targets moved on {moves} campaign-days")  # fmt: skip
    told = [x for x in lines(f) if not x[1].startswith("hour_")]
    rows = [(c or shell.text("账户", "account"), name.text(shell.lang), *_cells(e, i), HOWS[How(int(e.how[i]))].text(shell.lang))
            for c, _, name, e, i in told[:SHOWN]]  # fmt: skip
    shell.rows(
        shell.text("估计", "estimates"),
        [shell.text("计划", "campaign"), shell.text("参数", "parameter"), shell.text("估计", "estimate"), "80 %", "90 %",
         shell.text("来自", "from")],
        rows, ["campaign", "parameter", "estimate", "i80", "i90", "from"],
    )  # fmt: skip
    if len(told) > SHOWN:
        shell.say(f"... 另有 {len(told) - SHOWN} 行, 见 --json", f"... and {len(told) - SHOWN} more: --json")
    for note in notes(f):
        shell.say(f"  * {note.zh}", f"  * {note.en}")
    for failed in f.failed:
        shell.say(
            f"  ! 未拟合 {failed.campaign}: {failed.why.zh}", f"  ! not fitted {failed.campaign}: {failed.why.en}"
        )
    _check(shell, checked, held_back)
    shell.say(
        f"已写入 {out}; 用法: bidctl sim compare {out} --policy curve",
        f"wrote {out}; use: bidctl sim compare {out} --policy curve",
    )


def _cells(e: Estimate, i: int) -> tuple[str, str, str]:
    spans = []
    for level in LEVELS:
        low, high = e.interval(level)
        spans.append(f"{low[i]:.4g} .. {high[i]:.4g}")
    return f"{e.value[i]:.4g}", spans[0], spans[1]


def _check(shell: Shell, c: Check | None, held_back: int) -> None:
    if c is None:
        if held_back:
            shell.say(f"未检验: 天数不够再留出 {held_back} 天", f"not checked: too few days to hold {held_back} back")
        return
    if not c.campaign:
        shell.say(
            "未检验: 没有计划在留出的每一天都正常投放",
            "not checked: no campaign delivered on each of the days held back",
        )
        return
    names = {
        "spend": Wording("消耗", "spend"),
        "gmv": Wording("支付成交额", "paid GMV"),
        "orders": Wording("订单", "orders"),
    }
    rows = []
    for m in c.metrics:
        total = m.total
        low, high = total.interval(0.9)
        rows.append((
            names[m.metric].text(shell.lang), f"{total.seen[0]:,.0f}", f"{np.median(total.drawn):,.0f}",
            f"{low[0]:,.0f} .. {high[0]:,.0f}", *(f"{m.inside(level).mean():.0%}" for level in LEVELS),
        ))  # fmt: skip
    shell.rows(
        shell.text(f"检验: 不看最后 {c.days} 天拟合, 再预测它们 ({len(c.campaign)} 个计划)",
                   f"check: fitted without the last {c.days} days, and these foreseen ({len(c.campaign)} campaigns)"),
        [shell.text("合计", "total"), shell.text("实际", "came"), shell.text("预测", "foreseen"), "90 %",
         shell.text("计划落在80%内", "campaigns in 80 %"), shell.text("计划落在90%内", "campaigns in 90 %")],
        rows, ["metric", "came", "foreseen", "i90", "in80", "in90"],
    )  # fmt: skip
    if not c.good:
        shell.say("  ! 检验不通过: 孪生没有覆盖实际发生的; 用它比较策略前先弄清原因",
                  "  ! the check fails: what came lies outside the twin; find out why before comparing policies on it")  # fmt: skip


def as_json(f: Fit, c: Check | None, out: Path) -> dict[str, object]:
    """Plain values; NaN as null."""
    return {
        "mode": "fit", "place": f.past.place, "days": f.past.days, "campaigns": list(f.past.campaign), "scenario": str(out),
        "moves": dict(zip(f.past.campaign, f.moves.tolist(), strict=True)),
        "estimates": [
            {"campaign": campaign or None, "parameter": key, "name": {"zh": name.zh, "en": name.en}, "value": _plain(e.value[i]),
             **{f"i{level:.0%}".rstrip("%"): [_plain(x[i]) for x in e.interval(level)] for level in LEVELS},
             "from": How(int(e.how[i])).name.lower()}
            for campaign, key, name, e, i in lines(f)
        ],
        "notes": [{"zh": n.zh, "en": n.en} for n in notes(f)],
        "failed": [{"campaign": x.campaign, "zh": x.why.zh, "en": x.why.en} for x in f.failed],
        "check": None if c is None else _check_json(c),
    }  # fmt: skip


def _check_json(c: Check) -> dict[str, object]:
    def spans(m: object, level: float) -> list[list[float]]:
        low, high = m.interval(level)  # type: ignore[attr-defined]
        return [[round(float(a), 2), round(float(b), 2)] for a, b in zip(low, high, strict=True)]

    return {
        "days": c.days, "campaigns": list(c.campaign), "left_out": c.unlike, "good": c.good if c.campaign else None,
        "metrics": {
            m.metric: {
                "came": m.seen.round(2).tolist(), "i80": spans(m, 0.8), "i90": spans(m, 0.9),
                "total": {"came": round(float(m.total.seen[0]), 2), "i80": spans(m.total, 0.8)[0], "i90": spans(m.total, 0.9)[0]},
                "coverage": {f"{level:g}": float(m.inside(level).mean()) if c.campaign else None for level in LEVELS},
            }
            for m in c.metrics
        },
    }  # fmt: skip


def _plain(x: float) -> float | None:
    return round(float(x), 6) if math.isfinite(x) else None
