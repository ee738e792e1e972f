"""A write and its life: what is asked of the platform, what it answered, what it came to.

decided -> [approved] -> dropped | sending -> confirmed | refused | put_off | not_sent | unknown -> confirmed | absent
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bidctl.domain.values import AccountId, CampaignId, Field, Mode, Objective


class WriteState(str, Enum):
    """Where a write is. OPEN ones hold the campaign's turn."""

    TAKEN = "taken"  # T1 committed, not yet checked
    SENDING = "sending"  # T2 committed: it may be on the wire
    UNKNOWN = "unknown"  # sent, outcome not known: read back
    CONFIRMED = "confirmed"
    REFUSED = "refused"  # the platform said no, in the row or the envelope
    PUT_OFF = "put_off"  # certainly not applied, for pace or token: decided anew at the next look
    NOT_SENT = "not_sent"  # failed before any byte left: no edit
    DROPPED = "dropped"  # a re-check before sending said no
    ABSENT = "absent"  # read-back proved that it did not happen


OPEN_STATES = frozenset({WriteState.TAKEN, WriteState.SENDING, WriteState.UNKNOWN})


class AnswerKind(str, Enum):
    """What one request came to, as far as the answer tells."""

    ACCEPTED = "accepted"  # envelope and our row both say success
    REFUSED = "refused"
    PUT_OFF = "put_off"  # not now: the platform's pace or ours, or a token to renew
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """The platform's answer to a write. `why`: one line for people. `request_id`: the platform's id of the request.
    `at`: platform time of the answer, None where there was none."""

    kind: AnswerKind
    why: str = ""
    request_id: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """One write. `value` is exact text: grid decimal for ROI_TARGET ("2.15"), yuan for BUDGET ("1200.00"),
    ENABLE | DISABLE for STATUS, `delete:<id>` | `add:<id>` for CREATIVE. `old` likewise. `objective` goes along with a target
    unchanged, because another value would switch it. `decision` is sent as X-Request-Id. `latest`: reading of the clock's
    `monotonic` after which the writer must not send it any more, looked at directly before the first byte; None = no such bound."""

    account: AccountId
    campaign: CampaignId
    field: Field
    old: str
    value: str
    decision: str
    objective: Objective | None = None
    latest: float | None = dataclasses.field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Write:
    """A write as the ledger keeps it. Times are platform time where the platform told it, else ours; aware UTC.

    `settled_at`: when its outcome (or that it is unknown) became known; its edit takes effect there at the latest.
    `unknown_at`: when its outcome was first unknown; it stays after a read-back, because R-BREAKER counts it."""

    id: int
    request: WriteRequest
    mode: Mode
    app_id: str
    state: WriteState
    owner: str
    fence: int
    deadline: datetime
    taken_at: datetime
    read_at: datetime | None = None
    sent_at: datetime | None = None
    settled_at: datetime | None = None
    read_value: str | None = None
    suggestion: float | None = None
    suggestion_state: int | None = None
    why: str = ""
    platform_request_id: str | None = None
    absent_reads: int = 0
    absent_first_at: datetime | None = None
    unknown_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of target or objective by anybody. `effective_at`: the latest instant at which it can have taken effect
    (R-SPACE starts there). `ours`: by a write of ours. `source`: `write`, `log` (operation log) or `diff` (we saw it).
    `reason`: `Reason` of our decision behind it (R-START re-anchors, R-NOVOLUME is counted); None = not ours, not known."""

    account: AccountId
    campaign: CampaignId
    field: Field
    old: str | None
    new: str | None
    effective_at: datetime
    ours: bool
    source: str
    write_id: int | None = None
    log_id: str | None = None
    reason: int | None = None
