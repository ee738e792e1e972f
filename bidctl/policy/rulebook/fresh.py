"""R-FRESH: missing is never zero, and old numbers move nothing."""

from __future__ import annotations

from bidctl.domain.observation import Observation
from bidctl.domain.reasons import Alert, Reason
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.policy.rulebook.sheet import Bool, Sheet


def stale(o: Observation, s: RuleSettings) -> Bool:
    """No complete good read within 30 min (or no known one), or a metric older than its own stated delay."""
    return ~(o.read_age_s <= s.fresh_s) | o.metric_stale


def fresh(d: Sheet) -> None:
    """R-FRESH: an incomplete row is NO_DATA, an old one STALE, and a campaign that spends meanwhile is alerted."""
    d.decide(~d.o.complete | (d.o.cost_controlled & (d.o.target_units <= 0)), Reason.NO_DATA)
    old = stale(d.o, d.settings)
    d.alert(old & d.o.spending, Alert.STALE_SPENDING)
    d.decide(old, Reason.STALE)
