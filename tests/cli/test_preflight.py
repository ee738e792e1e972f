"""`preflight` on an emulated platform, and from the ledger alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.office import Office, Terminal, office


def found(said: Any) -> dict[tuple[str, str], tuple[str, str]]:
    return {(r["campaign"], r["check"]): (r["found"], r["says"]) for r in said.tree}


def test_what_lacks_is_said_and_is_an_exit_code(desk: Office) -> None:
    one = str(desk.campaigns[0]["id"])
    desk.run.done("connect", "--code", "auth-code-1")
    bare = desk.run("preflight", "--account", desk.account, "--campaign", one, "--json")
    told = found(bare)
    assert bare.code == 1 and told[one, "enrolled"][0] == "lacks" and f"--campaign {one}" in told[one, "enrolled"][1]
    assert told[one, "creatives"][0] in ("ok", "lacks") and told[one, "permission"][0] == "ok"
    assert told[one, "stock"][0] == "unknown" and told[one, "margin"][0] == "lacks"
    desk.enrol_all()
    desk.tick("dry")
    whole = desk.run("preflight", "--account", desk.account, "--json")
    told = found(whole)
    assert {c for c, _ in told} == {str(c["id"]) for c in desk.campaigns}
    assert {told[one, check][0] for check in ("enrolled", "prior", "margin", "budget", "target", "stoploss")} == {"ok"}
    lacks = [key for key, (state, _) in told.items() if state == "lacks"]
    assert whole.code == (1 if lacks else 0)
    (desk.run.folder / "bidctl.toml").write_text(
        (desk.run.folder / "bidctl.toml").read_text("utf-8").replace('"off"', '"unset"', 2).replace('limits = "unset"', 'limits = "off"')
        .replace('spend_without_orders = "off"', 'spend_without_orders = "unset"'), "utf-8"
    )  # fmt: skip
    words = ("preflight", "--account", desk.account, "--campaign", one)
    unset = desk.run(*words)
    assert unset.code == 1 and "stop-loss" in unset.out and len(unset.err.strip().splitlines()) == 1
    assert "止损" in desk.run(*words, "--lang", "zh").out
    offline = desk.run(*words, "--offline", "--json")
    assert found(offline)[one, "creatives"][0] == "unknown" and found(offline)[one, "margin"][0] == "ok"
    assert desk.written() == []


def test_a_strange_campaign_and_nothing_enrolled_are_wrong_usage(desk: Office) -> None:
    desk.run.done("connect", "--code", "auth-code-1")
    assert desk.run("preflight", "--account", desk.account).code == 2
    strange = desk.run("preflight", "--account", desk.account, "--campaign", "1")
    assert strange.code == 2 and "--campaign" in strange.err


def test_nothing_recorded(shell: Terminal) -> None:
    assert shell("preflight", "--account", "1", "--offline").code == 2


@pytest.fixture
def young(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path, "demo") as made:
        yield made


def test_a_new_campaign_is_told_its_first_target(young: Office) -> None:
    """The demo's market has campaigns that never spent: R-START speaks of them."""
    young.advance(hours=2)
    young.enrol_all()
    (new,) = [str(c["id"]) for c in young.campaigns if c["enrol"]["group"] == "new"]
    said = young.run("preflight", "--account", young.account, "--campaign", new, "--json")
    state, says = found(said)[new, "target"]
    assert (said.code, state) == (1, "lacks") and "R-START says" in says and young.written() == []
    offline = young.run("preflight", "--account", young.account, "--campaign", new, "--offline")
    assert offline.code == 2, "the ledger has not seen it yet"
