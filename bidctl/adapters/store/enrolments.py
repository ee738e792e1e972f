"""Which campaigns are in bidctl's hands, and on which terms (R-ENROL)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update

from bidctl.adapters.store.codec import dump, load_enrolment
from bidctl.adapters.store.instants import micros
from bidctl.adapters.store.schema import ENROLMENTS
from bidctl.adapters.store.work import Work
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.values import AccountId, CampaignId

ACTIVE = ENROLMENTS.c.unenrolled_at.is_(None)
_THEIRS = ENROLMENTS.c.account == bindparam("account")
_TERMS = select(ENROLMENTS.c.terms).where(ACTIVE).order_by(ENROLMENTS.c.account, ENROLMENTS.c.campaign)
_TERMS_OF_ACCOUNT = _TERMS.where(_THEIRS)
_TERMS_OF_ONE = _TERMS_OF_ACCOUNT.where(ENROLMENTS.c.campaign == bindparam("campaign"))
_TAKEN_BACK = select(ENROLMENTS.c.campaign).where(_THEIRS, ENROLMENTS.c.unenrolled_at.is_not(None))


class EnrolmentRows(Work):
    """The enrolment part of a transaction; see `engine.ports.Transaction`."""

    def enrol(self, enrolment: Enrolment) -> None:
        self.switch_lock(alone=True)
        key = {"account": enrolment.account, "campaign": enrolment.campaign}
        self.upsert(ENROLMENTS, [{**key, "terms": dump(enrolment), "unenrolled_at": None}])

    def unenrol(self, account: AccountId, campaign: CampaignId, at: datetime) -> bool:
        self.switch_lock(alone=True)
        theirs = (ENROLMENTS.c.account == account) & (ENROLMENTS.c.campaign == campaign) & ACTIVE
        return self.change(update(ENROLMENTS).where(theirs).values(unenrolled_at=micros(at))) == 1

    def enrolments(self, account: AccountId | None = None) -> tuple[Enrolment, ...]:
        found = self.rows(_TERMS) if account is None else self.rows(_TERMS_OF_ACCOUNT, account=account)
        return tuple(load_enrolment(row.terms) for row in found)

    def unenrolled(self, account: AccountId) -> frozenset[CampaignId]:
        return frozenset(CampaignId(row.campaign) for row in self.rows(_TAKEN_BACK, account=account))

    def enrolment_of(self, account: AccountId, campaign: CampaignId) -> Enrolment | None:
        """The terms of one campaign, None where it is not enrolled now."""
        row = self.row(_TERMS_OF_ONE, account=account, campaign=campaign)
        return None if row is None else load_enrolment(row.terms)
