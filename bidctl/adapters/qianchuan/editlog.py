"""The platform's operation log as edits: what somebody changed, from what, to what (qianchuan.md 4.10).

The log's wording is not documented. A line that names a from and a to is read; a line about a target or bid that cannot
be read still counts as an edit of the target with unknown values, because somebody's edit must never be missed; other
lines (names, schedules, creatives) are left out, and so are entries of a plan's creation: that is no edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bidctl.adapters.openapi import times
from bidctl.adapters.openapi.errors import BadEnvelope
from bidctl.adapters.openapi.paging import Page, read_all
from bidctl.adapters.qianchuan import endpoints as ep
from bidctl.adapters.qianchuan.client import ReadClient
from bidctl.adapters.qianchuan.encode import Value, wire_id
from bidctl.adapters.qianchuan.wire.account import LogRow, Logs
from bidctl.adapters.qianchuan.words import Say
from bidctl.domain.campaign import LoggedEdit
from bidctl.domain.values import AccountId, CampaignId, Field, Objective

_FROM_TO = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:修改|变更|调整)?前\s*[:：]\s*(?P<old>[^,，;；]*?)\s*[,，;；\s]\s*(?:修改|变更|调整)?后\s*[:：]\s*(?P<new>[^,，;；。]*)",
        r"(?:由|从)\s*(?P<old>.+?)\s*(?:修改|变更|调整|更新|切换|改|调|变)?\s*[,，]?\s*(?:为|到|至|成)\s*(?P<new>[^,，;；。]+)",
        r"[:：]?\s*(?P<old>[^:：,，;；\s]+)\s*(?:->|=>|→|~>|➔)\s*(?P<new>[^,，;；。\s]+)",
    )
)
_MINUTE = timedelta(minutes=1)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_CREATION = re.compile(r"创建|新建|新增计划")
_OBJECTIVE = re.compile(r"优化目标|转化目标|深度转化|deep_external_action", re.IGNORECASE)
_TARGET = re.compile(r"ROI|出价|目标", re.IGNORECASE)
_BUDGET = re.compile(r"预算")
_STATUS = re.compile(r"状态|启用|暂停|开启|关闭|删除计划")
_STATUS_WORDS = (("DELETE", "删除"), ("DISABLE", "暂停"), ("DISABLE", "关闭"), ("DISABLE", "停用"), ("DISABLE", "DISABLE"),
                 ("ENABLE", "启用"), ("ENABLE", "开启"), ("ENABLE", "投放"), ("ENABLE", "ENABLE"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What one line of the log says. None = it does not say."""

    field: Field
    old: str | None
    new: str | None


async def read_log(
    client: ReadClient, account: AccountId, since: datetime, campaign: CampaignId | None
) -> tuple[LoggedEdit, ...]:
    """Everybody's changes since then, oldest first. Raises ReadFailed."""
    # one minute more: the end is exclusive on some reports, and the platform's clock may lead ours
    end = times.stamp(client.time.now().replace(microsecond=0) + _MINUTE)

    async def page(number: int) -> Page[LogRow]:
        params: Mapping[str, Value] = {
            "advertiser_id": wire_id(account), "object_type": "AD",
            "object_id": None if campaign is None else wire_id(campaign),
            "start_time": times.stamp(since), "end_time": end, "page": number, "page_size": 20,
        }  # fmt: skip
        data = (await client.get(ep.LOG, params, Logs, account)).data
        return Page(list(data.logs), data.total)

    pages = await read_all(page, lambda row: (row.log_id, row.object_id, row.create_time))
    if pages.trouble:
        raise BadEnvelope(ep.LOG, pages.trouble)
    edits = [edit for row in pages.rows for edit in edits_of(row) if edit.at >= since]
    return tuple(sorted(edits, key=lambda edit: (edit.at, edit.log_id)))


def edits_of(row: LogRow) -> list[LoggedEdit]:
    """The edits one entry tells. A further change of the same entry gets `#2`, `#3`.. after its log id."""
    if row.object_id is None or _CREATION.search(row.content_title or ""):
        return []
    try:
        at = times.parse(row.create_time or "")
    except ValueError as error:
        raise BadEnvelope(ep.LOG, Say.NO_TIME(place="create_time", found=row.create_time).both) from error
    operator = row.operator_name or row.operator_id or ""
    log_id = row.log_id or f"{row.object_id}@{row.create_time}"
    return [
        LoggedEdit(f"{log_id}#{n}" if n > 1 else log_id, CampaignId(row.object_id), c.field, at, operator, c.old, c.new)
        for n, c in enumerate(_changes(row), start=1)
    ]


def _changes(row: LogRow) -> Iterable[Change]:
    lines = [*row.content_log, *(line for sub in row.sub_logs for line in (*sub.content_log, sub.content_title or ""))]
    title = row.content_title or ""
    found = [change for change in (change_of(title, line) for line in lines) if change]
    if found or lines:
        return dict.fromkeys(found)
    alone = change_of("", title)
    return [alone] if alone else []


def change_of(title: str, line: str) -> Change | None:
    """One line of the log, read with its title; None where it is about nothing that matters here."""
    if not line:
        return None
    about = line if _field_words(line) else f"{title} {line}"
    old, new = _from_to(_THOUSANDS.sub("", line))
    if _OBJECTIVE.search(about) or (_TARGET.search(about) and _objective(old) and _objective(new)):
        return Change(Field.OBJECTIVE, _objective(old) or old, _objective(new) or new)
    if _BUDGET.search(about):
        return Change(Field.BUDGET, _number(old), _number(new)) if new else None
    if _TARGET.search(about):
        return Change(Field.ROI_TARGET, _number(old), _number(new))
    if _STATUS.search(about):
        return Change(Field.STATUS, _status(old), _status(new or line))
    return None


def _field_words(text: str) -> bool:
    return any(words.search(text) for words in (_OBJECTIVE, _BUDGET, _TARGET, _STATUS))


def _from_to(line: str) -> tuple[str | None, str | None]:
    for pattern in _FROM_TO:
        match = pattern.search(line)
        if match:
            return match["old"].strip(" \"'“”[]【】") or None, match["new"].strip(" \"'“”[]【】") or None
    return None, None


def _number(text: str | None) -> str | None:
    match = _NUMBER.search(text or "")
    return match[0] if match else None


def _objective(text: str | None) -> str | None:
    """`pay_roi` or `net_roi` where the text names an objective and no number."""
    if not text or _NUMBER.search(text) or "ROI" not in text.upper():
        return None
    return Objective.NET_ROI.value if "净成交" in text or "PURE" in text.upper() else Objective.PAY_ROI.value


def _status(text: str | None) -> str | None:
    if not text:
        return None
    return next((status for status, word in _STATUS_WORDS if word in text.upper()), text)
