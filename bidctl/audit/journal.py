"""The journal's lines as values: a write attempt by anyone, or a mark. Numbers stay exact decimals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from bidctl.audit.report import Words
from bidctl.wording import told_by_parser, told_by_system

FIELDS = frozenset({"roi_target", "objective", "budget", "status", "creative"})
MODES = frozenset({"dry", "approve", "live"})
EDITS = frozenset({"roi_target", "objective"})

Json = dict[str, object]
Value = Decimal | str | None


class AuditProblem(Exception):
    """The audit cannot be done at all; `words` says why in one line."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.words = Words(zh, en)


class Unreadable(Exception):
    """One journal line is off: what was found and what was expected."""

    def __init__(self, found: Words, expected: Words) -> None:
        super().__init__(found.en)
        self.found, self.expected = found, expected


@dataclass(frozen=True, slots=True)
class Mark:
    """`run`, `kill`, `resume`, `enrol`, `unenrol`, `waiver` or `ceiling`, from `at` on. Other names are kept, unused."""

    line: int
    name: str
    at: datetime
    data: Json


@dataclass(frozen=True, slots=True)
class Entry:
    """One write attempt; the fields are the journal's. `received_at` falls back to `at` where it is null."""

    line: int
    seq: int
    at: datetime
    account: str
    campaign: str
    live: bool
    field: str
    old: Value
    new: Value
    app_id: str | None
    decision: str | None
    last_read_at: datetime | None
    received_at: datetime
    applied: bool
    suggestion: Decimal | None
    first_spend_at: datetime | None
    fed_at: datetime | None
    observing_until: datetime | None

    @property
    def is_edit(self) -> bool:
        """A change of target or objective that took effect."""
        return self.applied and self.field in EDITS


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a journal file, one at a time. Raises AuditProblem where it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            yield from file
    except OSError as error:
        why = told_by_system(error)
        raise AuditProblem(f"{path}: 无法读取日志: {why.zh}", f"{path}: cannot read the journal: {why.en}") from None


def parse(text: str, line: int) -> Entry | Mark:
    """One line of the journal. Raises Unreadable."""
    tree = _tree(text)
    return _mark(tree, line) if "mark" in tree else _entry(tree, line)


def _tree(text: str) -> Json:
    try:
        tree = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        why = told_by_parser(error)
        raise Unreadable(
            Words(f"不是完整的JSON ({why.zh})", f"not a whole JSON object ({why.en})"),
            Words("一行一个JSON对象", "one JSON object a line"),
        ) from None
    if not isinstance(tree, dict):
        raise Unreadable(
            Words("不是JSON对象", "not a JSON object"), Words("一行一个JSON对象", "one JSON object a line")
        )
    return tree


def _no_constant(name: str) -> object:
    raise Unreadable(Words(f"取值 {name}", f"a value {name}"), Words("数字", "a number"))


def _mark(tree: Json, line: int) -> Mark:
    data = tree.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise _off("data", data, "对象", "an object")
    mark = Mark(line, _text(tree, "mark"), _instant(tree, "at"), data)
    _mark_data(mark)
    return mark


def _mark_data(mark: Mark) -> None:
    if mark.name == "run":
        _text(mark.data, "app_id")
        _one_of(mark.data, "mode", MODES)
    elif mark.name in {"kill", "resume"} and {"campaign", "campaigns"} & mark.data.keys():
        raise _off(
            "data", mark.data, "账户, 或空 (全部): 不能只停一个计划", "an account, or none for all: no single campaign"
        )
    elif mark.name == "waiver":
        _text(mark.data, "name")
        if mark.data.get("floor") is not None:
            number(mark.data, "floor")
    elif mark.name == "ceiling":
        number(mark.data, "value")
    elif mark.name in {"enrol", "unenrol"} and not {"campaign", "campaigns", "account"} & mark.data.keys():
        raise _off("data", mark.data, "含 campaign, campaigns 或 account", "one of campaign, campaigns, account")
    if not isinstance(mark.data.get("campaigns", []), list):
        raise _off("campaigns", mark.data["campaigns"], "计划ID列表", "a list of campaign ids")


def _entry(tree: Json, line: int) -> Entry:
    field = _one_of(tree, "field", FIELDS)
    at = _instant(tree, "at")
    applied = _one_of(tree, "outcome", frozenset({"applied", "rejected"})) == "applied"
    return Entry(
        line=line,
        seq=_whole(tree, "seq"),
        at=at,
        account=_text(tree, "account"),
        campaign=_text(tree, "campaign"),
        live=_one_of(tree, "goal", frozenset({"live", "goods"})) == "live",
        field=field,
        old=_value(tree, "old", field, needed=False),
        new=_value(tree, "new", field, needed=applied),
        app_id=_maybe_text(tree, "app_id"),
        decision=_maybe_text(tree, "decision"),
        last_read_at=_maybe_instant(tree, "last_read_at"),
        received_at=_maybe_instant(tree, "received_at") or at,
        applied=applied,
        suggestion=number(tree, "suggestion") if _present(tree, "suggestion") is not None else None,
        first_spend_at=_maybe_instant(tree, "first_spend_at"),
        fed_at=_maybe_instant(tree, "fed_at"),
        observing_until=_maybe_instant(tree, "observing_until"),
    )


def _present(tree: Json, key: str) -> object:
    if key not in tree:
        raise Unreadable(Words(f"缺少 {key}", f"{key} is missing"), Words(f"字段 {key}", f"the field {key}"))
    return tree[key]


def _text(tree: Json, key: str) -> str:
    value = _present(tree, key)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise _off(key, value, "非空文本", "a non-empty text")
    return str(value)


def _maybe_text(tree: Json, key: str) -> str | None:
    return None if tree.get(key) is None else _text(tree, key)


def _one_of(tree: Json, key: str, known: frozenset[str]) -> str:
    value = _text(tree, key)
    if value not in known:
        raise _off(key, value, "|".join(sorted(known)), "|".join(sorted(known)))
    return value


def _whole(tree: Json, key: str) -> int:
    value = _present(tree, key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _off(key, value, "整数", "a whole number")
    return value


def number(tree: Json, key: str) -> Decimal:
    """An exact decimal, from a JSON number or a numeric text. Raises Unreadable."""
    value = _present(tree, key)
    try:
        if isinstance(value, int | Decimal | str) and not isinstance(value, bool):
            exact = Decimal(value)
            if exact.is_finite():
                return exact
    except InvalidOperation:
        pass
    raise _off(key, value, "数字", "a number")


def _value(tree: Json, key: str, field: str, *, needed: bool) -> Value:
    raw = _present(tree, key)
    if raw is None and not (needed and field == "roi_target"):
        return None
    if field == "roi_target" and (needed or _numeric(raw)):
        return number(tree, key)
    return raw if isinstance(raw, Decimal) else Decimal(raw) if type(raw) is int else str(raw)


def _numeric(raw: object) -> bool:
    try:
        return Decimal(str(raw)).is_finite()
    except InvalidOperation:
        return False


def _instant(tree: Json, key: str) -> datetime:
    value = _present(tree, key)
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise _off(key, value, "带时区的ISO 8601时间", "an ISO 8601 instant with offset")
    return at


def _maybe_instant(tree: Json, key: str) -> datetime | None:
    return None if tree.get(key) is None else _instant(tree, key)


def _off(key: str, value: object, zh: str, en: str) -> Unreadable:
    shown = str(value) if len(str(value)) <= 60 else str(value)[:57] + "..."
    return Unreadable(Words(f"{key} = {shown}", f"{key} = {shown}"), Words(zh, en))
