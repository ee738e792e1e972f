"""Everybody's edits on their way from the ledger to the observer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bidctl.domain.values import AccountId
from bidctl.domain.writes import Edit, Write
from bidctl.engine.due import KEPT_DAYS
from bidctl.engine.observe import Observer
from bidctl.engine.ports import Transaction


class EditFeed:
    """Keeps the observer's edits in step with the ledger: each tick reads the last hours only, and follows the open ones."""

    LOOK_BACK = timedelta(hours=2)

    def __init__(self, account: AccountId, observer: Observer) -> None:
        self._account, self._observer = account, observer
        self._until: datetime | None = None
        self._unsettled: dict[int, Edit] = {}

    def load(self, t: Transaction, now: datetime) -> None:
        """Everything the windows need."""
        self._observer.ingest_edits(t.edits(self._account, now - timedelta(days=KEPT_DAYS)))
        self._until = now

    def refresh(self, t: Transaction, open_writes: Sequence[Write], now: datetime) -> None:
        """New edits in; those whose write moved are replaced; those proved absent are taken back."""
        fresh = t.edits(self._account, (self._until or now) - self.LOOK_BACK)
        self._until = now
        still_open = {w.id for w in open_writes}
        for write_id, held in list(self._unsettled.items()):
            told = next((e for e in fresh if e.write_id == write_id), None)
            if told != held or write_id not in still_open:
                self._observer.remove_edit(held)
                del self._unsettled[write_id]
        self._observer.ingest_edits(fresh)
        self._unsettled |= {e.write_id: e for e in fresh if e.write_id is not None and e.write_id in still_open}
