"""What is known of a campaign's creatives at one look: its list as it is now, and its last complete days, from the ledger where they were
read before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from bidctl.domain.campaign import Creative, CreativeDay, CreativeSettled
from bidctl.domain.observation import Observation
from bidctl.domain.promotions import Calendar
from bidctl.domain.values import AccountId, CampaignId, Field, Hold, Kind, Stage
from bidctl.domain.writes import Write, WriteState
from bidctl.engine.creative_table import CampaignCreatives
from bidctl.engine.creative_view import WINDOW_DAYS
from bidctl.engine.days import NaturalDays
from bidctl.engine.external import REACHED
from bidctl.engine.ports import Ledger, PlatformReads, ReadFailed
from bidctl.policy.rulebook import RuleSettings
from bidctl.policy.rulebook.delivery import budget_binds, quiet_now
from bidctl.policy.rulebook.fresh import stale
from bidctl.policy.rulebook.life import observing

SETTLED = timedelta(hours=2)
"""A day's figures are final when read so long after its end (the day's spend "settles by next day"; ours)."""
WEEK = timedelta(days=7)
MATURE = timedelta(days=7)
KEPT = timedelta(days=366)
"""How far back a creative of ours is looked for among the writes."""


def window(now: datetime, days: NaturalDays) -> tuple[datetime, ...]:
    """Beginnings of the complete days that are looked at, oldest first, and of today."""
    today = days.of(now.timestamp())
    return tuple(datetime.fromtimestamp(days.start(d), UTC) for d in range(today - WINDOW_DAYS, today + 1))


def may_be_touched(o: Observation, i: int, rules: RuleSettings) -> bool:
    """Whether row `i` is free, ours, known, in an effective and no quiet hour, and nobody froze it."""
    row = o.take(np.array([i]))
    ours = o.enrolled[i] and not (
        o.advise_only[i] or o.killed[i] or o.breaker_open[i] or o.human_hold[i] or o.open_write[i]
    )
    still = quiet_now(row, rules)[0] or o.hold[i] == Hold.ALL
    known = o.complete[i] and o.clock_ok[i] and not stale(row, rules)[0]
    free = o.stage[i] == Stage.FREE and not observing(row, rules)[0]
    return bool(ours and known and free and o.effective[i] and not still)


def of_campaign(writes: Sequence[Write], campaign: str) -> list[Write]:
    """Changes of a campaign's creatives by us that reached the platform, or may have."""
    return [
        w for w in writes if w.request.campaign == campaign and w.request.field is Field.CREATIVE and w.state in REACHED
    ]


def spares_left(
    ledger: Ledger, account: AccountId, campaign: str, writes: Sequence[Write], members: Sequence[Creative]
) -> list[str]:
    """The campaign's reserve, oldest first, without what is in the campaign, and what was added or refused since it was put there."""
    here = {name for m in members if not m.deleted for name in (m.creative, *m.known_as)}
    tried = {
        w.request.value: w.taken_at
        for w in sorted(writes, key=lambda w: w.id)
        if w.request.campaign == campaign and (w.state in REACHED or w.state is WriteState.REFUSED)
    }
    with ledger.begin() as t:
        mine = [s for s in t.spares(account) if s.campaign == campaign and s.name not in here]
    return [s.name for s in mine if tried.get(f"add:{s.name}", s.added_at) <= s.added_at]


@dataclass(frozen=True, slots=True)
class Look:
    """What all campaigns of an account share at one look. `writes`: ours on creatives, of `KEPT`; `settled` by creative."""

    writes: tuple[Write, ...]
    settled: Mapping[str, CreativeSettled]
    calendar: Calendar
    rules: RuleSettings
    now: datetime


async def begin_look(
    reads: PlatformReads, ledger: Ledger, account: AccountId, calendar: Calendar, rules: RuleSettings, now: datetime
) -> Look:
    """Read what they share. Settled sales are those of the days that are 7 to 21 days old, settled for good; they may veto and are never
    waited for, so a read that fails tells nothing."""
    *days, today = window(now, NaturalDays(reads.capabilities.time_zone))
    with ledger.begin() as t:
        writes = t.recent_writes(account, now - KEPT, field=Field.CREATIVE)
    try:
        settled = await reads.creatives_settled(account, days[0] - MATURE, today - MATURE)
    except ReadFailed:
        settled = {}
    return Look(writes, settled, calendar, rules, now)


async def read_campaign(reads: PlatformReads, ledger: Ledger, o: Observation, i: int, look: Look) -> CampaignCreatives:
    """Row `i` of an observation looked at; days that were not read yet are read and stored. Raises ReadFailed."""
    account, campaign, rules = AccountId(str(o.account[i])), CampaignId(str(o.campaign[i])), look.rules
    zone = NaturalDays(reads.capabilities.time_zone)
    *days, midnight = window(look.now, zone)
    members = await reads.creatives(account, campaign)
    told = await _days(reads, ledger, account, campaign, days, look.now)
    mine = of_campaign(look.writes, campaign)
    gone, came = ([w.taken_at for w in mine if w.request.value.startswith(verb)] for verb in ("delete:", "add:"))
    ahead = int(rules.relay_ahead_days)
    return CampaignCreatives(
        campaign=campaign,
        free=may_be_touched(o, i, rules),
        curbed=bool(budget_binds(o.take(np.array([i])), rules)[0] or o.budget_bound_days[i] > 0),
        keep_at_least=int(rules.keep_live if o.kind[i] == Kind.LIVE else rules.keep_goods),
        retired_today=sum(at >= midnight for at in gone),
        retired_week=sum(at >= midnight - WEEK for at in gone),
        spares=tuple(spares_left(ledger, account, campaign, look.writes, members)),
        batch_due=look.calendar.opens_within(
            date.fromordinal(zone.of(look.now.timestamp())), ahead - WEEK.days + 1, ahead
        ),
        fresh_week=sum(at >= midnight - WEEK for at in came),
        target=float(o.target_units[i]) / float(o.grid[i]) if o.cost_controlled[i] else float("nan"),
        members=members,
        days=told,
        settled=look.settled,
    )


async def _days(
    reads: PlatformReads, ledger: Ledger, account: AccountId, campaign: CampaignId, begins: Sequence[datetime], now: datetime
) -> tuple[CreativeDay, ...]:  # fmt: skip
    with ledger.begin() as t:
        known = t.creative_days(account, campaign, begins[0])
    final = {start: day for start, (read_at, day) in known.items() if read_at >= start + timedelta(days=1) + SETTLED}
    fresh = [await reads.creative_day(account, campaign, start) for start in begins if start not in final]
    if fresh:
        with ledger.begin() as t:
            t.add_creative_days(account, campaign, fresh, now)
    return tuple(final.get(start) or next(d for d in fresh if d.start == start) for start in begins)
