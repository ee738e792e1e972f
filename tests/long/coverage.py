"""What the schedules of a whole run covered, gathered from all workers and printed at the end."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

NAME = "schedules"
"""The property under which a test tells what its schedules came to."""
CONVICTED = "convicted"
"""The same for a controller with a safeguard taken out."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Fault kind -> number of schedules in which it hit; what else happened; edits and races; who was convicted."""
    _convictions(terminalreporter)
    told = [json.loads(value) for value in _told(terminalreporter, NAME)]
    if not told:
        return
    kinds, events = Counter[str](), Counter[str]()
    for one in told:
        kinds.update(one["kinds"])
        events.update(one["events"])
    edits, races, count = (sum(one[name] for one in told) for name in ("edits", "races", "schedules"))
    write = terminalreporter.write_line
    terminalreporter.section("fault schedules")
    write(f"{count} schedules, {edits} edits of ours, {races} races; violations 0")
    write("fault kind -> schedules in which it hit an open write, or a tick with an edit due")
    for kind, hits in sorted(kinds.items()):
        write(f"  {kind:<26}{hits:>5}")
    write("what else happened: " + ", ".join(f"{name} {n}" for name, n in events.most_common()))


def _told(terminalreporter: Any, property_name: str) -> list[str]:
    return [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == property_name and report.when == "call"
    ]


def _convictions(terminalreporter: Any) -> None:
    lines = sorted(_told(terminalreporter, CONVICTED))
    if lines:
        terminalreporter.section("controllers with a safeguard taken out, convicted")
    for line in lines:
        terminalreporter.write_line(line)
