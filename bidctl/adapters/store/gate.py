"""Everything the write gate re-checks, read inside its transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from bidctl.adapters.store.edits import EditRows
from bidctl.adapters.store.enrolments import EnrolmentRows
from bidctl.adapters.store.instants import instant
from bidctl.adapters.store.schema import LEASES, META
from bidctl.adapters.store.switches import SwitchRows
from bidctl.domain.values import AccountId, CampaignId
from bidctl.engine.ports import CONTROLLER_LEASE, GateView

_BEGAN = select(META.c.since_at)
_FENCES = select(LEASES.c.name, LEASES.c.fence).where(LEASES.c.name.in_([bindparam("account"), CONTROLLER_LEASE]))


class GateRows(EditRows, SwitchRows, EnrolmentRows):
    """The gate's view; see `engine.ports.GateView`."""

    def gate_view(self, account: AccountId, campaign: CampaignId, day_start: datetime) -> GateView:
        self.switch_lock(alone=False)
        enrolment = self.enrolment_of(account, campaign)
        return GateView(
            switches=self.switches_of(account, campaign, enrolled=enrolment is not None),
            enrolment=enrolment,
            last_edit_at=self.last_edit_at(account, campaign),
            edits_today=self.edits_today(account, campaign, day_start),
            known_value=self.known_target(account, campaign),
            fence=self._fence(account),
            ledger_since=self.ledger_since(),
        )

    def ledger_since(self) -> datetime:
        """When this ledger began, or was restored."""
        since: int = self.rows(_BEGAN)[0].since_at
        return instant(since)

    def _fence(self, account: AccountId) -> int:
        fences = {r.name: r.fence for r in self.rows(_FENCES, account=account)}
        return int(fences.get(account, fences.get(CONTROLLER_LEASE, 0)))
