"""R-BREAKER: when too much of what an account sends goes wrong, edits stop until a person resumes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bidctl.domain.writes import Write, WriteState

WINDOW = timedelta(minutes=15)
ATTEMPTS = 5
UNKNOWNS = 3
FAILED = frozenset({WriteState.NOT_SENT, WriteState.UNKNOWN, WriteState.ABSENT})
ATTEMPTED = FAILED | {WriteState.CONFIRMED}
"""Refused rows are answers, what was put off keeps the pace, dropped ones were never attempts: none of them is counted."""


def trips(writes: Sequence[Write], now: datetime) -> bool:
    """Whether these writes of one account open its breaker: 5 attempts or more with more than half failing, or 3 outcomes
    that were unknown, within 15 min (RULEBOOK 2, R-BREAKER)."""
    recent = [w for w in writes if w.state in ATTEMPTED and now - outcome_at(w) <= WINDOW]
    failed = sum(w.state in FAILED for w in recent)
    unknown = sum(w.unknown_at is not None for w in recent)
    return unknown >= UNKNOWNS or (len(recent) >= ATTEMPTS and 2 * failed > len(recent))


def outcome_at(write: Write) -> datetime:
    """When the attempt came to its first outcome."""
    return write.unknown_at or write.settled_at or write.taken_at
