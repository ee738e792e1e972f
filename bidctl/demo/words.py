"""What the demo refuses, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Failures of the stage, by code."""

    NO_EMULATOR = "模拟平台没有启动: {said}", "the emulator did not start: {said}"
    REFUSED = "模拟平台拒绝了 {call}: {said}", "the emulator refused {call}: {said}"
