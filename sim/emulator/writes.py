"""The writes of uni plans: each row is checked, applied or refused, and journalled (qianchuan.md 6).

Row texts of refusals are invented and say so. No change of a row is undone because another one failed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sim.emulator import times
from sim.emulator.call import Call, Data, whole
from sim.emulator.campaign import ACTIONS, OBJECTIVES, Campaign
from sim.emulator.creatives import Material
from sim.emulator.edits import Author, Change, Editor
from sim.emulator.errors import ApiError
from sim.emulator.service import Service

MOST_ROWS, MOST_MATERIALS = 10, 100
BUDGET_STEP_FEN, BUDGET_EDITS_A_DAY = 10_000, 20
RESUME_FACTOR = 1.05
STATUSES = ("ENABLE", "DISABLE", "DELETE")
MARK = "(emulator)"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a write: its plan (None = unknown), the changes it asks for, why it cannot be done ("" = it can)."""

    number: int
    campaign: Campaign | None
    changes: tuple[Change, ...]
    refusal: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a row came to: `why` empty = applied."""

    number: int
    why: str


class Writer:
    """Carries out one write call."""

    def __init__(self, service: Service, editor: Editor) -> None:
        self._service, self._editor = service, editor

    def carry_out(self, call: Call, rows: list[Row]) -> list[Done]:
        """Every row in order. Under `partial_rows` every second row fails, of a single one that one."""
        partial = call.meets("partial_rows") and bool(rows)
        if partial:
            call.acted()
        return [self._one(call, row, partial and (k % 2 == 1 or len(rows) == 1)) for k, row in enumerate(rows)]

    def refuse(self, call: Call, rows: list[Row], why: str) -> None:
        """Journal a call that never reached the plans."""
        for row in rows:
            for change in row.changes:
                self._editor.reject(change, self.author(call), why)

    def author(self, call: Call) -> Author:
        """The calling app; under `read_after_write_delay` on the write, reads show the change later."""
        late = call.fault.delay_s if call.fault and call.meets("read_after_write_delay") else 0.0
        if late:
            call.acted()
        return Author("api", call.app_id, call.decision, call.received_at, call.request_id, late)

    def _one(self, call: Call, row: Row, fails: bool) -> Done:
        self._human_between(call, row)
        why = f"系统繁忙, 请稍后重试 {MARK}" if fails else row.refusal
        author = self.author(call)
        for change in row.changes:
            if why:
                self._editor.reject(change, author, why)
            else:
                self._editor.apply(change, author)
        return Done(row.number, why)

    def _human_between(self, call: Call, row: Row) -> None:
        """A person moves the target between the app's read and this write, by 3 % or at least 0.01 upward."""
        if row.campaign is None or not call.meets("human_edit_between") or (call.fault and call.fault.acted):
            return
        call.acted()
        units = row.campaign.now.target
        value = (units + max(1, units * 3 // 100)) / 100
        self._editor.apply(Change(row.campaign, "roi_target", value), Author("human"))


# reading the bodies


def _decimal(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ApiError(40000, f"{name}: {value!r} is not a number")
    return float(value)


def _tables(call: Call, name: str) -> Iterator[dict[str, object]]:
    for row in call.body_rows(name, MOST_ROWS):
        if not isinstance(row, dict):
            raise ApiError(40000, f"{name}: {row!r}: expected an object")
        yield row


def _account(service: Service, call: Call) -> int:
    return service.account(call.body_id("advertiser_id"))


def _unknown(number: int) -> Row:
    return Row(number, None, (), f"计划不存在或不属于该账户 {MARK}")


def _gone(c: Campaign) -> str:
    return f"计划已删除 {MARK}" if c.now.deleted else ""


def target_rows(service: Service, call: Call) -> list[Row]:
    """POST ad/roi2_goal/update/: another deep_external_action switches the objective too."""
    account, rows = _account(service, call), []
    for raw in _tables(call, "update_roi2_infos"):
        number, value = whole("ad_id", raw.get("ad_id")), _decimal("roi2_goal", raw.get("roi2_goal"))
        action = raw.get("deep_external_action")
        if action is not None and action not in ACTIONS:
            raise ApiError(40000, f"deep_external_action: {action!r} is not one of {', '.join(ACTIONS)}")
        c = service.find(number, account)
        rows.append(_target_row(c, number, value, action) if c else _unknown(number))
    return rows


def _target_row(c: Campaign, number: int, value: float, action: object) -> Row:
    switched = action is not None and ACTIONS.index(str(action)) != c.now.objective
    changes: list[Change] = []
    if switched:
        changes.append(Change(c, "objective", OBJECTIVES[ACTIONS.index(str(action))]))
    if not switched or round(value * 100) != c.now.target:
        changes.append(Change(c, "roi_target", value))
    return Row(number, c, tuple(changes), _gone(c) or _target_refusal(c, value))


def _target_refusal(c: Campaign, value: float) -> str:
    if not c.spec.cost_controlled:
        return f"仅控成本计划支持修改ROI目标 {MARK}"
    if abs(value * 100 - round(value * 100)) > 1e-6:
        return f"ROI目标最多两位小数 {MARK}"
    if not 0.01 <= value <= 100:
        return f"ROI目标应在0.01-100之间 {MARK}"
    return ""


def budget_rows(service: Service, call: Call) -> list[Row]:
    """POST ad/budget/update/: rules of standard plans, likely the same here (qianchuan.md 6.2, 10.4)."""
    account, rows = _account(service, call), []
    for raw in _tables(call, "update_budget_infos"):
        number, value = whole("ad_id", raw.get("ad_id")), _decimal("budget", raw.get("budget"))
        c = service.find(number, account)
        change = (Change(c, "budget", value),) if c else ()
        rows.append(Row(number, c, change, _gone(c) or _budget_refusal(service, c, value)) if c else _unknown(number))
    return rows


def _budget_refusal(service: Service, c: Campaign, value: float) -> str:
    fen = round(value * 100)
    if abs(value * 100 - fen) > 1e-4 or fen <= 0:
        return f"预算应为正数, 最多两位小数 {MARK}"
    if abs(fen - c.now.budget) < BUDGET_STEP_FEN:
        return f"单次修改预算不少于100元 {MARK}"
    if fen < service.today([c.index])[0].spend * RESUME_FACTOR:
        return f"预算不得低于已消耗的105% {MARK}"
    if c.budget_days.count(times.day_start(service.now)) >= BUDGET_EDITS_A_DAY:
        return f"每日最多修改预算{BUDGET_EDITS_A_DAY}次 {MARK}"
    return ""


def status_rows(service: Service, call: Call) -> list[Row]:
    """POST ad/status/update/."""
    account, rows = _account(service, call), []
    word = call.body.get("opt_status")
    if word not in STATUSES:
        raise ApiError(40000, f"opt_status: {word!r} is not one of {', '.join(STATUSES)}")
    for raw in call.body_rows("ad_ids", MOST_ROWS):
        number = whole("ad_ids", raw)
        c = service.find(number, account)
        rows.append(Row(number, c, (Change(c, "status", str(word)),), _gone(c)) if c else _unknown(number))
    return rows


def delete_rows(service: Service, call: Call) -> list[Row]:
    """POST ad/material/delete/: one row a material. System-picked ones are silently ignored (which: unconfirmed)."""
    c = service.campaign(call.body_id("ad_id"), _account(service, call))
    numbers, titles = call.body.get("material_ids") or [], call.body.get("titles") or []
    if not isinstance(numbers, list) or not isinstance(titles, list) or not (numbers or titles):
        raise ApiError(40000, "material_ids, titles: one of them is needed")
    if max(len(numbers), len(titles)) > MOST_MATERIALS:
        raise ApiError(40000, f"material_ids, titles: at most {MOST_MATERIALS}")
    names = [str(whole("material_ids", n)) for n in numbers] + [str(t) for t in titles]
    return [_delete_row(c, name) for name in names]


def _delete_row(c: Campaign, name: str) -> Row:
    found = next((m for m in c.materials if name == str(m.id) or (m.kind == "TITLE" and name == m.title)), None)
    return Row(c.id, c, (Change(c, "creative", f"delete:{name}"),), _gone(c) or _delete_refusal(found))


def _delete_refusal(m: Material | None) -> str:
    if m is None or m.deleted_at is not None:
        return f"素材不存在 {MARK}"
    return f"系统优选素材不可删除 {MARK}" if m.auto else ""


def add_rows(service: Service, call: Call) -> list[Row]:
    """POST ad/material/add/: goods multi_product_creative_list, live programmatic_creative_media_list."""
    c = service.campaign(call.body_id("ad_id"), _account(service, call))
    media = call.body.get("multi_product_creative_list") or call.body.get("programmatic_creative_media_list")
    names = list(_names(media))
    if not names:
        raise ApiError(40000, "multi_product_creative_list or programmatic_creative_media_list: no material in it")
    return [_add_row(c, name) for name in names]


def _names(tree: object) -> Iterator[str]:
    """Video ids, item ids and titles, wherever the lists hold them."""
    if isinstance(tree, list):
        for one in tree:
            yield from _names(one)
    elif isinstance(tree, dict):
        name = tree.get("video_id") or tree.get("aweme_item_id") or tree.get("title")
        if name is not None and not isinstance(name, list | dict):
            yield str(name)
        else:
            for one in tree.values():
                yield from _names(one)


def _add_row(c: Campaign, name: str) -> Row:
    found = next((m for m in c.materials if name in (m.video_id, str(m.id), str(m.item), m.title)), None)
    text = str(found.id) if found else name
    there = bool(found and found.deleted_at is None)
    return Row(c.id, c, (Change(c, "creative", f"add:{text}"),), _gone(c) or (f"素材已存在 {MARK}" if there else ""))


# the answers


def _by_status(done: list[Done]) -> Data:
    return {
        "results": [
            {"ad_id": d.number, "status": "FAILED" if d.why else "SUCCESS", "error_message": d.why} for d in done
        ]
    }


def _by_flag(done: list[Done]) -> Data:
    return {
        "results": [
            {"ad_id": d.number, "flag": not d.why, "error": {"error_code": 40001 if d.why else 0, "error_message": d.why, "extra": {}}}
            for d in done
        ]
    }  # fmt: skip


def _nothing(done: list[Done]) -> Data:
    return {}


@dataclass(frozen=True, slots=True)
class WriteEndpoint:
    """How a write's body is read and how it answers."""

    rows: Callable[[Service, Call], list[Row]]
    answer: Callable[[list[Done]], Data]


TARGET = WriteEndpoint(target_rows, _by_status)
BUDGET = WriteEndpoint(budget_rows, _by_status)
STATUS = WriteEndpoint(status_rows, _by_flag)
DELETE = WriteEndpoint(delete_rows, _nothing)
ADD = WriteEndpoint(add_rows, _nothing)
