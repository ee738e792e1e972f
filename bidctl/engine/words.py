"""What the engine says besides the reasons, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Failures and notices, by code."""

    LEDGER_FAILED = "账本写入失败 ({step}): {error}", "the ledger failed at {step}: {error}"
    CHANGED = "{field}: {old} -> {new}, {at}", "{field}: {old} -> {new}, {at}"
    LAST_TICK = "最近一次运行 {at}", "last tick {at}"
