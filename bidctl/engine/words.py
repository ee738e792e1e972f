"""What the engine says besides the reasons, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Failures and notices, by code."""

    LEDGER_FAILED = "账本写入失败 ({step}): {error}", "the ledger failed at {step}: {error}"
    CHANGED = "{field}: {old} -> {new}, {at}", "{field}: {old} -> {new}, {at}"
    MATERIAL_WANTED = (
        "需补充 {wanted} 个新素材, 储备中有 {reserve} 个: bidctl creatives reserve",
        "{wanted} new creatives are asked for, the reserve holds {reserve}: bidctl creatives reserve",
    )
    LAST_TICK = "最近一次运行 {at}", "last tick {at}"
