"""Decisions as they are stored: ids without chance, exact texts, the inputs of the row so that `explain` can re-execute."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

import numpy as np

from bidctl.domain.decision import Decision, Lever
from bidctl.domain.observation import Observation
from bidctl.domain.reasons import WORDING, WRITTEN, Reason, Rule
from bidctl.domain.values import AccountId, CampaignId, Field, Grid, Mode, Objective
from bidctl.domain.writes import WriteRequest
from bidctl.engine.ports import DecisionRecord
from bidctl.wording import Wording


@dataclass(frozen=True, slots=True)
class Signature:
    """Who decided: what every decision of a run carries."""

    mode: Mode
    settings_hash: str
    code_version: str


def decision_id(account: AccountId, campaign: CampaignId, tick: str, field: Field | None, new: str) -> str:
    """32 hex digits that name one decision; the same inputs name the same decision, so a re-run cannot double it."""
    text = "|".join((account, campaign, tick, field.value if field else "hold", new))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def told_rule(says: Wording | None, rule: Rule = Rule.POLICY) -> str:
    """A decision's `trace`: the policy's rule in its author's words, kept because a policy file may change, or the figures of a
    creative; `[]` = none."""
    return "[]" if says is None else json.dumps([{"rule": rule.code, "zh": says.zh, "en": says.en}], ensure_ascii=False)


def said(record: DecisionRecord) -> Wording | None:
    """What the policy's rule said of this decision, None where its reason says it all."""
    steps = json.loads(record.trace)
    return Wording(steps[0]["zh"], steps[0]["en"]) if steps else None


def why(record: DecisionRecord) -> Wording:
    """A decision's reason for people: the policy's rule in its author's words where it had the last word."""
    reason = Reason(record.reason)
    return (said(record) if reason in WRITTEN else None) or WORDING[reason]


@lru_cache(maxsize=1 << 12)
def target_text(units: int, per_one: int) -> str:
    """A target as exact text with the grid's decimals ("2.20").

    >>> target_text(220, 100), target_text(31, 10)
    ('2.20', '3.1')
    """
    return f"{Grid(per_one).value(units):.{len(str(per_one)) - 1}f}"


@lru_cache(maxsize=1 << 12)
def yuan_text(yuan: float | Decimal) -> str:
    """Yuan as exact text with two decimals."""
    return f"{Decimal(str(yuan)).quantize(Decimal('0.01'))}"


def change(d: Decision, o: Observation, i: int) -> tuple[Field | None, str, str]:
    """(field, old, new) of a decision, as exact texts; field None = hold."""
    per_one = int(o.grid[i])
    if d.lever is Lever.TARGET:
        return Field.ROI_TARGET, target_text(d.old, per_one), target_text(d.result, per_one)
    if d.lever is Lever.BUDGET:
        return Field.BUDGET, yuan_text(float(o.budget[i])), yuan_text(d.budget_result)
    if d.lever is Lever.STATUS:
        return Field.STATUS, *(("ENABLE", "DISABLE") if d.pause > 0 else ("DISABLE", "ENABLE"))
    text = target_text(d.old, per_one)
    return None, text, text


def record(
    d: Decision, o: Observation, i: int, tick: str, at: datetime, policy_id: str, sign: Signature, trace: str
) -> DecisionRecord:
    """The stored form of row `i`; a proposal needs a person where the row asks or the mode is `approve`."""
    account, campaign = AccountId(str(o.account[i])), CampaignId(d.campaign)
    field, old, new = change(d, o, i)
    return DecisionRecord(
        id=decision_id(account, campaign, tick, field, new),
        tick=tick,
        account=account,
        campaign=campaign,
        at=at,
        mode=sign.mode,
        policy_id=policy_id,
        settings_hash=sign.settings_hash,
        code_version=sign.code_version,
        field=field,
        old=old,
        new=new,
        wish=None if math.isnan(d.wish) else d.wish,
        reason=int(d.reason),
        bound=sum(r.bit for r in d.bound),
        alerts=sum(a.bit for a in d.alerts),
        waived=d.waived,
        needs_approval=field is not None and asks_people(sign, d.ask),
        inputs=inputs_text(o, i),
        trace=trace,
    )


def asks_people(sign: Signature, asks: bool) -> bool:
    """Whether a decision waits for a person: where it asks, and always in `approve`."""
    return asks or sign.mode is Mode.APPROVE


def request(record: DecisionRecord, objective: Objective | None) -> WriteRequest:
    """The write that a decision asks for. Raises ValueError for a hold."""
    if record.field is None:
        raise ValueError(f"decision {record.id} holds: there is nothing to write")
    return WriteRequest(record.account, record.campaign, record.field, record.old, record.new, record.id, objective)


def inputs_text(o: Observation, i: int) -> str:
    """One observation row as JSON (NaN as null, infinities as text), the inverse of `inputs_row`."""
    return json.dumps(
        {f.name: _plain(getattr(o, f.name)[i]) for f in fields(o)}, separators=(",", ":"), ensure_ascii=False
    )


def inputs_row(text: str) -> Observation:
    """The one-row observation that a stored decision was made from. A column that this version has and the record, being older,
    has not is unknown, or False; what only the record has is left out."""
    tree = json.loads(text)
    return Observation(
        **{f.name: np.array([_back(f.name, tree.get(f.name, _absent(str(f.type))))]) for f in fields(Observation)}
    )


def _plain(value: object) -> object:
    item = value.item() if isinstance(value, np.generic) else value
    if isinstance(item, float) and not math.isfinite(item):
        return None if math.isnan(item) else ("inf" if item > 0 else "-inf")
    return item


def _absent(kind: str) -> object:
    return {"Text": "", "Float": None, "Bool": False}.get(kind, 0)


def _back(name: str, value: object) -> object:
    if value is None:
        return math.nan
    if value in ("inf", "-inf") and name not in {"account", "campaign"}:
        return math.inf if value == "inf" else -math.inf
    return value
