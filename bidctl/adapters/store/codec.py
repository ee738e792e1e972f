"""Values as JSON text: exact decimals, instants in microseconds, enums by value. Unknown keys of a newer text fail loudly."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from typing import Any

from bidctl.adapters.store.instants import instant, micros
from bidctl.domain.campaign import CampaignInfo, Totals
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import Basis, Curation, Intent, Kind, Objective, Protection, Side, Waiver

KEPT_TEXTS = 1 << 15
"""Most campaigns are the same from tick to tick: their texts are made and read once."""


@lru_cache(maxsize=KEPT_TEXTS)
def dump(value: CampaignInfo | Enrolment) -> str:
    """The value as JSON text."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=KEPT_TEXTS)
def load_info(text: str) -> CampaignInfo:
    """The campaign that `dump` wrote."""
    found = json.loads(text)
    objective, budget = found["objective"], found["budget"]
    return CampaignInfo(
        **found
        | {
            "kind": Kind(found["kind"]),
            "objective": None if objective is None else Objective(objective),
            "budget": None if budget is None else Decimal(budget),
            "created_at": instant(found["created_at"]),
            "modified_at": instant(found["modified_at"]),
            "protection": Protection(found["protection"]),
            "products": tuple(found["products"]),
            "today": Totals(**found["today"]),
        }
    )


@lru_cache(maxsize=KEPT_TEXTS)
def load_enrolment(text: str) -> Enrolment:
    """The enrolment that `dump` wrote."""
    found = json.loads(text)
    return Enrolment(
        **found
        | {
            "side": Side(found["side"]),
            "intent": Intent(found["intent"]),
            "goal_basis": Basis(found["goal_basis"]),
            "economics": Economics(**found["economics"]),
            "prior": Prior(**found["prior"]),
            "waivers": Waiver(found["waivers"]),
            "quiet": tuple((start, end) for start, end in found["quiet"]),
            "creatives": Curation(found.get("creatives", Curation.BY_HAND)),  # older texts have none
            "enrolled_at": instant(found["enrolled_at"]),
        }
    )


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind))


def _plain(value: Any) -> Any:
    if value is None or type(value) in (str, int, float, bool):
        return value
    if is_dataclass(value):
        kind: type = type(value)
        return {name: _plain(getattr(value, name)) for name in _names(kind)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return micros(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, int | float | str):  # numpy's scalars and str enums of a subclass
        return value.item() if hasattr(value, "item") else value
    raise TypeError(f"{type(value).__name__} cannot be stored")
