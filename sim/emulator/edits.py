"""Changes of a campaign by anybody: applied to the world, logged, judged for protection, and put into the journal."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace

from sim.emulator import creatives, times
from sim.emulator.campaign import OBJECTIVES, Campaign
from sim.emulator.creatives import Material
from sim.emulator.service import LogEntry, Service

FIELDS = ("roi_target", "objective", "budget", "status", "creative")
HUMAN = ("1234500001", "运营人员")
_STATUS_WORDS = {"ENABLE": "启用", "DISABLE": "暂停", "DELETE": "删除"}
_OBJECTIVE_WORDS = {"pay_roi": "支付ROI", "net_roi": "净成交ROI"}


@dataclass(frozen=True, slots=True)
class Author:
    """Who asks for a change. `actor` api, human or system. `shown_after_s`: how much later reads show it."""

    actor: str
    app_id: str | None = None
    decision: str | None = None
    received_at: float | None = None
    request_id: str | None = None
    shown_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one campaign. `new`: yuan or ratio as a float for numbers, else a word of the journal."""

    campaign: Campaign
    field: str
    new: float | str | None


class Editor:
    """Applies and records changes over a service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def due(self) -> bool:
        """Whether an edit of a person's has fallen due."""
        s = self._service
        return bool(s.pending) and s.pending[0].due <= s.clock.now()

    def settle(self) -> None:
        """Bring everything to the clock's now: due edits of people in order, then the world."""
        s = self._service
        now = s.clock.now()
        while s.pending and s.pending[0].due <= now:
            edit = heapq.heappop(s.pending)
            s.run_to(max(edit.due, s.now))
            found = s.campaigns[edit.campaign]
            self.apply(Change(found, edit.name, _value(edit.value)), Author("human"), at=edit.due)
        s.run_to(now)

    def reject(self, change: Change, author: Author, why: str) -> None:
        """Record an attempt that changed nothing."""
        self._record(change, author, self._service.stamp(), _old(change), "rejected", why)

    def apply(self, change: Change, author: Author, at: float | None = None) -> None:
        """Make the change and record it."""
        s = self._service
        at = s.stamp() if at is None else s.stamp_at(at)
        old = _old(change)
        content = _APPLY[change.field](s, change, author, at)
        self._log(change, author, at, content, _text(old))
        self._record(change, author, at, old, "applied", "")

    def _log(self, change: Change, author: Author, at: float, content: str, old: str) -> None:
        s, c, name = self._service, change.campaign, change.field
        who = HUMAN if author.app_id is None else (author.app_id, f"开放平台应用{author.app_id}")
        entry = LogEntry(
            s.next_number(),
            at,
            at + author.shown_after_s,
            c.index,
            *who,
            _TITLES[name],
            content,
            name,
            old,
            _text(change.new),
        )
        s.log.setdefault(c.spec.account, []).append(entry)

    def _record(self, change: Change, author: Author, at: float, old: object, outcome: str, why: str) -> None:
        s, c = self._service, change.campaign
        life = s.life(c)
        last_read = s.last_read.get((author.app_id, c.index)) if author.app_id else None
        s.journal.attempt(
            {
                "at": times.iso(at),
                "platform": "qianchuan",
                "account": str(c.account),
                "campaign": str(c.id),
                "goal": "live" if c.live else "goods",
                "field": change.field,
                "old": old,
                "new": change.new,
                "actor": author.actor,
                "app_id": author.app_id,
                "decision": author.decision,
                "last_read_at": _iso(last_read),
                "received_at": _iso(author.received_at),
                "outcome": outcome,
                "why": why,
                "suggestion": s.suggestion(c),
                "created_at": times.iso(c.spec.created_at),
                "first_spend_at": _iso(life.first_spend_at),
                "fed_at": _iso(life.fed_at),
                "observing_until": _iso(life.observing_until),
                "protection": s.compensation(c, s.today([c.index])[0].spend)[0],
                "request_id": author.request_id,
            }
        )


def _iso(at: float | None) -> str | None:
    return None if at is None else times.iso(at)


def _text(value: float | str | None) -> str:
    """A value as the log's content shows it."""
    return f"{value:.2f}" if isinstance(value, float | int) else str(value)


def _value(raw: object) -> float | str:
    return float(raw) if isinstance(raw, int | float) else str(raw)


def _old(change: Change) -> float | str | None:
    s = change.campaign.now
    found: dict[str, float | str | None] = {
        "roi_target": s.target / 100,
        "objective": OBJECTIVES[s.objective],
        "budget": s.budget / 100,
        "status": "DELETE" if s.deleted else "ENABLE" if s.enabled else "DISABLE",
        "creative": None,
    }
    return found[change.field]


def _target(s: Service, change: Change, author: Author, at: float) -> str:
    c, units = change.campaign, round(float(change.new or 0) * 100)
    text = f"ROI目标: {c.now.target / 100:.2f} -> {units / 100:.2f}"
    s.world.set_target(c.index, units / 100)
    c.change(at, at + author.shown_after_s, target=units)
    c.targets.append((at, units))
    c.discipline.value_edited(at)
    return text


def _objective(s: Service, change: Change, author: Author, at: float) -> str:
    c, word = change.campaign, str(change.new)
    text = f"优化目标: {_OBJECTIVE_WORDS[OBJECTIVES[c.now.objective]]} -> {_OBJECTIVE_WORDS[word]}"
    switched = OBJECTIVES.index(word) != c.now.objective
    s.world.set_objective(c.index, OBJECTIVES.index(word))
    c.change(at, at + author.shown_after_s, objective=OBJECTIVES.index(word))
    if switched:  # set to what it was, it restarts no observation
        c.switches.append((at, OBJECTIVES.index(word)))
        c.discipline.objective_switched(at)
    return text


def _budget(s: Service, change: Change, author: Author, at: float) -> str:
    c, fen = change.campaign, round(float(change.new or 0) * 100)
    text = f"预算: {c.now.budget / 100:.2f} -> {fen / 100:.2f}"
    s.world.set_budget(c.index, fen)
    c.change(at, at + author.shown_after_s, budget=fen)
    c.budget_days.append(times.day_start(at))
    return text


def _status(s: Service, change: Change, author: Author, at: float) -> str:
    c, word = change.campaign, str(change.new)
    text = f"状态: {_STATUS_WORDS[str(_old(change))]} -> {_STATUS_WORDS[word]}"
    s.world.set_enabled(c.index, word == "ENABLE")
    c.change(at, at + author.shown_after_s, enabled=word == "ENABLE", deleted=word == "DELETE")
    return text


def _creative(s: Service, change: Change, author: Author, at: float) -> str:
    """`delete:<id>`; `add:<id>` brings a deleted one back, learning anew; an unknown id or video is a new material."""
    c = change.campaign
    verb, _, name = str(change.new).partition(":")
    found = next((m for m in c.materials if name in (str(m.id), m.video_id, m.title, str(m.item))), None)
    if verb == "delete" and found:
        found.deleted_at = at
    elif found:
        found.deleted_at, found.created_at = None, at
    else:
        c.materials.append(new_material(c, name, at))
    c.change(at, at + author.shown_after_s)
    return f"{'删除' if verb == 'delete' else '添加'}素材: {name}"


def new_material(c: Campaign, name: str, at: float) -> Material:
    """An own video that was never there; it begins small."""
    made = creatives.video(c.index, len(c.materials), name, False, 2, at)
    return replace(made, item_id=int(name)) if name.isdigit() else replace(made, video_id=name)


_APPLY: dict[str, Callable[[Service, Change, Author, float], str]] = {
    "roi_target": _target,
    "objective": _objective,
    "budget": _budget,
    "status": _status,
    "creative": _creative,
}
_TITLES = {
    "roi_target": "修改ROI目标",
    "objective": "修改优化目标",
    "budget": "修改预算",
    "status": "修改状态",
    "creative": "修改素材",
}


def human_value(name: str, value: object) -> float | str:
    """A person's value of a field, checked. Raises ValueError (one line)."""
    if name not in FIELDS:
        raise ValueError(f"field {name!r}: expected one of {', '.join(FIELDS)}")
    if name in ("roi_target", "budget"):
        number = _number(value)
        top = 100 if name == "roi_target" else 1e9
        if not 0.01 <= number <= top:
            raise ValueError(f"value {value!r}: expected 0.01 .. {top}")
        return round(number, 2)
    allowed = {"objective": OBJECTIVES, "status": tuple(_STATUS_WORDS)}.get(name)
    if allowed and value not in allowed:
        raise ValueError(f"value {value!r}: expected one of {', '.join(allowed)}")
    if name == "creative" and str(value).partition(":")[0] not in ("delete", "add"):
        raise ValueError(f"value {value!r}: expected delete:<id> or add:<id>")
    return str(value)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"value {value!r}: expected a number")
    try:
        return float(value)
    except ValueError:
        raise ValueError(f"value {value!r}: expected a number") from None
