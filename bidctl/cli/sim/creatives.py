"""`sim creatives`: what the creative rules are worth, with and without them, on the same luck."""

from __future__ import annotations

from collections.abc import Mapping

import click

from bidctl.cli.common import Reals, Shell, options
from bidctl.cli.sim.given import MOST_DAYS, seeds_of
from bidctl.wording import Wording
from sim.bootstrap import Interval
from sim.curation import (
    ARMS,
    HALF_LIFE,
    NEVER,
    NEVER_TIRES,
    RULES,
    SUPPLIED,
    THRESHOLDS,
    TRUTH,
    Outcome,
    better,
    pooled,
    scenario,
)
from sim.figures import figures
from sim.shocks import Shocks

SAID: dict[str, Wording] = {
    NEVER: Wording("从不下架", NEVER),
    THRESHOLDS: Wording("消耗>=50且ROI<0.5即下架", THRESHOLDS),
    "R-RETIRE alone": Wording("只下架 (R-RETIRE)", "R-RETIRE alone"),
    "R-RELAY alone": Wording("只补充 (R-RELAY)", "R-RELAY alone"),
    RULES: Wording("本程序的规则 (R-RETIRE + R-RELAY)", RULES),
    TRUTH: Wording("同样的规则, 但看得见真相", TRUTH),
}


@click.command()
@click.option("--campaigns", type=click.IntRange(5, 1000), default=50, show_default=True, help="计划数 / Campaigns.")
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=30, show_default=True, help="天数 / Days.")
@click.option("--seeds", default="1", show_default=True, metavar="N|A-B|A,B,..",
              help="随机种子: 个数或哪些 / How many seeds of luck, or which.")  # fmt: skip
@click.option("--spread", type=Reals(0, 1.5), default=figures().creative_log_sd, show_default=True,
              help="素材质量的对数标准差 / Log sd of quality.")  # fmt: skip
@click.option("--half-life", type=Reals(1, NEVER_TIRES), default=HALF_LIFE, show_default=True,
              help="疲劳的半衰期, 天 / Days in which a tired one's appeal halves.")  # fmt: skip
@click.option("--weekly", is_flag=True, help="每种做法每周都上新 2 个 / Two new ones a week, whoever looks after them.")
@options
def creatives(
    shell: Shell, campaigns: int, days: int, seeds: str, spread: float, half_life: float, weekly: bool
) -> None:
    """素材规则值多少: 每计划 20 个素材, 观察 14 天后按各种做法各走一遍, 同样的运气, 消耗由同一公式拉回原来的水平 / What the creative rules
    are worth: 20 creatives a campaign, watched for 14 days, then looked after in several ways on the same luck; one formula holds
    every way's spend where it was."""
    s, luck = scenario(spread, half_life, campaigns), [Shocks(n) for n in seeds_of(seeds)]
    found = {name: pooled(s, arm, luck, days) for name, arm in (SUPPLIED if weekly else ARMS).items()}
    shell.rows(
        shell.text("素材规则: 每元消耗的贡献, 括号内为 95% 区间", "creative rules: contribution per yuan of spend, 95 % intervals"),
        [shell.text("做法", "way"), shell.text("每元贡献", "per yuan"), shell.text("比从不下架", "over never retiring"),
         shell.text("比阈值", "over the thresholds"), shell.text("消耗比", "spend"), shell.text("下架", "retired"),
         shell.text("其中误伤", "of them good"), shell.text("补充", "added")],
        [_row(shell, name, found) for name in found],
        ["arm", "per_yuan", "over_never", "over_thresholds", "spend", "retired", "good", "added"],
    )  # fmt: skip


def _row(shell: Shell, name: str, found: Mapping[str, Outcome]) -> tuple[object, ...]:
    arm = found[name]
    over = (_over(shell, arm, found[other]) if name != other else None for other in (NEVER, THRESHOLDS))
    shown = name if shell.as_json else SAID[name].text(shell.lang)
    spend = round(float(arm.spend.sum() / found[NEVER].spend.sum()), 3)
    return shown, round(arm.per_yuan, 3), *over, spend, arm.retired, arm.good, arm.added


def _over(shell: Shell, one: Outcome, other: Outcome) -> object:
    gain: Interval = better(one, other)[0]
    if shell.as_json:
        return {"value": gain.value, "low": gain.low, "high": gain.high}
    return f"{gain.value:+.1%} ({gain.low:+.1%} .. {gain.high:+.1%})"
