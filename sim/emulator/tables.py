"""Report tables kept while their pages are read: built once for as long as the report cannot have changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

KEPT = 12
"""Tables kept, the oldest use forgotten first; a table of 100 plans' hours is a few MB."""


class Tables:
    """A table by what was asked and by the instant up to which the world has reported."""

    def __init__(self) -> None:
        self._found: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()

    def of(self, reported_at: float, asked: Hashable, build: Callable[[], Any]) -> Any:
        """The table of `asked`, built by `build` unless it was since the world last reported anything new."""
        kept = self._found.get(asked)
        if kept is None or kept[0] != reported_at:
            kept = self._found[asked] = (reported_at, build())
        self._found.move_to_end(asked)
        while len(self._found) > KEPT:
            self._found.popitem(last=False)
        return kept[1]
