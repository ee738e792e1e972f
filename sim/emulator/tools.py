"""The operation log and the boosts of plans (qianchuan.md 4.10, 5.4)."""

from __future__ import annotations

from sim.emulator import times
from sim.emulator.call import Call, Data
from sim.emulator.errors import ApiError
from sim.emulator.service import Boost, LogEntry, Service

LOG_DAYS = 180


def log_search(service: Service, call: Call) -> Data:
    """GET tools/log_search/: newest first; an entry is there as soon as reads show the change."""
    account = service.account(call.number("advertiser_id"))
    kind = call.one_of("object_type", ("AD", "ACCOUNT"))
    since = call.instant("start_time") if "start_time" in call.query else service.now - 7 * times.DAY
    until = call.instant("end_time", ends=True) if "end_time" in call.query else service.now
    if service.now - since > LOG_DAYS * times.DAY + times.DAY:
        raise ApiError(40000, f"start_time: not older than {LOG_DAYS} days")
    operators = {str(o) for o in call.array("operator_id", needed=False)}
    found = service.log_since(account, int(since)) if kind == "AD" else []
    if "object_id" in call.query:
        wanted = service.find(call.number("object_id"), account)
        found = [e for e in found if wanted and e.campaign == wanted.index]
    found = [e for e in found if int(e.at) <= until and (not operators or e.operator_id in operators)][::-1]
    at, info = call.page(len(found), 20)
    return {"logs": [_entry(service, found[p]) for p in at], "page_info": {**info, "total_number": len(found)}}


def _entry(service: Service, e: LogEntry) -> Data:
    return {
        "log_id": f"{e.id:012d}",
        "object_id": service.campaigns[e.campaign].id,
        "object_name": service.campaigns[e.campaign].spec.name,
        "object_type": "AD",
        "operator_id": e.operator_id,
        "operator_name": e.operator,
        "opt_ip": "127.0.0.1",
        "create_time": times.stamp(e.at),
        "content_title": e.title,
        "content_log": [e.content],
        "sub_logs": [],
    }


def boosts(service: Service, call: Call) -> Data:
    """GET uni_promotion/ad/control_task/list/."""
    account = service.account(call.number("advertiser_id"))
    found = [
        b for b in service.boosts if service.campaigns[b.campaign].spec.account == account and b.begins <= service.now
    ]
    if "ad_id" in call.query:
        wanted = service.find(call.number("ad_id"), account)
        found = [b for b in found if wanted and b.campaign == wanted.index]
    if call.text("scene", "SMART_BOOST") != "SMART_BOOST":
        found = []
    at, info = call.page(len(found), 100)
    return {"task_list": [_boost(service, found[p]) for p in at], "page_info": {**info, "total_number": len(found)}}


def _boost(service: Service, b: Boost) -> Data:
    over = service.now >= b.begins + b.hours * times.HOUR
    return {
        "id": b.id,
        "name": "一键起量",
        "scene": "SMART_BOOST",
        "budget": b.budget / 100,
        "create_time": times.stamp(b.begins),
        "duration": b.hours,
        "task_status": "OFFLINE_TIME" if over else "PROCESSING",
        "metrics": {},
    }
