"""What a check found about a policy: one line in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bidctl.wording import Wording


class Level(Enum):
    """ERROR: it must not be used. WARNING: somebody should look. NOTE: a figure worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """`lint`: its stable name; `rules`: numbers of the policy's rules that it is about, from 1."""

    lint: str
    level: Level
    told: Wording
    rules: tuple[int, ...] = ()
