"""What the answers of a world must look like (docs/world.md): kinds, lengths, and what cannot be. The first thing that is wrong is
raised as WorldError, in one line with method, column, what was found and what was expected."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.values import Intent, Side
from bidctl.wording import Wording
from sim.calendar import DAY, HOUR, OFFSET
from sim.platform import CAPABILITIES
from sim.seam import CampaignSpec, LiveSession, Report, RunOut
from sim.words import Say

Int = NDArray[np.int64]
SPAN_S = {"hour": HOUR, "day": DAY}
LEAST_ORDER = 100
"""Fen: orders that are worth less in the mean are yuan by mistake (ours)."""
_NUMBER = int | float | np.integer | np.floating
_SPEC = {
    "account": int | np.integer, "live_account": int | np.integer, "budget": int | np.integer, "target": _NUMBER,
    "created_at": _NUMBER, "starts_at": _NUMBER, "name": str, "products": tuple, "cost_controlled": bool | np.bool_,
    "overall": bool | np.bool_, "number": int | np.integer | None,
}  # fmt: skip
_FLOATS = {"span_start", "profit", "credits"}
_ALWAYS = ("spend", "gmv", "orders")
_LESS = {"gmv_1h": "gmv", "orders_1h": "orders", "gmv_7d": "gmv", "gmv_14d": "gmv", "gmv_30d": "gmv", "gmv_90d": "gmv"}


class WorldError(ValueError):
    """A world that cannot be run; the text is one line for people, in both languages."""

    def __init__(self, told: Wording | str) -> None:
        super().__init__(told if isinstance(told, str) else told.both)


def see_spec(world: str, i: int, spec: Any) -> None:
    """A campaign as created."""
    for f in fields(CampaignSpec):
        if not hasattr(spec, f.name):
            raise WorldError(Say.WORLD_SPEC(world=world, index=i, column=f.name))
    for name, kind in _SPEC.items():
        found = getattr(spec, name)
        if not isinstance(found, kind):
            raise WorldError(
                Say.WORLD_SPEC_KIND(world=world, index=i, column=name, found=repr(found), expected=_said(kind))
            )
    low, high = CAPABILITIES.target_min, CAPABILITIES.target_max
    good = (
        low <= spec.target <= high and spec.budget >= 0 and spec.kind in (0, 1) and spec.objective in (0, 1)
        and spec.account >= 0 and np.isfinite(spec.created_at) and np.isfinite(spec.starts_at)
    )  # fmt: skip
    if not good:
        raise WorldError(Say.WORLD_SPEC_VALUE(world=world, index=i, value=repr(spec), low=low, high=high))


def see_terms(world: str, i: int, terms: Any) -> None:
    """How an operator would enrol a campaign."""
    good = (
        isinstance(getattr(terms, "side", None), Side)
        and isinstance(getattr(terms, "intent", None), Intent)
        and isinstance(getattr(terms, "group", None), str)
        and isinstance(getattr(terms, "wanted", None), bool | np.bool_)
        and isinstance(getattr(terms, "goal", None), _NUMBER) and 0 < terms.goal < np.inf
        and isinstance(getattr(terms, "margin", None), _NUMBER) and 0 < terms.margin <= 1
    )  # fmt: skip
    if not good:
        raise WorldError(Say.WORLD_TERMS(world=world, index=i, value=repr(terms)))


def see_column(world: str, method: str, name: str, found: Any, dtype: type, rows: int | None) -> None:
    """A numpy array of this dtype and length."""
    if not isinstance(found, np.ndarray) or found.dtype != dtype or found.ndim != 1:
        kind = f"{found.dtype} {list(found.shape)}" if isinstance(found, np.ndarray) else type(found).__name__
        raise WorldError(Say.WORLD_DTYPE(world=world, method=method, column=name, found=kind, expected=np.dtype(dtype)))
    if rows is not None and len(found) != rows:
        raise WorldError(Say.WORLD_LENGTH(world=world, method=method, column=name, found=len(found), expected=rows))


def see_report(world: str, method: str, found: Any, asked: Int, since: float, until: float, span: str) -> Report:
    """Rows of spans that begin in [since, until), of campaigns `asked`, each once."""
    told = Report(**_columns(world, method, found, [f.name for f in fields(Report)]))
    size, begin = SPAN_S[span], told.span_start
    _every(world, method, "campaign", told.campaign, np.isin(told.campaign, asked), Say.WORLD_ASKED())
    _every(
        world,
        method,
        "span_start",
        begin,
        (begin >= since) & (begin < until),
        Say.WORLD_WITHIN(since=since, until=until),
    )
    _every(world, method, "span_start", begin, (begin + OFFSET) % size == 0, Say.WORLD_BEGINS(span=span))
    place = told.campaign * 1_000_000 + np.rint((begin - since) / size).astype(np.int64)
    if len(np.unique(place)) < len(place):
        raise WorldError(Say.WORLD_TWICE(world=world, method=method))
    for name in _ALWAYS:
        column = getattr(told, name)
        _every(world, method, name, column, column >= 0, Say.WORLD_NOT_NEGATIVE())
    gmv, orders = int(told.gmv.sum()), int(told.orders.sum())
    if 0 < gmv < LEAST_ORDER * orders:
        raise WorldError(Say.WORLD_FEN(world=world, method=method, found=f"{gmv / orders:.1f}"))
    for name, whole in _LESS.items():
        column = getattr(told, name)
        _every(world, method, name, column, column >= -1, Say.WORLD_NOT_REPORTED())
        _every(world, method, name, column, column <= getattr(told, whole), Say.WORLD_AT_MOST(whole=whole))
    return told


def see_end(world: str, told: Any, n: int) -> RunOut:
    """The run-out of `n` campaigns; one without protection may leave its columns out."""
    columns = {"credits": np.zeros(n), "days_void": np.zeros(n, np.int64)}
    may = [name for name in columns if hasattr(told, name)]
    end = RunOut(**(columns | _columns(world, "run_out()", told, ["spend", "gmv", "kept", "profit", *may], n)))
    for name in ("spend", "gmv", "kept"):
        column = getattr(end, name)
        _every(world, "run_out()", name, column, column >= 0, Say.WORLD_NOT_NEGATIVE())
    _every(world, "run_out()", "kept", end.kept, end.kept <= end.gmv, Say.WORLD_AT_MOST(whole="gmv"))
    return end


def see_session(world: str, found: Any) -> None:
    """A broadcast of a room."""
    for f in fields(LiveSession):
        if not isinstance(getattr(found, f.name, None), _NUMBER):
            raise WorldError(Say.WORLD_SESSION(world=world, column=f.name, found=repr(found)))


def _columns(world: str, method: str, told: Any, names: list[str], rows: int | None = None) -> dict[str, Any]:
    for name in names:
        if not hasattr(told, name):
            raise WorldError(Say.WORLD_COLUMN(world=world, method=method, column=name))
        column = getattr(told, name)
        see_column(world, method, name, column, np.float64 if name in _FLOATS else np.int64, rows)
        if name in _FLOATS:
            _every(world, method, name, column, np.isfinite(column), Say.WORLD_FINITE())
        rows = len(column)
    return {name: getattr(told, name) for name in names}


def _every(
    world: str, method: str, name: str, column: NDArray[np.generic], good: NDArray[np.bool_], expected: Wording
) -> None:
    """All rows are good, else the first that is not."""
    if not good.all():
        row = int(np.argmin(good))
        raise WorldError(
            Say.WORLD_VALUE(
                world=world, method=method, column=name, row=row, found=column[row].item(), expected=expected
            )
        )


def _said(kind: Any) -> str:
    if kind is _NUMBER:
        return "float"
    return str(getattr(kind, "__args__", (kind,))[0].__name__)
