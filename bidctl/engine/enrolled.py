"""What operators gave into our hands, in columns beside the roster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from bidctl.domain.enrolment import Enrolment, Prior
from bidctl.domain.values import Basis, CampaignId, Side
from bidctl.policy.rulebook.floor import FloorInputs

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

_DEFAULT = Prior()


@dataclass(frozen=True, slots=True)
class Enrolled:
    """(n,) columns over the roster's rows; NaN = not given; `quiet` by row. The names are those of `Enrolment`, `Economics`, `Prior`."""

    enrolled: Bool
    goal: Float
    basis: NDArray[np.int8]
    intent: NDArray[np.int8]
    side: NDArray[np.int8]
    margin: Float
    refund_after_dispatch: Float
    loss_per_refund: Float
    incremental: Float
    commission: Float
    break_even: Float
    cash_share: Float
    minimum: Float
    maximum: Float
    waivers: NDArray[np.int64]
    stoploss_spend: Float
    stoploss_loss: Float
    settled_share: Float
    strength: Float
    delay_days: Float
    confirmed: Bool
    resume_at_midnight: Bool
    boost_quiet: Bool
    budget_cap: Float
    budget_base: Float
    enrolled_at: Float
    quiet: Mapping[int, tuple[tuple[int, int], ...]]


def enrolled(names: list[CampaignId], book: Mapping[CampaignId, Enrolment]) -> Enrolled:
    """Columns for these campaigns; one that is not enrolled has the default prior, no goal and a projected basis."""
    given = [book.get(c) for c in names]

    def number(name: str, absent: float = np.nan) -> Float:
        get = attrgetter(name)
        return np.array([absent if e is None else get(e) for e in given], np.float64)  # None is NaN

    def flag(name: str) -> Bool:
        get = attrgetter(name)
        return np.array([e is not None and get(e) for e in given], np.bool_)

    return Enrolled(
        enrolled=np.array([e is not None for e in given], np.bool_),
        goal=number("goal"),
        basis=number("goal_basis", absent=float(Basis.PROJECTED)).astype(np.int8),
        intent=number("intent", absent=1.0).astype(np.int8),
        side=number("side", absent=float(Side.MERCHANT)).astype(np.int8),
        margin=number("economics.margin"),
        refund_after_dispatch=number("economics.refund_after_dispatch", 0.0),
        loss_per_refund=number("economics.loss_per_refund", 0.0),
        incremental=number("economics.incremental", 1.0),
        commission=number("economics.commission"),
        break_even=number("economics.break_even"),
        cash_share=number("economics.cash_share", 1.0),
        minimum=number("minimum"),
        maximum=number("maximum"),
        waivers=number("waivers", absent=0.0).astype(np.int64),
        stoploss_spend=number("stoploss_spend"),
        stoploss_loss=number("stoploss_loss"),
        settled_share=number("prior.settled_share", _DEFAULT.settled_share),
        strength=number("prior.strength", _DEFAULT.strength),
        delay_days=number("prior.delay_days", _DEFAULT.delay_days),
        confirmed=flag("prior.confirmed"),
        resume_at_midnight=flag("resume_at_midnight"),
        boost_quiet=flag("boost_quiet"),
        budget_cap=number("budget_cap"),
        budget_base=number("budget_base"),
        enrolled_at=np.array(
            [np.nan if e is None or e.enrolled_at is None else e.enrolled_at.timestamp() for e in given]
        ),
        quiet={row: e.quiet for row, e in enumerate(given) if e is not None and e.quiet},
    )


def floor_inputs(e: Enrolled, settled: Float, per_yuan: Float) -> FloorInputs:
    """R-FLOOR's inputs, `settled` (n,) on the basis in question, of which one yuan stands for `per_yuan` (n,) paid ones."""
    return FloorInputs(
        side=e.side,
        settled=settled,
        margin=e.margin,
        refunded=e.refund_after_dispatch * per_yuan,
        lost=e.loss_per_refund,
        incremental=e.incremental,
        commission=e.commission,
        break_even=e.break_even,
        minimum=e.minimum,
        cash_share=e.cash_share,
    )


def in_quiet(windows: tuple[tuple[int, int], ...], minute: int) -> bool:
    """Whether a minute of the day lies in a window [from, to); one with from > to spans midnight."""
    return any((a <= minute < b) if a <= b else (minute >= a or minute < b) for a, b in windows)
