"""What the write gate works with: its ports, its owner, its durable transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bidctl.domain.reasons import Alert
from bidctl.domain.values import AccountId, CampaignId, Mode
from bidctl.engine.breaker import WINDOW, trips
from bidctl.engine.ports import Clock, Ledger, Notice, Notifier, PlatformReads, PlatformWriter, Transaction
from bidctl.engine.words import Say
from bidctl.policy.rulebook.settings import RuleSettings
from bidctl.problem import Problem
from bidctl.wording import Wording


class LedgerFailed(Problem):
    """The ledger could not store a step of a write. `sent` says whether the request had gone out (then the row stays
    `sending`, and is read back by recovery). A run ends with it."""

    def __init__(self, told: Wording, *, sent: bool) -> None:
        super().__init__(told)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class GateSettings:
    """`turn_s`: seconds from taking the turn to the latest sending. `reading_s`: age of the read-back at which a write may still
    rest on it. `sent_s`: its age when the request leaves at the latest (RULEBOOK 5 calls 5 s at the platform a race): what the
    writer does before the first byte, such as a refresh of its token, counts. `rules`: the rulebook's numbers as the operator
    tightened them."""

    turn_s: float = 30.0
    reading_s: float = 2.0
    sent_s: float = 4.0
    rules: RuleSettings = field(default_factory=RuleSettings)


@dataclass(slots=True)
class Parts:
    """What a gate works with. `writer` None = dry run, write-proof. `owner`: unique to the process. `fence`: of its lease.
    `trace`: called with a step's name before every commit and every request."""

    ledger: Ledger
    reads: PlatformReads
    writer: PlatformWriter | None
    clock: Clock
    notifier: Notifier
    mode: Mode
    owner: str
    fence: int
    settings: GateSettings
    trace: Callable[[str], None]

    def now(self) -> datetime:
        """Platform time: ours plus the offset of the newest answer (none yet: ours)."""
        offset = self.reads.clock_offset_s()
        return self.clock.now() + timedelta(seconds=offset if offset == offset else 0.0)

    @contextmanager
    def durable(self, step: str, *, sent: bool = False) -> Iterator[Transaction]:
        """A durable transaction, its trace step before the commit; any failure is a `LedgerFailed` of one line."""
        try:
            with self.ledger.begin(durable=True) as tx:
                yield tx
                self.trace(f"commit:{step}")
        except Exception as error:
            raise LedgerFailed(Say.LEDGER_FAILED(step=step, error=_line(error)), sent=sent) from error


def trip(tx: Transaction, account: AccountId, now: datetime) -> bool:
    """Open the account's breaker where its recent writes ask for it (R-BREAKER)."""
    if not trips(tx.recent_writes(account, now - WINDOW), now):
        return False
    tx.set_breaker(account, True, "R-BREAKER", now)
    return True


def notice(parts: Parts, account: AccountId, campaign: CampaignId, alert: Alert, detail: str) -> Notice:
    return Notice(alert, account, campaign, parts.mode, parts.now(), detail, f"{alert.name}/{account}/{campaign}")


def _line(error: Exception) -> Wording:
    return Wording.read((str(error).strip() or type(error).__name__).splitlines()[0])
