"""The transport of everything that may only read."""

from __future__ import annotations

from bidctl.adapters.http import httpx
from bidctl.adapters.openapi.guard import AllowListTransport
from bidctl.adapters.qianchuan.endpoints import READ_CALLS


class ReadOnlyTransport(AllowListTransport):
    """The transport of every read client: `READ_CALLS` and nothing else."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        super().__init__(inner, READ_CALLS)
