"""Authorising, and asking the platform what is there."""

from __future__ import annotations

import asyncio
import secrets

from bidctl import wiring
from bidctl.adapters.qianchuan import oauth
from bidctl.adapters.qianchuan.accounts import discover
from bidctl.config import Settings
from bidctl.domain.campaign import CampaignInfo
from bidctl.domain.values import AccountId, Mode
from bidctl.engine.ports import ReadFailed
from bidctl.problem import Problem
from bidctl.wording import Wording


def authorise_url(settings: Settings) -> str:
    """The page on which a person authorises the app."""
    return oauth.authorise_url(settings.platform.app_id, secrets.token_urlsafe(12))


async def connect(settings: Settings, auth_code: str) -> list[str]:
    """Turn a callback's code into the stored, encrypted pair; the advertiser accounts it opens. Raises Problem."""
    async with wiring.parts(settings, Mode.DRY) as p:
        try:
            await p.tokens.connect(auth_code)
            found = await discover(p.client)
        except ReadFailed as failed:
            raise Problem(Wording.read(failed.why)) from None
    return [str(a.account) for a in found]


def list_campaigns(settings: Settings, account: AccountId) -> tuple[CampaignInfo, ...]:
    """Every campaign of an account, asked now. Raises Problem."""

    async def ask() -> tuple[CampaignInfo, ...]:
        async with wiring.parts(settings, Mode.DRY) as p:
            try:
                return (await p.reads.campaigns(account, p.clock.now())).campaigns
            except ReadFailed as failed:
                raise Problem(Wording.read(failed.why)) from None

    return asyncio.run(ask())
