"""Settings: file, variables on top, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bidctl.cli.setup import TEMPLATE
from bidctl.config import Settings, load
from bidctl.problem import UsageProblem


def _file(folder: Path, text: str) -> Path:
    file = folder / "c.toml"
    file.write_text(text, "utf-8")
    return file


def test_no_file_and_no_variable_give_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(None, {}) == Settings()
    assert not Settings().stoploss.is_set and Settings().platform.limits == "on"


def test_what_init_writes_is_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load(Path(_file(tmp_path, TEMPLATE).name), {}) == Settings()


def test_variables_go_before_the_file(tmp_path: Path) -> None:
    file = _file(tmp_path, "[run]\ntick_minutes = 5\nlanguage = 'en'\n[stoploss]\nloss_of_day = 100\n")
    told = load(file, {"BIDCTL_RUN__TICK_MINUTES": "7", "BIDCTL_STOPLOSS__SPEND_WITHOUT_ORDERS": "off", "PATH": "/bin"})
    assert told.run.tick_minutes == 7 and told.run.language == "en"
    assert told.stoploss.is_set and told.stoploss.loss_of_day == 100


def test_accounts_from_a_variable_are_a_list_of_text(tmp_path: Path) -> None:
    told = load(_file(tmp_path, ""), {"BIDCTL_RUN__ACCOUNTS": "1700000000000011, 1700000000000012"})
    assert told.run.accounts == ("1700000000000011", "1700000000000012")


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    told = load(_file(tmp_path, ""), {"BIDCTL_PLATFORM__APP_SECRET": "hush-hush"})
    assert "hush" not in repr(told) + told.model_dump_json()
    with pytest.raises(UsageProblem) as caught:
        load(_file(tmp_path, "[platform]\napp_secret = ['hush-hush']\n"), {})
    assert "hush" not in str(caught.value)


def test_the_file_may_be_named_by_a_variable(tmp_path: Path) -> None:
    file = _file(tmp_path, "[run]\ntick_minutes = 9\n")
    assert load(None, {"BIDCTL_CONFIG": str(file)}).run.tick_minutes == 9


def test_paths_of_a_file_are_beside_it_wherever_the_call_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`bidctl kill --config /srv/bidctl.toml` from another folder must stop what runs by that file."""
    text = "[store]\nurl = 'sqlite:///my.db'\n[run]\nkill_file = '/else/kill'\n[tables]\nstock = 'tables/stock.csv'\n"
    file = _file(tmp_path, text)
    monkeypatch.chdir("/")
    told = load(file, {"BIDCTL_TABLES__HOSTS": "hosts.csv"})
    assert told.store.url == f"sqlite:///{tmp_path}/my.db" and told.run.key_file == f"{tmp_path}/bidctl.key"
    assert told.run.kill_file == "/else/kill" and told.tables.stock == f"{tmp_path}/tables/stock.csv"
    assert told.tables.hosts == "hosts.csv" and told.tables.cash == "", "a variable's is where the call is made"
    assert load(file, {"BIDCTL_STORE__URL": "sqlite:///here.db"}).store.url == "sqlite:///here.db"
    for url in ("sqlite:////abs/b.db", "postgresql://h/b", "sqlite:///:memory:"):
        file.write_text(f"[store]\nurl = '{url}'\n", "utf-8")
        assert load(file, {}).store.url == url


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_emulator_is_near(tmp_path: Path, host: str) -> None:
    near = f"[platform]\nbase_url = 'http://{host}:8000'\nclock = 'emulator'\nlimits = 'off'\n"
    assert load(_file(tmp_path, near), {}).platform.loopback
    with pytest.raises(UsageProblem, match="loopback"):
        load(_file(tmp_path, near.replace(host, "127.0.0.1.example.com")), {})
