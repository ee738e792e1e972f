"""The switches that people hold: kill, breaker, hold, hands-off after a person's edit. Every change is also logged."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import bindparam, select

from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.schema import ENROLMENTS, SWITCH_LOG, SWITCHES
from bidctl.adapters.store.work import AnyRow, Work
from bidctl.domain.enrolment import Switches
from bidctl.domain.values import AccountId, CampaignId, Hold

KILL, BREAKER, HOLD, HUMAN_HOLD = "kill", "breaker", "hold", "human_hold"
ALL = ""
"""Stands for "every account", and for "the whole account" in the place of a campaign."""

_ENROLLED = select(ENROLMENTS.c.campaign).where(
    ENROLMENTS.c.account == bindparam("account"), ENROLMENTS.c.unenrolled_at.is_(None)
)
_SET = select(SWITCHES).where(SWITCHES.c.account.in_([ALL, bindparam("account")]), SWITCHES.c.value != 0)
_SET_OF_ONE = _SET.where(SWITCHES.c.campaign.in_([ALL, bindparam("campaign")]))

Settings = Mapping[tuple[str, str, str], int]
"""(account, campaign, kind) -> value."""


class SwitchRows(Work):
    """The switch part of a transaction; see `engine.ports.Transaction`."""

    def set_kill(self, account: AccountId | None, on: bool, by: str, at: datetime) -> None:
        self._set(account or ALL, ALL, KILL, int(on), by, at)

    def set_breaker(self, account: AccountId, on: bool, by: str, at: datetime) -> None:
        self._set(account, ALL, BREAKER, int(on), by, at)

    def set_hold(self, account: AccountId, campaign: CampaignId, hold: Hold, by: str, at: datetime) -> None:
        self._set(account, campaign, HOLD, int(hold), by, at)

    def set_human_hold(self, account: AccountId, campaign: CampaignId, until: datetime | None) -> None:
        self._set(account, campaign, HUMAN_HOLD, micros(until) or 0, "", until)

    def switches(self, account: AccountId) -> Mapping[CampaignId, Switches]:
        campaigns = [row.campaign for row in self.rows(_ENROLLED, account=account)]
        settings, filed = self._settings(account), file_says_stop(self.setting.kill_file)
        return {c: _switches(settings, filed, account, c, enrolled=True) for c in campaigns}

    def switches_of(self, account: AccountId, campaign: CampaignId, *, enrolled: bool) -> Switches:
        """What the gate needs of one campaign, enrolled or not."""
        filed = file_says_stop(self.setting.kill_file)
        return _switches(self._settings(account, campaign), filed, account, campaign, enrolled=enrolled)

    def _settings(self, account: AccountId, campaign: CampaignId | None = None) -> Settings:
        if campaign is None:
            return _by_key(self.rows(_SET, account=account))
        return _by_key(self.rows(_SET_OF_ONE, account=account, campaign=campaign))

    def _set(self, account: str, campaign: str, kind: str, value: int, by: str, at: datetime | None) -> None:
        self.switch_lock(alone=True)
        row = {"account": account, "campaign": campaign, "kind": kind, "value": value, "by": by, "at": micros(at) or 0}
        self.upsert(SWITCHES, [row])
        self.add(SWITCH_LOG, [row])


def file_says_stop(kill_file: Path | None) -> bool:
    """Whether the kill file is there, or nobody can tell (R-KILL: unreadable = stopped)."""
    if kill_file is None:
        return False
    try:
        os.lstat(kill_file)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _by_key(rows: Sequence[AnyRow]) -> Settings:
    return {(row.account, row.campaign, row.kind): row.value for row in rows}


def _switches(settings: Settings, filed: bool, account: str, campaign: str, *, enrolled: bool) -> Switches:
    until = settings.get((account, campaign, HUMAN_HOLD), 0)
    return Switches(
        killed=filed or (ALL, ALL, KILL) in settings or (account, ALL, KILL) in settings,
        breaker=(account, ALL, BREAKER) in settings,
        hold=Hold(settings.get((account, campaign, HOLD), 0)),
        human_hold_until=instant(until) if until else None,
        enrolled=enrolled,
    )
