"""Preflight: each check by itself, in both languages, with what to do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bidctl.domain.campaign import Creative, Totals
from bidctl.domain.values import CampaignId, FloorState, Kind, Stage, SuggestionState
from bidctl.engine.decide import decide
from bidctl.engine.preflight import CHECKS, Asked, Check, Found, Line, preflight
from bidctl.policy.rulebook import RuleSettings
from policies.handbook import Handbook
from tests.builders import NAN, rows
from tests.engine.facts import info

RULES = RuleSettings()
STOCKED = {"stock_pieces": 900.0, "stock_cover_h": 300.0}
NEW = {"stage": Stage.NEW, "started": False, "observed_s": NAN, "avg30": 2.5, "avg30_rung": 1, **STOCKED}


def creative(n: int, **changes: object) -> Creative:
    base = Creative(CampaignId("c"), f"m{n}", "", False, True, False, False, None, Totals())
    return replace(base, **changes)  # type: ignore[arg-type]


FIVE = tuple(creative(n) for n in range(5))


def lines(
    o: dict[str, object], creatives: object = FIVE, stoploss: bool = True, asked: bool = True, **changes: object
) -> dict[Check, Line]:
    seen = rows(1, campaign="c", **{**STOCKED, **o})
    told = Asked({CampaignId("c"): creatives}) if asked else None  # type: ignore[dict-item]
    found = preflight(
        seen, decide(Handbook(), seen, RULES), {CampaignId("c"): info("c", **changes)}, RULES, stoploss, told
    )
    assert [line.check for line in found] == list(Check) == list(CHECKS)
    assert all(line.says.zh and line.says.en and line.says.zh != line.says.en for line in found)
    return {line.check: line for line in found}


def test_without_a_timetable_a_room_is_told_that_there_is_no_host_data() -> None:
    def hosts(o: dict[str, object], **changes: object) -> Line:
        return lines(o, creatives=FIVE, **changes)[Check.HOSTS]  # type: ignore[arg-type]

    room = {"kind": Kind.LIVE}
    assert hosts(room, **room).found is Found.UNKNOWN and "no host data" in hosts(room, **room).says.en
    assert hosts({**room, "host_change_s": 60.0}, **room).found is Found.OK
    assert hosts({}).found is Found.OK, "goods have no hosts"


def lacking(*args: object, **named: object) -> dict[Check, str]:
    found = lines(*args, **named)  # type: ignore[arg-type]
    return {c: line.says.en for c, line in found.items() if line.found is Found.LACKS}


def test_a_campaign_that_has_everything() -> None:
    assert {line.found for line in lines({}).values()} == {Found.OK}
    assert {line.found for line in lines({**NEW, "suggestion": 2.0}).values()} == {Found.OK}, "R-START keeps the target"


@pytest.mark.parametrize(
    ("o", "named", "check", "says"),
    [
        ({"enrolled": False}, {}, Check.ENROLLED, "bidctl enrol --account acc --campaign c"),
        ({}, {"creatives": FIVE[:4]}, Check.CREATIVES, "only 4 approved creatives deliver, at least 5"),
        (
            {},
            {"creatives": (*FIVE[:4], creative(9, delivering=False), creative(8, deleted=True))},
            Check.CREATIVES,
            "only 4",
        ),
        ({}, {"creatives": "没有 / no answer"}, Check.CREATIVES, "could not be read (no answer)"),
        ({}, {"budget": Decimal(199)}, Check.BUDGET, "never fed"),
        (
            {"floor_state": FloorState.MISSING, "floor": NAN},
            {},
            Check.MARGIN,
            "bidctl products FILE --account acc --save",
        ),
        ({"floor_state": FloorState.NEVER_PROFITABLE}, {}, Check.MARGIN, "cannot be profitable"),
        ({"trusted": False}, {}, Check.PRIOR, "--confirm-prior"),
        ({"target_units": 0}, {}, Check.TARGET, "no ROI target"),
        (NEW, {}, Check.TARGET, "target 2, R-START says 2.5"),
        ({**NEW, "human_since_creation": True}, {}, Check.TARGET, "bidctl pending"),
        (
            {**NEW, "avg30": NAN, "suggestion": NAN, "suggestion_state": SuggestionState.NONE},
            {},
            Check.TARGET,
            "R-START does not set it",
        ),
        ({**NEW, "hold": 1}, {}, Check.TARGET, "R-START does not set it"),
        ({"stock_cover_h": 20.0}, {}, Check.STOCK, "20 h of cover: red"),
        ({"stock_pieces": 0.0, "stock_cover_h": 0.0}, {}, Check.STOCK, "0 pieces"),
        ({}, {"stoploss": False}, Check.STOPLOSS, "[stoploss]"),
        ({}, {"cost_controlled": False}, Check.PERMISSION, "cost control"),
        ({"advise_only": True}, {}, Check.PERMISSION, "--waive protection_unknown"),
        ({}, {"odd": "MARS"}, Check.PERMISSION, "MARS"),
    ],
)
def test_each_thing_that_lacks_is_one_line_with_what_to_do(
    o: dict[str, object], named: dict[str, object], check: Check, says: str
) -> None:
    found = lacking(o, **named)
    assert says in found.pop(check) and "\n" not in says
    assert not found, "nothing else lacks"


def test_live_needs_one_creative() -> None:
    assert not lacking({"kind": Kind.LIVE}, kind=Kind.LIVE, creatives=FIVE[:1])
    room = lines({"kind": Kind.LIVE}, kind=Kind.LIVE, creatives=())[Check.CREATIVES]
    assert room.found is Found.UNKNOWN and "the room's own picture is not read" in room.says.en


def test_an_unlimited_budget_and_one_that_can_feed() -> None:
    assert not lacking({}, budget=None) and not lacking({}, budget=Decimal(200))


def test_what_is_not_known_is_neither_there_nor_lacking() -> None:
    found = lines({**NEW, "stock_pieces": NAN, "stock_cover_h": NAN}, asked=False)
    unknown = {c for c, line in found.items() if line.found is Found.UNKNOWN}
    assert unknown == {Check.PERMISSION, Check.CREATIVES, Check.TARGET, Check.STOCK}
    assert not [line for line in found.values() if line.found is Found.LACKS]
