"""Result rows of writes, in their differing forms (qianchuan.md 6, 11), and tokens (2.2)."""

from __future__ import annotations

from bidctl.adapters.openapi.wire import Id, Items, Wire


class RowError(Wire):
    error_code: int | None = None
    error_message: str | None = None


class ResultRow(Wire):
    """ROI target and budget answer `status` SUCCESS | FAILED; status answers `flag` and `error`."""

    ad_id: Id
    status: str | None = None
    error_message: str | None = None
    flag: bool | None = None
    error: RowError | None = None


class Results(Wire):
    results: Items[ResultRow] = ()


class Nothing(Wire):
    """Creatives: `{}`, nothing to check."""


class Tokens(Wire):
    """A pair of tokens; lifetimes in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int
    refresh_token_expires_in: int
