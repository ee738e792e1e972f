"""Who may call: access tokens that expire, refresh tokens that work once (qianchuan.md 2.3).

Any app may authorise: an auth code is any text that begins with `auth-code-` and stays valid, because nobody stands at the
authorise page here; any secret is good. `T` and `refresh-1` are the fact sheet's sample tokens of the sample app.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.emulator.errors import ApiError

SAMPLE_APP = "1700000000000001"
ACCESS_S, REFRESH_S, FOREVER_S = 86_400, 2_592_000, 3_153_600_000
CODE_PREFIX = "auth-code-"


@dataclass(frozen=True, slots=True)
class Pair:
    """An access token with the refresh token that replaces it; virtual epoch seconds."""

    app_id: str
    access: str
    refresh: str
    access_until: float
    refresh_until: float


class Tokens:
    """The tokens in force."""

    def __init__(self, now: float) -> None:
        self._access: dict[str, Pair] = {}
        self._refresh: dict[str, Pair] = {}
        self._expired: set[str] = set()
        self._count = 0
        self._keep(Pair(SAMPLE_APP, "T", "", now + FOREVER_S, now))
        self._keep(Pair(SAMPLE_APP, "access-1", "refresh-1", now + ACCESS_S, now + REFRESH_S))

    def authorise(self, app_id: str, code: str, now: float) -> Pair:
        """A pair for an auth code. Raises ApiError."""
        if not code.startswith(CODE_PREFIX):
            raise ApiError(
                40000, f"auth_code {code!r} is not valid; here any that begins with {CODE_PREFIX} is (emulator)"
            )
        return self._mint(app_id, now)

    def refresh(self, app_id: str, token: str, now: float) -> Pair:
        """A new pair; the old one dies at once, access token included. Raises ApiError 40103, 40107."""
        old = self._refresh.pop(token, None)
        if old is None or old.app_id != app_id:
            raise ApiError(40107, "invalid refresh token: unknown or already used")
        self._access.pop(old.access, None)
        if now >= old.refresh_until:
            raise ApiError(40103, "refresh token expired")
        return self._mint(app_id, now)

    def app_of(self, access: str | None, now: float) -> str:
        """The app behind an access token. Raises ApiError 40102, 40104, 40105."""
        if not access:
            raise ApiError(40104, "access token is empty")
        pair = self._access.get(access)
        if pair is None:
            raise ApiError(40105, "access token is not valid")
        if now >= pair.access_until or access in self._expired:
            raise ApiError(40102, "access token expired")
        return pair.app_id

    def mint_forever(self, app_id: str, now: float) -> str:
        """A long-lived access token for tests."""
        self._count += 1
        self._keep(Pair(app_id, f"test-{app_id}-{self._count}", "", now + FOREVER_S, now))
        return f"test-{app_id}-{self._count}"

    def expire(self, access: str) -> None:
        """This access token is expired from now on."""
        self._expired.add(access)

    def burn(self, refresh: str) -> None:
        """Somebody else has used this refresh token."""
        self._refresh.pop(refresh, None)

    def _mint(self, app_id: str, now: float) -> Pair:
        self._count += 1
        pair = Pair(
            app_id, f"access-{app_id}-{self._count}", f"refresh-{app_id}-{self._count}", now + ACCESS_S, now + REFRESH_S
        )
        self._keep(pair)
        return pair

    def _keep(self, pair: Pair) -> None:
        self._access[pair.access] = pair
        if pair.refresh:
            self._refresh[pair.refresh] = pair
