"""Who may call the shop: apps with their secrets, access tokens of 7 days, refresh tokens of 14 that work once."""

from __future__ import annotations

from dataclasses import dataclass

from sim.emulator.doudian.errors import ShopError, denied

APP_KEY, SECRET = "7000000000000000001", "00000000-test-secret"
"""The app that is registered from the start; a control call registers others."""
ACCESS_S, REFRESH_S, RENEWED_S = 604_800, 1_209_600, 3600
CODE_PREFIX = "auth-code-"


@dataclass(frozen=True, slots=True)
class ShopPair:
    """An access token with the refresh token that replaces it; virtual epoch seconds."""

    app_key: str
    access: str
    refresh: str
    access_until: float
    refresh_until: float


class ShopTokens:
    """The apps, and the tokens in force."""

    def __init__(self) -> None:
        self.apps = {APP_KEY: SECRET}
        self._access: dict[str, ShopPair] = {}
        self._refresh: dict[str, ShopPair] = {}
        self._expired: set[str] = set()
        self._count = 0

    def secret(self, app_key: str | None) -> str:
        """Raises ShopError for an app that nobody registered."""
        if not app_key:
            raise denied("isv.app-id-missing", "app_key is missing")
        if app_key not in self.apps:
            raise denied("isv.app-id-invalid", f"app_key {app_key!r} is not registered")
        return self.apps[app_key]

    def check(self, app_key: str, access: str | None, now: float) -> None:
        """Raises ShopError where the access token does not open this app's shop now."""
        if not access:
            raise denied("isv.access-token-missing", "access_token is missing")
        pair = self._access.get(access)
        if pair is None or pair.app_key != app_key:
            raise denied("isv.access-token-no-existed", "access_token is not known")
        if now >= pair.access_until or access in self._expired:
            raise denied("isv.access-token-expired", "access_token has expired")

    def create(self, app_key: str, grant: object, code: str, shop_id: str, own: str, now: float) -> ShopPair:
        """A pair for a code, or for a shop's own app. Raises ShopError."""
        if grant == "authorization_self":
            if shop_id not in ("", own):
                raise _failed("no-authorization", f"shop {shop_id} is not this app's")
        elif grant == "authorization_code":
            if not code.startswith(CODE_PREFIX):
                raise _failed(
                    "code-invalid", f"code {code!r}; here any that begins with {CODE_PREFIX} is good (emulator)"
                )
        else:
            raise _failed("grant-type-invalid", f"grant_type {grant!r}")
        return self._mint(app_key, now)

    def refresh(self, app_key: str, token: str, now: float) -> ShopPair:
        """The same pair while more than an hour is left of it, else a new one, and the old refresh token is dead."""
        old = self._refresh.get(token)
        if old is None or old.app_key != app_key:
            raise _failed("token-invalid", "refresh token is unknown or was used")
        if now >= old.refresh_until:
            raise _failed("token-expired", "refresh token has expired")
        if old.access_until - now > RENEWED_S and old.access not in self._expired:
            return old
        del self._refresh[token]
        return self._mint(app_key, now)

    def expire(self, access: str) -> None:
        """This access token is expired from now on."""
        self._expired.add(access)

    def _mint(self, app_key: str, now: float) -> ShopPair:
        self._count += 1
        name = f"{app_key}-{self._count}"
        pair = ShopPair(app_key, f"shop-access-{name}", f"shop-refresh-{name}", now + ACCESS_S, now + REFRESH_S)
        self._access[pair.access] = self._refresh[pair.refresh] = pair
        return pair


def _failed(what: str, message: str) -> ShopError:
    return ShopError(50001, f"dop.token-generate-failed:{what}", message)
