"""How a read of an open API fails, whichever platform it is."""

from __future__ import annotations

from bidctl.adapters.openapi.words import Say
from bidctl.engine.ports import ReadFailed
from bidctl.wording import Wording


class NetworkFailed(ReadFailed):
    """No answer, or an HTTP fault of a gateway: worth another try for a read."""


class EndpointStopped(ReadFailed):
    """We do not call this endpoint now, because the platform told us to stop for a while."""


class BadEnvelope(ReadFailed):
    """An answer that does not parse: nothing may be concluded, so the account's edits stop."""

    def __init__(self, path: str, found: str) -> None:
        super().__init__(Say.BAD_ENVELOPE(path=path, found=Wording.read(found)).both, stops_account=True)


class NeedsAuthorisation(ReadFailed):
    """Only a person can help: authorise again with `command`."""

    def __init__(self, why: Wording, command: str = "bidctl connect") -> None:
        super().__init__(Say.AUTHORISE(why=why, command=command).both)
