"""Parts wired for an emulated platform on which an edit is due."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from bidctl import wiring
from bidctl.config import Platform, Run, Settings, Stoploss, Store
from bidctl.domain.enrolment import Economics, Enrolment, Prior
from bidctl.domain.values import AccountId, Basis, CampaignId, Intent, Side
from bidctl.wiring.account import connect
from sim.emulator import Running, running
from sim.scenario import shipped
from sim.world import MarketWorld

APP = "1700000000000001"


@dataclass
class Bench:
    """Settings, and the platform they name."""

    settings: Settings
    platform: Running

    def written(self) -> list[Any]:
        """Write attempts by apps that the platform saw."""
        lines: Any = self.platform.control("GET", "journal")
        return [line for line in lines if line.get("actor") == "api"]

    def advance(self, parts: wiring.Parts | None, seconds: float) -> None:
        told: Any = self.platform.control("POST", "advance", {"seconds": seconds})
        if parts is not None:
            parts.clock.jump(datetime.fromisoformat(told["now"]))  # type: ignore[attr-defined]


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(
        store=Store(url=f"sqlite:///{folder}/bidctl.db"),
        platform=Platform(base_url=url, app_id=APP, app_secret="secret", limits="off", clock="emulator"),
        run=Run(kill_file=str(folder / "kill"), key_file=str(folder / "key")),
        stoploss=Stoploss(spend_without_orders="off", loss_of_day="off"),
    )


@pytest.fixture(scope="module")
def world() -> bytes:
    """A world with its history, made once."""
    import pickle

    return pickle.dumps(MarketWorld.with_history(shipped("fault"), 1))


@pytest.fixture
def bench(world: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Authorised and enrolled; two hours later an edit is due."""
    import pickle

    monkeypatch.setenv("BIDCTL_SECRET_KEY", Fernet.generate_key().decode())
    with running(pickle.loads(world)) as platform:
        made = Bench(settings_of(platform.url, tmp_path), platform)
        asyncio.run(connect(made.settings, "auth-code-1"))
        found: Any = platform.control("GET", "config")
        with wiring.ledger(made.settings) as ledger, ledger.begin(durable=True) as t:
            for c in found["campaigns"]:
                hint = c["enrol"]
                t.enrol(Enrolment(
                    AccountId(c["account"]), CampaignId(c["id"]), Side[hint["side"].upper()], Intent[hint["intent"].upper()],
                    hint["goal"], Basis.PROJECTED, Economics(margin=hint["margin"]), Prior(confirmed=True), stoploss_set=True,
                    enrolled_at=wiring.clock(made.settings).now(),
                ))  # fmt: skip
        made.advance(None, 2 * 3600)
        yield made
