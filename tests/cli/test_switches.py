"""The switches that people hold, where a file, a ledger or an account is not what it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.office import Terminal

ACCOUNT = "1700000000000011"
ENROL = ("enrol", "--account", ACCOUNT, "--campaign", "1861000000000001", "--goal", "2")
NOWHERE = {"BIDCTL_STORE__URL": "sqlite:///no/such/folder/b.db"}


def killed(shell: Terminal) -> bool:
    """Whether the ledger, or its file, stops the enrolled campaign."""
    shell.done(*ENROL)
    (row,) = shell.done("status", "--json").tree
    return "killed" in row["switches"]


@pytest.mark.parametrize("command", ["kill", "resume"])
def test_an_account_that_nobody_knows_is_refused(shell: Terminal, command: str) -> None:
    """Whoever mistypes the account must not believe that it has stopped."""
    shell.done(*ENROL)
    for account in ("1700000000000012", "shop"):
        said = shell(command, "--account", account)
        assert said.code == 2 and account in said.err and ACCOUNT in said.err and said.out == ""
    assert not killed(shell)


def test_what_was_stopped_is_named(shell: Terminal) -> None:
    shell.done(*ENROL)
    assert ACCOUNT in shell.done("kill", "--account", ACCOUNT).out and killed(shell)
    assert ACCOUNT in shell.done("resume", "--account", ACCOUNT).out and not killed(shell)
    assert ACCOUNT not in shell.done("kill").out and killed(shell)
    assert ACCOUNT not in shell.done("resume").out and not killed(shell)


def test_kill_from_another_folder_stops_what_runs_by_that_file(shell: Terminal, tmp_path: Path) -> None:
    home = tmp_path / "srv"
    home.mkdir()
    shell.done("init", home / "mine.toml")
    shell.done(*ENROL, "--config", home / "mine.toml")
    shell.done("kill", "--config", home / "mine.toml")
    assert {p.name for p in tmp_path.iterdir()} == {"srv"}, "nothing of a ledger that nobody uses"
    assert {"bidctl.db", "bidctl.kill"} <= {p.name for p in home.iterdir()}
    there = Terminal(home)
    assert [row["switches"] for row in there.done("status", "--config", "mine.toml", "--json").tree] == ["killed"]


def test_an_account_of_the_configuration_is_known_before_anything_is_enrolled(shell: Terminal) -> None:
    shell.done("kill", "--account", ACCOUNT, BIDCTL_RUN__ACCOUNTS=ACCOUNT)
    assert killed(shell)


def test_without_its_file_the_ledger_stops_all(shell: Terminal) -> None:
    said = shell.done("kill", BIDCTL_RUN__KILL_FILE="no/such/folder/kill")
    assert "no/such/folder/kill" in said.err and killed(shell)


def test_a_file_that_is_there_stops_though_it_cannot_be_written(shell: Terminal) -> None:
    (shell.folder / "bidctl.kill").mkdir()
    assert shell.done("kill").err == "" and killed(shell)
    stays = shell("resume")
    assert stays.code == 1 and "bidctl.kill" in stays.err and "by hand" in stays.err and killed(shell)
    (shell.folder / "bidctl.kill").rmdir()
    assert not killed(shell), "the ledger's own flag was released"


def test_without_the_ledger_the_file_stops_all_and_that_is_said(shell: Terminal) -> None:
    said = shell("kill", **NOWHERE)
    assert said.code == 1 and "stopped by the file bidctl.kill alone" in said.err and "no/such/folder" in said.err
    assert (shell.folder / "bidctl.kill").exists() and killed(shell)
    assert shell("resume", **NOWHERE).code == 1
    assert (shell.folder / "bidctl.kill").exists(), "half a release would be worse than none"


def test_with_neither_it_is_said_that_nothing_was_stopped(shell: Terminal, tmp_path: Path) -> None:
    said = shell("kill", BIDCTL_RUN__KILL_FILE="no/such/folder/kill", **NOWHERE)
    assert said.code == 1 and "NOT stopped" in said.err and said.out == ""
