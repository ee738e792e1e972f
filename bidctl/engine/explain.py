"""Why a campaign was moved, or not: the stored inputs decided again, rule by rule, by the same code."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import tzinfo

from bidctl.domain.decision import Decision, TraceStep, rules_in
from bidctl.domain.reasons import ALERT_WORDING, WORDING, WRITTEN, Alert, Reason
from bidctl.domain.values import Field
from bidctl.engine.decide import decide, trace
from bidctl.engine.ports import DecisionRecord
from bidctl.engine.records import change, inputs_row, said, why
from bidctl.policy import Policy
from bidctl.policy.rulebook import RuleSettings
from bidctl.wording import Wording

SHOWN = ("goal", "projected_roas", "projected_lo", "projected_hi", "p_below_goal", "evidence_orders", "suggestion",
         "floor", "since_edit_s", "edits_today", "settlement_rate", "spend_today")  # fmt: skip

AGREES = Wording("重算结果一致", "deciding again gives the same")
ONCE = Wording(
    "素材的数字来自平台的日报, 没有存下, 不能重算",
    "a creative's figures are the platform's of those days and not kept: not decided again",
)
DIFFERS = Wording(
    "重算结果不同: 策略, 设置或全账户限制已变",
    "deciding again differs: policy, settings or an account-wide limit changed",
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One stored decision, what deciding its inputs again gives, and the steps. `same`: both agree; None = it was no decision of a
    policy and cannot be decided again (they differ where the
    policy or the settings have changed since, or where R-BLAST looked at the whole account)."""

    stored: DecisionRecord
    again: Decision
    same: bool | None
    steps: tuple[TraceStep, ...]
    numbers: tuple[tuple[str, float], ...]

    def lines(self, lang: str, zone: tzinfo) -> list[str]:
        """For a person, times in `zone`."""
        s, zh = self.stored, lang == "zh"
        head = (
            f"[{s.mode.value}] {s.at.astimezone(zone).isoformat(sep=' ', timespec='seconds')} {s.account}/{s.campaign}"
        )
        what = f"{s.field.value} {s.old} -> {s.new}" if s.field else (f"保持 {s.old}" if zh else f"hold {s.old}")
        out = [
            head,
            f"  {what}: {why(s).text(lang)}",
            f"  {s.policy_id} · {s.settings_hash} · {s.code_version}",
        ]
        rule = said(s)
        if rule is not None and Reason(s.reason) not in WRITTEN:
            out.append(("  策略原意: " if zh else "  the policy's rule: ") + rule.text(lang))
        bound = " ".join(r.code for r in rules_in(s.bound))
        if bound:
            out.append(("  受限于 " if zh else "  bound by ") + bound)
        out += [f"  ! {ALERT_WORDING[a].text(lang)}" for a in Alert if s.alerts & a.bit]
        out.append("  " + "  ".join(f"{k}={v:.4g}" for k, v in self.numbers))
        for step in self.steps:
            mark = ">" if step.decided else "*" if step.changed else " "
            unknown = "未知" if zh else "unknown"
            read = "  ".join(f"{k}={unknown if math.isnan(v) else f'{v:.4g}'}" for k, v in step.evidence)
            out.append(
                f"  {mark} {step.rule.code:<11} {WORDING[step.reason].text(lang) if step.decided else ''}  {read}".rstrip()
            )
        return [*out, f"  = {(ONCE if self.same is None else AGREES if self.same else DIFFERS).text(lang)}"]

    def as_json(self) -> dict[str, object]:
        """For machines."""
        s = self.stored
        return {
            "id": s.id, "at": s.at.isoformat(), "account": s.account, "campaign": s.campaign, "mode": s.mode.value,
            "field": s.field.value if s.field else None, "old": s.old, "new": s.new, "reason": Reason(s.reason).name,
            "why": {"zh": why(s).zh, "en": why(s).en},
            "bound": [r.code for r in rules_in(s.bound)], "policy": s.policy_id, "settings": s.settings_hash,
            "same_again": self.same, "numbers": _finite(self.numbers),
            "trace": [
                {"rule": t.rule.code, "changed": t.changed, "decided": t.decided, "reason": t.reason.name,
                 "evidence": _finite(t.evidence)}
                for t in self.steps
            ],
        }  # fmt: skip


def _finite(numbers: Iterable[tuple[str, float]]) -> dict[str, float | None]:
    """JSON has neither NaN nor infinity: what is not known, or never was, is null."""
    return {name: value if math.isfinite(value) else None for name, value in numbers}


def explain(stored: DecisionRecord, policy: Policy, rules: RuleSettings) -> Explanation:
    """Decide the stored inputs again and tell what every rule did."""
    o = inputs_row(stored.inputs)
    again = decide(policy, o, rules).row(0)
    told = change(again, o, 0)
    agrees = told == (stored.field, stored.old, stored.new) and int(again.reason) == stored.reason
    same = None if stored.field is Field.CREATIVE else agrees
    numbers = tuple((k, float(v)) for k in SHOWN if not math.isnan(v := float(getattr(o, k)[0])))
    return Explanation(stored, again, same, tuple(trace(policy, o, rules, 0)), numbers)
