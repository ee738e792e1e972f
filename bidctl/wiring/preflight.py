"""Preflight of an account: as the platform answers now, or from what the ledger has recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bidctl import catalog
from bidctl.config import Settings
from bidctl.domain.campaign import CampaignInfo, Creative
from bidctl.domain.decision import Decisions
from bidctl.domain.observation import Observation
from bidctl.domain.values import AccountId, CampaignId, Mode
from bidctl.engine.assemble import assemble
from bidctl.engine.decide import decide
from bidctl.engine.guards import fresh
from bidctl.engine.ports import PlatformReads, ReadFailed
from bidctl.engine.preflight import Asked, Line, preflight
from bidctl.engine.standing import Standing
from bidctl.problem import UsageProblem
from bidctl.wiring import clock, ledger, parts, rule_settings
from bidctl.wiring.advice import DEFAULT_POLICY
from bidctl.wiring.books import recorded
from bidctl.wiring.looking import look_at
from bidctl.wiring.tables import TableFiles
from bidctl.wiring.words import Say


@dataclass(frozen=True, slots=True)
class _Seen:
    o: Observation
    d: Decisions
    infos: dict[CampaignId, CampaignInfo]


async def asked_preflight(settings: Settings, account: AccountId, named: Sequence[CampaignId]) -> list[Line]:
    """As the platform answers now: the enrolled campaigns, or those named. Raises Problem, UsageProblem."""
    run = settings.run.model_copy(
        update={"accounts": (*settings.run.accounts, account)}
    )  # also where nothing is enrolled
    async with parts(settings.model_copy(update={"run": run}), Mode.DRY) as p:
        listing, o, d = await look_at(p, account)
        seen = _chosen(_Seen(o, d, {i.campaign: i for i in listing.campaigns}), account, named)
        asked = Asked({c: await _creatives(p.reads, account, c) for c in map(CampaignId, map(str, seen.o.campaign))})
    return preflight(seen.o, seen.d, seen.infos, rule_settings(settings), settings.stoploss.is_set, asked)


async def _creatives(reads: PlatformReads, account: AccountId, campaign: CampaignId) -> Sequence[Creative] | str:
    try:
        return await reads.creatives(account, campaign)
    except ReadFailed as failed:
        return failed.why


def recorded_preflight(settings: Settings, account: AccountId, named: Sequence[CampaignId]) -> list[Line]:
    """From the ledger alone; what only the platform knows is not known. Raises UsageProblem."""
    rules = rule_settings(settings)
    tables = fresh(TableFiles(settings.tables)(), clock(settings).now().timestamp(), rules)
    c = recorded(settings, account, Standing(tables=tables))
    o = Observation(**assemble(c))  # type: ignore[arg-type]
    with ledger(settings) as opened, opened.begin() as t:
        infos = {name: known.info for name, known in t.load_campaigns(account).items()}
    seen = _chosen(_Seen(o, decide(catalog.load(DEFAULT_POLICY), o, rules), infos), account, named)
    return preflight(seen.o, seen.d, seen.infos, rules, settings.stoploss.is_set, None)


def _chosen(seen: _Seen, account: AccountId, named: Sequence[CampaignId]) -> _Seen:
    """The campaigns named, else those that are enrolled and not over."""
    ids = [CampaignId(str(c)) for c in seen.o.campaign]
    strange = [c for c in named if c not in ids]
    if strange:
        raise UsageProblem(Say.NO_SUCH_CAMPAIGN(campaign=strange[0], account=account))
    known = [c in seen.infos and not seen.infos[c].ended for c in ids]
    wanted = [c in named for c in ids] if named else seen.o.enrolled & np.array(known, np.bool_)
    rows = np.flatnonzero(wanted)
    if not len(rows):
        raise UsageProblem(Say.NONE_ENROLLED(account=account))
    return _Seen(seen.o.take(rows), seen.d.take(rows), seen.infos)
