"""Which fault is armed where, so that it hits."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.long.stage import Stage

OF_A_WRITE = (
    "lost_reply_applied", "lost_reply_not_applied", "reset_mid_body", "slow_drip", "http_500_applied",
    "http_500_not_applied", "code_50000_applied", "code_50000_not_applied", "code_40100", "code_40110", "token_expired",
    "partial_rows", "garbage_json", "read_after_write_delay", "human_edit_between",
)  # fmt: skip
"""Kinds that must hit an open write, at its request or at its read-back."""
OF_A_TICK = (
    "refresh_token_reused", "rows_stale", "rows_missing", "rows_duplicated", "rows_late", "pages_shift", "suggestion_absent",
    "suggestion_null", "suggestion_zero", "clock_jump",
)  # fmt: skip
"""Kinds that must hit a tick in which an edit is due."""
KINDS = OF_A_WRITE + OF_A_TICK
WRITE, DETAIL, LOG = "roi2_goal/update", "ad/detail", "log_search"
READ_BACK = (DETAIL, LOG)
LISTS = ("uni_promotion/list", "report/uni_promotion/data", LOG)
PATHS: dict[str, tuple[str, ...]] = {
    "rows_late": ("uni_promotion/list", "report/uni_promotion/data"),
    "clock_jump": ("uni_promotion/list", DETAIL, WRITE, "suggest"),
    "refresh_token_reused": ("refresh_token",),
} | {kind: ("suggest",) for kind in OF_A_TICK if kind.startswith("suggestion")}


def arm(stage: Stage, rng: Random, kind: str, *, aimed: bool) -> None:
    """One fault of this kind at the next matching call. `aimed`: at a write or its read-back, where the kind allows it."""
    if kind in OF_A_WRITE:
        paths = (WRITE, WRITE, WRITE, *READ_BACK) if aimed else (*LISTS, DETAIL, "suggest")
        if kind in ("partial_rows", "human_edit_between", "read_after_write_delay"):
            # a delayed reading before a write would hide somebody's edit of the minute before, which nobody can help
            paths = (WRITE,)
    else:
        paths = PATHS.get(kind, LISTS)
    path = rng.choice(paths)
    nth = 1 if path == WRITE else rng.choice((1, 1, 1, 2, 3))
    if kind == "refresh_token_reused":  # a refresh must be made for it
        _post(stage, "token_expired", rng.choice(LISTS), 1, None)
    _post(stage, kind, path, nth, _delay(rng, kind))


def _post(stage: Stage, kind: str, path: str, nth: int, delay: float | None) -> None:
    body: dict[str, Any] = {"kind": kind, "match": {"path": path, "nth": nth}}
    stage.control("POST", "faults", body | ({} if delay is None else {"delay_seconds": delay}))


def _delay(rng: Random, kind: str) -> float | None:
    """Real seconds of a drip, virtual ones of the others."""
    if kind == "slow_drip":
        return rng.choice((0.02, 0.02, 0.02, 0.02, 0.02, 4.5))  # the last is longer than we wait
    if kind == "clock_jump":
        return rng.choice((-1, 1, 1)) * rng.choice((rng.uniform(1, 29), rng.uniform(31, 300)))
    if kind == "read_after_write_delay":
        return rng.uniform(2, 55)
    return rng.uniform(5, 400) if kind == "code_40110" else None
