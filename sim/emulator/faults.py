"""Faults on request: rules that fire on the n-th matching call and say afterwards that they did (DESIGN 7).

Two families. Socket and envelope faults act on any matching call. Data faults need something to act on (rows, a suggestion, a
write) and stay armed until a call has it. `delay_seconds` is real time for `lost_reply_*` (hold the line first) and `slow_drip`;
virtual time for `read_after_write_delay`, `rows_late`, `clock_jump`; the value of the header for `code_40110`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.emulator import times

SOCKET = frozenset((
    "lost_reply_applied", "lost_reply_not_applied", "reset_mid_body", "slow_drip", "http_500_applied",
    "http_500_not_applied", "code_50000_applied", "code_50000_not_applied", "code_40100", "code_40110",
    "token_expired", "garbage_json", "clock_jump", "sign_refused",
))  # fmt: skip
DATA = frozenset((
    "refresh_token_reused", "partial_rows", "rows_stale", "rows_missing", "rows_duplicated", "rows_late",
    "pages_shift", "read_after_write_delay", "suggestion_absent", "suggestion_null", "suggestion_zero",
    "human_edit_between", "rows_shuffled", "page_repeated",
))  # fmt: skip
KINDS = SOCKET | DATA
SHOP = frozenset(("sign_refused", "rows_shuffled", "page_repeated"))
"""Of the shop's interface alone."""
NOT_APPLIED = frozenset((
    "lost_reply_not_applied", "http_500_not_applied", "code_50000_not_applied", "code_40100", "code_40110",
    "token_expired",
))  # fmt: skip
DELAYS = {
    "lost_reply_applied": 0.0, "lost_reply_not_applied": 0.0, "slow_drip": 2.0, "code_40110": 300.0,
    "read_after_write_delay": 30.0, "rows_late": 7200.0, "clock_jump": 90.0,
}  # fmt: skip


@dataclass(slots=True)
class FaultRule:
    """Fires on matching calls from the `nth` on, `left` times. `path`: a part of the path; `method`: empty = any."""

    kind: str
    path: str
    method: str
    nth: int
    left: int
    delay_s: float
    seen: int = 0
    fired: int = 0

    def matches(self, method: str, path: str) -> bool:
        return self.left > 0 and self.path in path and self.method in ("", method)


@dataclass(slots=True)
class Firing:
    """One fault meeting one call. `acted`: it had something to act on; a data fault that did not stays armed."""

    rule: FaultRule
    method: str
    path: str
    acted: bool = False

    @property
    def kind(self) -> str:
        return self.rule.kind

    @property
    def delay_s(self) -> float:
        return self.rule.delay_s

    def is_one(self, *kinds: str) -> bool:
        return self.rule.kind in kinds


@dataclass(slots=True)
class Faults:
    """The armed rules and the log of those that fired."""

    rules: list[FaultRule] = field(default_factory=list)
    log: list[dict[str, object]] = field(default_factory=list)

    def arm(self, body: Mapping[str, object]) -> FaultRule:
        """A rule from the control call's body. Raises ValueError (one line)."""
        kind = body.get("kind")
        if kind not in KINDS:
            raise ValueError(f"kind {kind!r}: expected one of {', '.join(sorted(KINDS))}")
        match = body.get("match") or {}
        if not isinstance(match, Mapping) or set(match) - {"path", "method", "nth"}:
            raise ValueError(f"match {match!r}: expected an object with path, method, nth")
        rule = FaultRule(
            kind=str(kind),
            path=str(match.get("path") or ""),
            method=str(match.get("method") or "").upper(),
            nth=_whole(match.get("nth"), 1),
            left=_whole(body.get("count"), 1),
            delay_s=_seconds(body.get("delay_seconds"), DELAYS.get(str(kind), 0.0)),
        )
        self.rules.append(rule)
        return rule

    def meet(self, method: str, path: str) -> Firing | None:
        """The fault of this call, if any. The first rule whose turn it is takes it; every matching rule counts it."""
        found: Firing | None = None
        for rule in self.rules:
            if rule.matches(method, path):
                rule.seen += 1
                if found is None and rule.seen >= rule.nth:
                    found = Firing(rule, method, path, acted=rule.kind in SOCKET)
        return found

    def settle(self, firing: Firing | None, at: float) -> None:
        """After the call: use the rule up and log it where it acted."""
        if firing is None or not firing.acted:
            return
        firing.rule.left -= 1
        firing.rule.fired += 1
        self.log.append({"at": times.iso(at), "kind": firing.kind, "method": firing.method, "path": firing.path})

    def clear(self) -> None:
        """Disarm all; the log stays."""
        self.rules.clear()

    def report(self) -> dict[str, object]:
        rules = [
            {
                "kind": r.kind,
                "path": r.path,
                "method": r.method,
                "nth": r.nth,
                "left": r.left,
                "fired": r.fired,
                "seen": r.seen,
            }
            for r in self.rules
        ]
        return {"rules": rules, "fired": list(self.log)}


def _whole(value: object, default: int) -> int:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{value!r}: expected a whole number of at least 1")
    return value


def _seconds(value: object, default: float) -> float:
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"delay_seconds {value!r}: expected seconds")
    return float(value)
