"""After an edit of ours is confirmed: protection read again, and a look for somebody's edit in between (RACE)."""

from __future__ import annotations

from datetime import datetime

from bidctl.domain.campaign import LoggedEdit, Reading
from bidctl.domain.reasons import Alert
from bidctl.domain.values import EDIT_FIELDS, Capabilities, Protection
from bidctl.domain.writes import Write
from bidctl.engine.external import LOOK_BACK, SLACK, Foreign, adopt, completed, is_ours, logged
from bidctl.engine.gate_parts import Parts, notice
from bidctl.engine.ports import Notice, ReadFailed, Transaction
from bidctl.engine.shown import same, shown


async def look_after(parts: Parts, write: Write) -> list[Notice]:
    """What people must hear after a confirmed edit; the campaign's new reading is stored. Reads that fail are left to the
    next tick's `external.watch`, which finds the same."""
    if write.request.field not in EDIT_FIELDS:
        return []
    request, can = write.request, parts.reads.capabilities
    try:
        parts.trace("read:protection")
        reading = await parts.reads.campaign(request.account, request.campaign)
        log = await parts.reads.edit_log(request.account, _since(write), request.campaign) if can.has_edit_log else ()
    except ReadFailed:
        return []
    with parts.durable("after", sent=True) as tx:
        raced = _raced(tx, write, log, can)
        told = list(adopt(tx, raced, [reading.info], reading.read_at, parts.mode, can)) if raced else []
        _store(tx, write, reading, can)
    if reading.info.protection is Protection.INVALID:
        told.append(notice(parts, request.account, request.campaign, Alert.PROTECTION_LOST, request.value))
    return told


def _since(write: Write) -> datetime:
    return (write.read_at or write.taken_at) - SLACK


def _raced(tx: Transaction, write: Write, log: tuple[LoggedEdit, ...], can: Capabilities) -> list[Foreign]:
    """Edits of others between our last read and our write: by their own entries, else by what our entry replaced."""
    request = write.request
    since, campaign = _since(write) - LOOK_BACK, request.campaign
    writes = tx.recent_writes(request.account, since, campaign=campaign)
    counted = {e.log_id for e in tx.edits(request.account, since, campaign) if e.log_id}
    others = [f for f in logged(log, request.account, writes, can) if f.race and f.log_id not in counted]
    mine = next((e for e in log if is_ours(write, e, can)), None)
    if others or mine is None or mine.old is None or same(mine.old, request.old):
        return others
    at = min(mine.at, write.settled_at or mine.at)
    return [Foreign(request.account, request.campaign, request.field, request.old, mine.old, at, None, True)]


def _store(tx: Transaction, write: Write, reading: Reading, can: Capabilities) -> None:
    """Keep the new reading as the known state once it shows our value (before, it lags)."""
    if not same(shown(reading.info, write.request.field, can.grid), write.request.value):
        return
    known = tx.load_campaign(write.request.account, write.request.campaign)
    if known is not None:
        tx.save_campaigns([completed(reading.info, known.info)], reading.read_at)
