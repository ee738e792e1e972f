"""What reading back says about a write whose outcome is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bidctl.domain.campaign import LoggedEdit, Reading
from bidctl.domain.values import Capabilities, Field
from bidctl.domain.writes import Write, WriteState
from bidctl.engine.external import SLACK, is_ours, last_moment
from bidctl.engine.shown import same


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where an unknown write goes, or stays. `absent_reads`, `absent_first_at`: reads so far that showed the old value after
    the request's life. `foreign`: a third value is there, somebody else's."""

    state: WriteState
    why: str
    absent_reads: int = 0
    absent_first_at: datetime | None = None
    foreign: bool = False


def judge(
    write: Write, value: str | None, old: str, new: str, reading: Reading, log: Sequence[LoggedEdit], can: Capabilities
) -> Verdict:
    """One read-back. `value`: what the platform shows now; `old`, `new`: what the field was and was to become; `log`: the
    operation log since the write (empty where there is none).

    CONFIRMED when the new value is there, when the log tells our write, or when anything was changed since we sent: an edit
    is never lost from the count. ABSENT needs two reads of the old value, both past the request's life, further apart than
    the read delay, with nothing against them. A pause is idempotent: one look is enough to let it be sent again.
    """
    if same(value, new):
        return Verdict(WriteState.CONFIRMED, "读回: 已生效 / read back: it happened")
    if any(is_ours(write, entry, can) for entry in log):
        return Verdict(
            WriteState.CONFIRMED, "操作日志: 曾生效 / the operation log tells it", foreign=not same(value, old)
        )
    if write.request.field is Field.STATUS and write.request.value == "DISABLE" and same(value, old):
        return Verdict(WriteState.ABSENT, "读回: 未暂停, 可重发 / read back: not paused, it may be sent again")
    past = reading.read_at > last_moment(write, can) + SLACK
    if not past or value is None:
        return Verdict(
            WriteState.UNKNOWN,
            "读回: 尚不能断定 / read back: too early to tell",
            write.absent_reads,
            write.absent_first_at,
        )
    if not same(value, old) or _touched(write, reading, can):
        why = "读回: 已被他人改动, 仍计为一次改动 / read back: changed since, counted as ours too"
        return Verdict(WriteState.CONFIRMED, why, foreign=True)
    return _absent(write, reading.read_at, can)


def _absent(write: Write, at: datetime, can: Capabilities) -> Verdict:
    first, reads = write.absent_first_at or at, write.absent_reads + 1
    apart = at - first > timedelta(seconds=can.read_delay_s)
    if reads >= 2 and apart:
        return Verdict(WriteState.ABSENT, "两次读回均为旧值: 未发生 / two reads agree: it did not happen", reads, first)
    return Verdict(
        WriteState.UNKNOWN, "读回: 仍为旧值, 再读一次 / read back: the old value, to be read again", reads, first
    )


def _touched(write: Write, reading: Reading, can: Capabilities) -> bool:
    """The modify time lies within the life of our request although the old value is there."""
    at, sent = reading.info.modified_at, write.sent_at
    return (
        at is not None
        and sent is not None
        and write.request.field is not Field.CREATIVE
        and at >= sent - timedelta(seconds=1)
    )
