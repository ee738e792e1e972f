"""`doctor`: what an installation needs, looked at one by one; each check says what to do where it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bidctl import catalog, wiring
from bidctl.adapters.qianchuan.accounts import discover
from bidctl.config import Settings
from bidctl.domain.campaign import Listing
from bidctl.domain.values import AccountId, Mode
from bidctl.engine.clearance import MAX_OFFSET_S
from bidctl.engine.ports import ReadFailed
from bidctl.problem import Problem
from bidctl.wiring.shop import shop_warning
from bidctl.wiring.table_check import examined
from bidctl.wiring.words import Say
from bidctl.wording import Wording

TITLES = {
    "policies": Wording("策略", "policies"),
    "rules": Wording("规则", "rules"),
    "store": Wording("账本", "store"),
    "stoploss": Wording("止损", "stoploss"),
    "tables": Wording("您的表", "tables"),
    "key": Wording("密钥", "key"),
    "platform": Wording("平台", "platform"),
    "shop": Wording("抖店", "shop"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One look. `found`: what was found, and what to do."""

    name: str
    ok: bool
    found: Wording

    @property
    def title(self) -> Wording:
        return TITLES[self.name]


async def examine(settings: Settings, offline: bool) -> list[Check]:
    """All checks, in the order in which they should be mended."""
    checks = [_check("policies", lambda: _policies()), _check("rules", lambda: _rules(settings)),
              _check("store", lambda: _store(settings)), _check("stoploss", lambda: _stoploss(settings))]  # fmt: skip
    if any(file for _, file in settings.tables):
        checks.append(_check("tables", lambda: examined(settings)))
    if not offline:
        checks.append(_check("key", lambda: _key(settings)))
        checks.append(await _acheck("platform", lambda: _platform(settings)))
        if settings.shop.app_key:
            checks.append(await _acheck("shop", lambda: _shop(settings)))
    return checks


def _check(name: str, look: Callable[[], Wording]) -> Check:
    try:
        return Check(name, True, look())
    except Problem as problem:
        return Check(name, False, problem.told)


async def _acheck(name: str, look: Callable[[], Awaitable[Wording]]) -> Check:
    try:
        return Check(name, True, await look())
    except Problem as problem:
        return Check(name, False, problem.told)
    except ReadFailed as failed:
        return Check(name, False, Wording.read(failed.why))


def _policies() -> Wording:
    catalog.check_ownership()
    return Say.POLICIES_FOUND(found=", ".join(catalog.policy_id(catalog.load(r)) for r in catalog.shipped()))


def _rules(settings: Settings) -> Wording:
    wiring.rule_settings(settings)
    return Say.RULES_FINE(count=len(settings.rules))


def _store(settings: Settings) -> Wording:
    with wiring.ledger(settings) as ledger, ledger.begin() as t:
        return Say.STORE_FINE(place=ledger.place, count=len(t.enrolments()))


def _stoploss(settings: Settings) -> Wording:
    return Say.STOPLOSS_FINE() if settings.stoploss.is_set else Say.STOPLOSS_LATER()


def _key(settings: Settings) -> Wording:
    wiring.cipher(settings)
    return Say.KEY_FINE()


async def _shop(settings: Settings) -> Wording:
    warning = await shop_warning(settings)
    if warning is not None:
        raise Problem(warning)
    return Say.SHOP_FINE(shop=settings.shop.shop_id)


async def _platform(settings: Settings) -> Wording:
    async with wiring.parts(settings, Mode.DRY) as p:
        with p.ledger.begin() as t:
            accounts = [*t.accounts(), *(AccountId(a) for a in settings.run.accounts)]
        if not accounts:
            accounts = [found.account for found in await discover(p.client)]
        if not accounts:
            raise Problem(Say.NO_ACCOUNT())
        listings = [await _listing(p, account) for account in dict.fromkeys(accounts)]
        offset = p.reads.clock_offset_s()
        if abs(offset) > MAX_OFFSET_S:
            raise Problem(Say.CLOCK_OFF(offset=offset, limit=MAX_OFFSET_S))
        told = ", ".join(one.account for one in listings)
        return Say.PLATFORM_FINE(account=told, count=sum(len(one.campaigns) for one in listings), offset=offset)


async def _listing(p: wiring.Parts, account: AccountId) -> Listing:
    """Raises Problem, naming the account."""
    try:
        return await p.reads.campaigns(account, p.clock.now())
    except ReadFailed as failed:
        raise Problem(Say.NOT_LISTED(account=account, why=Wording.read(failed.why))) from None
