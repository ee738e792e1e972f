"""Rate limits per app, advertiser and endpoint, and endpoints the platform told us to leave alone, in the clock's time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from bidctl.adapters.openapi.errors import EndpointStopped
from bidctl.adapters.openapi.words import Say
from bidctl.engine.ports import Clock


@dataclass(frozen=True, slots=True)
class Quota:
    """Calls per second: of the app over all endpoints, of one advertiser over all endpoints, and of one endpoint (those not
    named in `endpoints` take `endpoint`). Defaults: third-party figures less a margin (qianchuan.md 3.3); they differ per app."""

    app: float = 12.0
    advertiser: float = 2.0
    endpoint: float = 4.0
    endpoints: Mapping[str, float] = field(default_factory=dict)


class Limits:
    """Lets calls through at the quota's pace. `quota` None: no pace (an emulator in virtual time); stops still hold."""

    def __init__(self, clock: Clock, quota: Quota | None = Quota()) -> None:
        self._clock, self._quota = clock, quota
        self._buckets: dict[str, InMemoryBucket] = {}
        self._stopped: dict[tuple[str, str | None], float] = {}

    async def acquire(self, path: str, advertiser: str | None, max_wait_s: float = math.inf) -> None:
        """Wait for a turn of this call. Raises EndpointStopped while the endpoint is stopped, or where the wait would pass
        `max_wait_s`."""
        self._check_stop(path, advertiser)
        give_up = self._clock.monotonic() + max_wait_s
        for name, per_second in self._lanes(path, advertiser):
            await self._pass(name, per_second, give_up, path)

    def stop(self, path: str, advertiser: str | None, seconds: float) -> None:
        """Leave an endpoint alone for a while, for one advertiser or (None) for all."""
        self._stopped[path, advertiser] = self._clock.monotonic() + seconds

    def _check_stop(self, path: str, advertiser: str | None) -> None:
        left = max(self._stopped.get((path, who), -math.inf) for who in (None, advertiser)) - self._clock.monotonic()
        if left > 0:
            raise EndpointStopped(Say.STOPPED(path=path, left=left).both)

    def _lanes(self, path: str, advertiser: str | None) -> list[tuple[str, float]]:
        quota = self._quota
        if quota is None:
            return []
        lanes = [("app", quota.app), (f"endpoint {path}", quota.endpoints.get(path, quota.endpoint))]
        return [(f"advertiser {advertiser}", quota.advertiser), *lanes] if advertiser else lanes

    async def _pass(self, name: str, per_second: float, give_up: float, path: str) -> None:
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = InMemoryBucket([_rate(per_second)])
        while True:
            now = self._clock.monotonic()
            item = RateItem(path, int(now * 1000))
            bucket.leak(item.timestamp)
            if bucket.put(item):
                return
            wait_ms = bucket.waiting(item)
            assert isinstance(wait_ms, int)  # an in-memory bucket answers at once
            if now + wait_ms / 1000 > give_up:
                raise EndpointStopped(Say.OWN_LIMIT(path=path, name=name).both)
            await self._clock.sleep(wait_ms / 1000 + 0.001)


def _rate(per_second: float) -> Rate:
    """Whole calls per window: at least one call, the window as long as it needs."""
    calls = max(1, math.floor(per_second))
    return Rate(calls, round(1000 * calls / per_second))
