"""The demo's report: one HTML page that opens offline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bidctl.audit import AuditReport
from bidctl.demo.closing import Comparison
from bidctl.demo.ledgerview import Path, Projected
from bidctl.demo.show import Tally
from bidctl.domain.reasons import WORDING, Reason
from bidctl.report.chart import Series, chart
from bidctl.report.page import grid, note, page, section, table


def report(
    dry: Tally, live: Tally, result: Comparison, belief: Projected, paths: Sequence[Path], audit: AuditReport,
    began: datetime, ended: datetime,
) -> str:  # fmt: skip
    """The whole page."""
    return page(
        "bidctl demo · 演示报告",
        [
            note(
                f"{began:%Y-%m-%d %H:%M} - {ended:%Y-%m-%d %H:%M} (虚拟时间 virtual time)"
                " · 模拟平台, 真实HTTP · emulated platform, real HTTP"
            ),
            section("结果 · Result", _money(result, belief), _verdict(audit)),
            section("改动与保持 · Edits and holds", _counts(dry, live)),
            section(
                "目标与ROI · Targets and ROAS",
                note("横轴: 上线后天数; 虚线: 人工改动 · x: live days; dashes: a person's edit"),
                grid([_path(p) for p in paths]),
            ),
            section(
                "假设 · Assumptions",
                note(
                    "数字来自模拟市场: 只说明规则被遵守、过程可核对, 不预言真实收益; 假设见 docs/assumptions.zh-CN.md · The figures "
                    "come from a simulated market: they show that the rules held and can be checked, and promise no real profit; "
                    "assumptions are in docs/assumptions.md"
                ),
            ),
        ],
    )


def _money(c: Comparison, belief: Projected) -> str:
    def row(name: str, ours: float, hold: float, form: str) -> tuple[str, str, str, str]:
        return name, format(ours, form), format(hold, form), format(ours - hold, "+" + form)

    return table(
        ["", "bidctl", "hold 不动", "差 difference"],
        [
            row("消耗 spend (元 yuan)", c.ours.spend, c.hold.spend, ",.0f"),
            row("成交 paid GMV", c.ours.gmv, c.hold.gmv, ",.0f"),
            row("支付ROI paid ROAS", c.ours.paid_roas, c.hold.paid_roas, ".3f"),
            row("最终结算ROI final ROAS (run-out)", c.ours.final_roas, c.hold.final_roas, ".3f"),
            row("最终利润 profit after run-out", c.ours.profit, c.hold.profit, ",.0f"),
            ("预计结算ROI projected ROAS", f"{belief.roas:.3f}", "", ""),
            ("预计利润 projected profit", f"{belief.profit:,.0f}", "", ""),
        ],
    )


def _verdict(audit: AuditReport) -> str:
    text = (
        f"审计 audit: 写入 writes {audit.writes}, 本程序 ours {audit.ours}, 改价 edits {audit.edits}, "
        f"违规 violations {audit.violation_count}, 竞争 races {audit.race_count}"
    )
    return note(text, "good" if audit.clean else "bad")


def _counts(dry: Tally, live: Tally) -> str:
    reasons = sorted(set(dry.held) | set(live.held), key=lambda r: -live.held[r])
    holds = [(f"{WORDING[r].zh} · {WORDING[r].en}", dry.held[r], live.held[r]) for r in reasons]
    acts = [
        (f"动作 act: {WORDING[Reason[name]].zh} · {WORDING[Reason[name]].en}", dry.acts[name], live.acts[name])
        for name in sorted(set(dry.acts) | set(live.acts))
    ]
    return table(["原因 reason (行x周期 rows x ticks)", "dry", "live"], [*acts, *holds])


def _path(p: Path) -> str:
    return chart(
        f"{p.name} · 目标 goal {p.goal:g}", [Series("ROI目标 target", p.targets, steps=True), Series("支付ROI paid ROAS", p.roas)],
        marks=p.foreign,
    )  # fmt: skip
