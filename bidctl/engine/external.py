"""R-EXTERNAL: what somebody else changed, told apart from our own writes, then adopted, counted and told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bidctl.domain.campaign import CampaignInfo, Listing, LoggedEdit, Session
from bidctl.domain.enrolment import Enrolment
from bidctl.domain.names import FIELDS
from bidctl.domain.reasons import Alert
from bidctl.domain.values import EDIT_FIELDS, AccountId, CampaignId, Capabilities, Field, Kind, Mode, Protection
from bidctl.domain.writes import Edit, Write, WriteState
from bidctl.engine.ports import KnownCampaign, Ledger, Notice, Notifier, PlatformReads, ReadFailed, Transaction
from bidctl.engine.shown import same, shown
from bidctl.engine.words import Say

WATCHED = (Field.ROI_TARGET, Field.OBJECTIVE, Field.BUDGET, Field.STATUS)
SLACK = timedelta(seconds=5)
"""Platform times come in whole seconds, and a modify time may be stamped a little before the answer."""
LIVE_HOLD = timedelta(days=30)
"""A live campaign is held until its next session begins; this is how long that is waited for."""
LOOK_BACK = timedelta(days=2)
WRITE_LIFE = timedelta(hours=1)
"""More than a write takes from its turn to the end of its request, a lagging read included."""
LONGEST_READ = timedelta(minutes=10)
"""A modify time further than this past the begin of the read that shows it is not believed (ours)."""
CREATION = timedelta(minutes=1)
"""A modify time so soon after creation is the creation's own."""
REACHED = frozenset({WriteState.SENDING, WriteState.UNKNOWN, WriteState.CONFIRMED})
"""States of a write that may stand behind what the platform shows."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A change that is not ours. `at`: the latest instant at which it can have taken effect (log, modify time, else first
    sight). `old` == `new` where only the modify time moved. `race`: it fell between our last read and our write."""

    account: AccountId
    campaign: CampaignId
    field: Field
    old: str | None
    new: str | None
    at: datetime
    log_id: str | None = None
    race: bool = False

    @property
    def edit(self) -> Edit:
        """Its form in the ledger of edits."""
        source = "log" if self.log_id else "diff"
        return Edit(
            self.account, self.campaign, self.field, self.old, self.new, self.at, False, source, None, self.log_id
        )


def differences(
    known: KnownCampaign, info: CampaignInfo, seen_at: datetime, writes: Sequence[Write], can: Capabilities
) -> tuple[Foreign, ...]:
    """What differs between the last known state and a new reading that no write of ours explains.

    `writes`: ours of this campaign since before `known.seen_at`. A reading may lag by `can.read_delay_s`, so the value
    before a fresh write of ours is no difference either.
    """
    moved = info.modified_at is not None and (
        known.info.modified_at is None or info.modified_at > known.info.modified_at
    )
    # a listing of many pages is stamped at its begin, so that what it shows may be younger than its stamp
    at = min(info.modified_at, seen_at + LONGEST_READ) if moved and info.modified_at else seen_at
    found = []
    for field in WATCHED:
        old, new = shown(known.info, field, can.grid), shown(info, field, can.grid)
        if not same(old, new) and not _explained(field, new, seen_at, known, writes, can):
            found.append(Foreign(info.account, info.campaign, field, old, new, at))
    if not found and moved and known.info.modified_at is not None and not any(_stamped(w, at, can) for w in writes):
        value = shown(info, Field.ROI_TARGET, can.grid)
        found.append(Foreign(info.account, info.campaign, Field.ROI_TARGET, value, value, at))
    return tuple(found)


def logged(
    entries: Iterable[LoggedEdit], account: AccountId, writes: Sequence[Write], can: Capabilities
) -> tuple[Foreign, ...]:
    """The entries of the operation log that are not ours; each write of ours explains one entry at most."""
    unused = [w for w in writes if w.state in REACHED]
    found = []
    for entry in entries:
        ours = next((w for w in unused if is_ours(w, entry, can)), None)
        if ours is not None:
            unused.remove(ours)
            continue
        race = entry.field in EDIT_FIELDS and any(_between(w, entry) for w in writes)
        found.append(Foreign(account, entry.campaign, entry.field, entry.old, entry.new, entry.at, entry.log_id, race))
    return tuple(found)


def is_ours(write: Write, entry: LoggedEdit, can: Capabilities) -> bool:
    """Whether a log entry can be this write: same field and value, within the write's life."""
    request, end = write.request, last_moment(write, can)
    if write.sent_at is None or (request.campaign, request.field) != (entry.campaign, entry.field):
        return False
    return (entry.new is None or same(entry.new, request.value)) and write.sent_at - SLACK <= entry.at <= end + SLACK


def last_moment(write: Write, can: Capabilities) -> datetime:
    """The end of the life of a write's request: after it, the platform can no longer take it up."""
    end = write.deadline + timedelta(seconds=can.request_timeout_s)
    certain = write.state is WriteState.CONFIRMED and write.unknown_at is None
    return min(end, write.settled_at) if certain and write.settled_at else end


def merged(seen: Sequence[Foreign], log: Sequence[Foreign]) -> tuple[Foreign, ...]:
    """Both sources of one account, the log's word first: a difference that the log tells too is one change."""
    told = {(f.campaign, f.field) for f in log}
    touched = {f.campaign for f in log}
    left = [f for f in seen if (f.campaign, f.field) not in told and not (same(f.old, f.new) and f.campaign in touched)]
    return (*log, *left)


def hold_until(now: datetime, kind: Kind, can: Capabilities) -> datetime:
    """End of the hands-off after somebody's change: the next natural day; live, the next session (see `next_session`)."""
    if kind is Kind.LIVE:
        return now + LIVE_HOLD
    local = now.astimezone(ZoneInfo(can.time_zone))
    return (local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)).astimezone(UTC)


def next_session(until: datetime | None, sessions: Iterable[Session]) -> bool:
    """Whether a live campaign's hands-off is over: a session began after it was set."""
    return until is not None and any(s.started_at > until - LIVE_HOLD for s in sessions)


def adopt(
    tx: Transaction,
    foreign: Sequence[Foreign],
    infos: Sequence[CampaignInfo],
    seen_at: datetime,
    mode: Mode,
    can: Capabilities,
) -> tuple[Notice, ...]:
    """Count somebody's changes, keep hands off, and say what to tell. `infos`: readings of those campaigns. Inside a transaction."""
    kinds = {i.campaign: i.kind for i in infos}
    enrolled = {e.campaign: e for account in {f.account for f in foreign} for e in tx.enrolments(account)}
    tx.add_edits([f.edit for f in foreign if f.field in EDIT_FIELDS])
    for campaign in {f.campaign for f in foreign}:
        _hands_off(tx, enrolled.get(campaign), kinds.get(campaign, Kind.GOODS), seen_at, can)
    return tuple(_notice(f, mode, seen_at) for f in foreign if f.campaign in enrolled)


class LogWindow:
    """How far back an account's log is read: the whole look-back until that was done once, then a little more than what is
    new, so that a look costs the same however old the ledger. Entries that come later than `OVERLAP` show in the listing."""

    OVERLAP = timedelta(minutes=30)

    def __init__(self) -> None:
        self._read_until: datetime | None = None

    @property
    def unread(self) -> bool:
        """Nothing was read yet: the next look takes in the whole look-back."""
        return self._read_until is None

    def since(self, now: datetime) -> datetime:
        """The first instant to read at `now`."""
        whole = now - LOOK_BACK
        return whole if self._read_until is None else max(whole, self._read_until - self.OVERLAP)

    def read(self, until: datetime) -> None:
        """Every entry up to then was taken in."""
        self._read_until = until


async def watch(
    ledger: Ledger,
    reads: PlatformReads,
    notifier: Notifier,
    listing: Listing,
    mode: Mode,
    window: LogWindow | None = None,
) -> tuple[Foreign, ...]:
    """Compare a listing (and the operation log, where there is one) with what was known, and adopt what is not ours.

    Call it once a tick with the new listing, before anything is decided. A log that cannot be read leaves the listing's word.
    `window`: of this account, kept from tick to tick; None = the whole look-back.
    """
    can, account, window = reads.capabilities, listing.account, window or LogWindow()
    since = window.since(listing.read_at)
    entries, whole = await _entries(reads, account, since)
    with ledger.begin() as tx:
        known = tx.load_campaigns(account)
        listed = [i for i in listing.campaigns if i.campaign in known]
        early = min([since, *(known[i.campaign].seen_at for i in listed)]) - WRITE_LIFE
        writes = tx.recent_writes(account, early)
        counted = {e.log_id for e in tx.edits(account, since - WRITE_LIFE) if e.log_id}
        mine = _by_campaign(writes)
        seen = [
            f for info in listed
            for f in differences(known[info.campaign], info, listing.read_at, mine.get(info.campaign, ()), can)
        ]  # fmt: skip
        theirs = known.keys() | {i.campaign for i in listing.campaigns}  # a newcomer's edits count at first sight
        told = [f for f in logged(entries, account, writes, can) if f.campaign in theirs and f.log_id not in counted]
        fresh = [f for f in told if f.campaign in known and (f.race or f.at > _last_seen(known[f.campaign], can))]
        unlogged = [] if whole and can.has_edit_log else _touched(listing, known.keys(), can)
        # history, too, counts for spacing and quota
        tx.add_edits([f.edit for f in (*told, *unlogged) if f.field in EDIT_FIELDS])
        foreign = merged(seen, fresh)
        changed = {f.campaign for f in foreign}
        infos = [i for i in listing.campaigns if i.campaign in changed]
        notices = adopt(tx, foreign, infos, listing.read_at, mode, can) if foreign else ()
        save_adopted(tx, infos, listing.read_at)
    if whole and listing.complete:  # else the entries of a campaign that it left out are still to be counted
        window.read(listing.read_at)
    await notifier.notify(notices)
    return foreign


def _touched(listing: Listing, known: Collection[CampaignId], can: Capabilities) -> list[Foreign]:
    """Campaigns seen for the first time whose modify time is later than their creation: somebody may have edited them then,
    and no log says what (R-SPACE)."""
    found = []
    for i in listing.campaigns:
        at, born = i.modified_at, i.created_at
        late = at is not None and at > listing.read_at - LOOK_BACK and (born is None or at - born > CREATION)
        if i.campaign not in known and late and at is not None:
            value = shown(i, Field.ROI_TARGET, can.grid)
            at = min(at, listing.read_at + LONGEST_READ)
            found.append(Foreign(i.account, i.campaign, Field.ROI_TARGET, value, value, at))
    return found


async def _entries(reads: PlatformReads, account: AccountId, since: datetime) -> tuple[tuple[LoggedEdit, ...], bool]:
    """The log since then, and whether it could be read."""
    try:
        return (await reads.edit_log(account, since) if reads.capabilities.has_edit_log else ()), True
    except ReadFailed:
        return (), False


def _by_campaign(writes: Iterable[Write]) -> dict[CampaignId, list[Write]]:
    found: dict[CampaignId, list[Write]] = {}
    for w in writes:
        found.setdefault(w.request.campaign, []).append(w)
    return found


def _last_seen(known: KnownCampaign, can: Capabilities) -> datetime:
    return known.seen_at - timedelta(seconds=can.read_delay_s) - SLACK


def _explained(
    field: Field, new: str | None, seen_at: datetime, known: KnownCampaign, writes: Sequence[Write], can: Capabilities
) -> bool:
    """Our write shows now, or a lagging read shows the value before it."""
    lag = timedelta(seconds=can.read_delay_s) + SLACK
    for w in writes:
        if w.request.field is not field or w.state not in REACHED or w.sent_at is None:
            continue
        end = w.settled_at or last_moment(w, can)
        if same(new, w.request.value) and end >= known.seen_at - lag:
            return True
        if same(new, w.request.old) and seen_at <= end + lag:
            return True
    return False


def _stamped(write: Write, at: datetime, can: Capabilities) -> bool:
    """Whether a modify time can be the trace of this write."""
    if write.state not in REACHED or write.sent_at is None:
        return False
    return write.sent_at - SLACK <= at <= max(write.settled_at or write.sent_at, last_moment(write, can)) + SLACK


def _between(write: Write, entry: LoggedEdit) -> bool:
    if write.state not in REACHED or write.request.campaign != entry.campaign or write.read_at is None:
        return False
    end = write.settled_at or write.deadline
    return write.read_at - SLACK <= entry.at <= end


def _hands_off(tx: Transaction, enrolment: Enrolment | None, kind: Kind, now: datetime, can: Capabilities) -> None:
    if enrolment is not None and not enrolment.after_human_resume:
        tx.set_human_hold(enrolment.account, enrolment.campaign, hold_until(now, kind, can))


def save_adopted(tx: Transaction, infos: Sequence[CampaignInfo], seen_at: datetime) -> None:
    """Take these readings as the known state."""
    for account in {i.account for i in infos}:
        mine = [i for i in infos if i.account == account]
        known = {i.campaign: tx.load_campaign(account, i.campaign) for i in mine}
        tx.save_campaigns([completed(i, k.info) if (k := known[i.campaign]) else i for i in mine], seen_at)


def completed(info: CampaignInfo, known: CampaignInfo) -> CampaignInfo:
    """A short reading with the totals and the protection of the last full one where it leaves them out."""
    today = known.today if info.today.spend is None else info.today
    protection = known.protection if info.protection is Protection.UNKNOWN else info.protection
    return replace(info, today=today, protection=protection)


def _notice(f: Foreign, mode: Mode, at: datetime) -> Notice:
    alert = Alert.RACE if f.race else Alert.FOREIGN_EDIT
    told = Say.CHANGED(field=FIELDS[f.field], old=f.old, new=f.new, at=f.at.isoformat(timespec="seconds"))
    return Notice(
        alert, f.account, f.campaign, mode, at, told.both, f"{alert.name}/{f.campaign}/{f.field.value}/{f.new}"
    )
