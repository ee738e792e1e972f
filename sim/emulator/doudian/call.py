"""One call of the shop as its endpoints see it: the body read strictly, pages cut in one place, the fault that met it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.emulator import times
from sim.emulator.doudian.errors import wrong
from sim.emulator.faults import Firing

MOST = 50_000
LARGEST = 100


@dataclass(frozen=True, slots=True)
class ShopCall:
    """`body`: the business parameters; `now`: the instant up to which the shop shows what happened."""

    path: str
    body: Mapping[str, object]
    now: float
    fault: Firing | None

    def meets(self, *kinds: str) -> bool:
        return self.fault is not None and self.fault.is_one(*kinds)

    def acted(self) -> None:
        """The fault found something to act on."""
        if self.fault:
            self.fault.acted = True

    def whole(self, name: str, refusal: int, default: int | None = None) -> int:
        """A whole number. Raises ShopError with this sub number."""
        value = self.body.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong(refusal, f"{name} {value!r}: expected a whole number")
        return value

    def size(self, refusal: int) -> int:
        found = self.whole("size", refusal)
        if not 1 <= found <= LARGEST:
            raise wrong(refusal, f"size {found}: expected 1 to {LARGEST}")
        return found

    def moment(self, name: str, refusal: int) -> float:
        """Epoch second of a text in Beijing time."""
        try:
            return times.parse_exactly(str(self.body.get(name)))
        except ValueError:
            raise wrong(refusal, f"{name} {self.body.get(name)!r}: expected yyyy-MM-dd HH:mm:ss") from None

    def rows(self, begin: int, size: int, n: int) -> list[int]:
        """Positions of a page of `n` rows. `rows_missing` drops every third row; `rows_duplicated` says the first one twice;
        `rows_shuffled` turns them round; `page_repeated` gives the page before; `pages_shift` begins a row late, or early."""
        found = [*range(begin, min(begin + size, n))]
        if not found or not self.meets(*PAGE_FAULTS) or (self.meets("page_repeated") and begin < size):
            return found
        self.acted()
        if self.meets("rows_missing"):
            return [p for k, p in enumerate(found) if k % 3]
        if self.meets("rows_duplicated"):
            return [found[0], *found]
        if self.meets("rows_shuffled"):
            return found[::-1]
        if self.meets("page_repeated"):
            return [p - size for p in range(begin, begin + size)]
        return [p for p in (p + (1 if begin < size else -1) for p in found) if 0 <= p < n]


PAGE_FAULTS = ("rows_missing", "rows_duplicated", "rows_shuffled", "page_repeated", "pages_shift")
