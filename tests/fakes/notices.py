"""A notifier that keeps what it was told."""

from __future__ import annotations

from collections.abc import Sequence

from bidctl.domain.reasons import Alert
from bidctl.engine.ports import Notice


class Notices:
    def __init__(self) -> None:
        self.heard: list[Notice] = []

    async def notify(self, notices: Sequence[Notice]) -> None:
        self.heard += notices

    @property
    def alerts(self) -> list[Alert]:
        return [n.alert for n in self.heard]
