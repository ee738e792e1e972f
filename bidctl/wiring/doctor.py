"""`doctor`: what an installation needs, looked at one by one; each check says what to do where it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bidctl import catalog, wiring
from bidctl.adapters.qianchuan.accounts import discover
from bidctl.config import Settings
from bidctl.domain.values import AccountId, Mode
from bidctl.engine.clearance import MAX_OFFSET_S
from bidctl.engine.ports import ReadFailed
from bidctl.problem import Problem


@dataclass(frozen=True, slots=True)
class Check:
    """One look. `zh`, `en`: what was found, and what to do."""

    name: str
    ok: bool
    zh: str
    en: str

    def detail(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


async def examine(settings: Settings, offline: bool) -> list[Check]:
    """All checks, in the order in which they should be mended."""
    checks = [_check("policies", lambda: _policies()), _check("rules", lambda: _rules(settings)),
              _check("store", lambda: _store(settings)), _check("stoploss", lambda: _stoploss(settings))]  # fmt: skip
    if not offline:
        checks.append(_check("key", lambda: _key(settings)))
        checks.append(await _acheck("platform", lambda: _platform(settings)))
    return checks


def _check(name: str, look: Callable[[], tuple[str, str]]) -> Check:
    try:
        return Check(name, True, *look())
    except Problem as problem:
        return Check(name, False, problem.message, problem.message)


async def _acheck(name: str, look: Callable[[], Awaitable[tuple[str, str]]]) -> Check:
    try:
        return Check(name, True, *await look())
    except Problem as problem:
        return Check(name, False, problem.message, problem.message)
    except ReadFailed as failed:
        return Check(name, False, failed.why, failed.why)


def _policies() -> tuple[str, str]:
    catalog.check_ownership()
    found = ", ".join(catalog.policy_id(catalog.load(r)) for r in catalog.shipped())
    return found, found


def _rules(settings: Settings) -> tuple[str, str]:
    wiring.rule_settings(settings)
    n = len(settings.rules)
    return f"规则数值有效, 其中 {n} 项自定义", f"the rulebook's numbers are valid, {n} of them yours"


def _store(settings: Settings) -> tuple[str, str]:
    with wiring.ledger(settings) as ledger, ledger.begin() as t:
        n = len(t.enrolments())
        return f"{ledger.place}: 已托管 {n} 个计划", f"{ledger.place}: {n} campaigns enrolled"


def _stoploss(settings: Settings) -> tuple[str, str]:
    if settings.stoploss.is_set:
        return "已设置", "set"
    return "未设置: approve 与 live 将拒绝启动", "not set: approve and live will refuse to start"


def _key(settings: Settings) -> tuple[str, str]:
    wiring.cipher(settings)
    return "令牌密钥可用", "the key of stored tokens works"


async def _platform(settings: Settings) -> tuple[str, str]:
    async with wiring.parts(settings, Mode.DRY) as p:
        with p.ledger.begin() as t:
            accounts = [*t.accounts(), *(AccountId(a) for a in settings.run.accounts)]
        if not accounts:
            accounts = [found.account for found in await discover(p.client)]
        if not accounts:
            raise Problem(
                "the authorisation opens no account: authorise again with an account that runs ads: bidctl connect"
            )
        listing = await p.reads.campaigns(accounts[0], p.clock.now())
        offset = p.reads.clock_offset_s()
        if abs(offset) > MAX_OFFSET_S:
            raise Problem(
                f"clock: {offset:+.0f} s from the platform's, expected within 30 s: set this machine's clock (R-CLOCK)"
            )
        n = len(listing.campaigns)
        return (
            f"{accounts[0]}: 读到 {n} 个计划, 时钟偏差 {offset:+.1f} 秒",
            f"{accounts[0]}: {n} campaigns read, clock {offset:+.1f} s off",
        )
