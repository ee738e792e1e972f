"""Live: hourly curves of a Douyin account or a room, totals, rooms (qianchuan.md 9.3). Money in yuan.

The curves' metrics stand in each row itself, as the SDK's models have them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sim.emulator import ids, metrics, times
from sim.emulator.accounts import name
from sim.emulator.call import Call, Data
from sim.emulator.errors import ApiError
from sim.emulator.metrics import Sums, added
from sim.emulator.service import Service
from sim.seam import LiveSession

DIMENSIONS = ("TIME_GRANULARITY_DAILY", "TIME_GRANULARITY_HOURLY")
CURVE = metrics.ACCOUNT_METRICS
HISTORY_S = 180 * times.DAY
ROOM_FIELDS = ("stat_cost", "qualification_stat_cost", "live_pay_order_count_alias", "live_pay_order_gmv_alias",
               "live_pay_order_gmv_roi", "luban_live_pay_order_count", "luban_live_pay_order_gmv",
               "ad_live_prepay_and_pay_order_gmv_roi")  # fmt: skip


def author_curve(service: Service, call: Call) -> Data:
    """GET dimension_data/author/get/: all live plans of a Douyin account together."""
    number = call.number("aweme_id")
    return _curve(service, call, number - ids.AWEME, {"aweme_id": number}, CURVE, (0.0, float("inf")))


def room_curve(service: Service, call: Call) -> Data:
    """GET dimension_data/room/get/: the hours of one broadcast; spend is stat_cost_for_roi2 here."""
    number = call.number("room_id")
    account = service.account(call.number("advertiser_id"))
    for one in service.awemes(account):
        for s in service.sessions(one, service.now - HISTORY_S):
            if ids.ROOM + s.room == number:
                end = s.ended_at if s.ended_at == s.ended_at else float("inf")
                fields = CURVE - {"stat_cost"} | {"stat_cost_for_roi2"}
                return _curve(service, call, one, {"room_id": number}, fields, (s.started_at, end))
    raise ApiError(40000, f"room_id {number} does not exist (emulator)")


def _curve(
    service: Service, call: Call, live_account: int, who: Data, allowed: frozenset[str], span: tuple[float, float]
) -> Data:
    account = service.account(call.number("advertiser_id"))
    names = call.words("metrics", allowed)
    hourly = call.one_of("dimension", DIMENSIONS) == DIMENSIONS[1]
    since, until = call.instant("start_time"), call.instant("end_time", ends=True) + 1
    late = service.now - call.fault.delay_s if call.fault and call.meets("rows_late") else float("inf")
    parts: dict[float, list[Sums]] = {}
    for _, at, row in service.rows(_plans(service, account, live_account), since, until, "hour"):
        if at < late and span[0] - times.HOUR < at < span[1]:
            parts.setdefault(at if hourly else times.day_start(at), []).append(row)
    if late != float("inf"):
        call.acted()
    keys = sorted(parts, reverse=call.text("order_type", "ASC") == "DESC")
    at_rows, info = call.page(len(keys), 200)
    head = {"advertiser_id": ids.ACCOUNT + account, **who}
    rows = [
        {"stat_datetime": times.stamp(key), **head, **metrics.in_yuan(names, added(parts[key]))}
        for key in (keys[p] for p in at_rows)
    ]
    return {"list": rows, "page_info": {**info, "total_number": len(keys)}}


def _plans(service: Service, account: int, live_account: int) -> list[int]:
    found = (service.campaigns[i] for i in service.of_account[account])
    return [c.index for c in found if c.live and c.spec.live_account == live_account]


def rooms(service: Service, call: Call) -> Data:
    """GET today_live/room/get/: broadcasts that began on the natural day of date_time; page_info has total_num."""
    account, number = service.account(call.number("advertiser_id")), call.number("aweme_id")
    names = [str(n) for n in call.array("fields")]
    wanted = call.one_of("room_status", ("ALL", "LIVING", "FINISH"), "ALL")
    day = times.day_start(call.instant("date_time"))
    found = [s for s in _sessions(service, account, number, day) if s.started_at < day + times.DAY]
    found = [s for s in found if wanted in ("ALL", _status(s))]
    at, info = call.page(len(found), 100)
    page = {
        "page": info["page"],
        "page_size": info["page_size"],
        "total_num": len(found),
        "total_page": info["total_page"],
    }
    return {"room_list": [_room(service, account, number, found[p], names) for p in at], "page_info": page}


def _sessions(service: Service, account: int, number: int, since: float) -> list[LiveSession]:
    one = number - ids.AWEME
    return service.sessions(one, since) if one in service.awemes(account) else []


def _status(s: LiveSession) -> str:
    return "FINISH" if s.ended_at == s.ended_at else "LIVING"


def _room(service: Service, account: int, number: int, s: LiveSession, names: Sequence[str]) -> Data:
    end = s.ended_at if s.ended_at == s.ended_at else service.now
    total = _spent(service, account, number, s.started_at, end)
    return {
        "room_id": ids.ROOM + s.room,
        "room_title": "模拟直播",
        "room_status": _status(s),
        "room_cover": [],
        "room_delivery": 1,
        "start_time": times.stamp(s.started_at),
        "end_time": times.stamp(s.ended_at) if s.ended_at == s.ended_at else "",
        "aweme_id": number,
        "aweme_name": name(number),
        "aweme_avatar": [],
        **_room_stats(total, names),
    }


def _spent(service: Service, account: int, number: int, since: float, until: float) -> Sums:
    """Live hours that touch the span (an hour that two broadcasts share counts for both)."""
    plans = _plans(service, account, number - ids.AWEME)
    return added(row for _, _, row in service.rows(plans, times.hour_start(since), until, "hour"))


def _room_stats(total: Sums, names: Sequence[str]) -> Data:
    roi = round(total.gmv / total.spend, 2) if total.spend else 0.0
    values: Data = {
        "stat_cost": total.spend / 100,
        "qualification_stat_cost": total.spend / 100,
        "live_pay_order_count_alias": total.orders,
        "live_pay_order_gmv_alias": total.gmv / 100,
        "live_pay_order_gmv_roi": roi,
        "luban_live_pay_order_count": total.orders,
        "luban_live_pay_order_gmv": total.gmv / 100,
        "ad_live_prepay_and_pay_order_gmv_roi": roi,
    }
    return {n: values[n] for n in names if n in values}


def today_totals(service: Service, call: Call) -> Data:
    """GET report/today_live/get/: one flat object for the Douyin account's natural day."""
    account, number = service.account(call.number("advertiser_id")), call.number("aweme_id")
    names = [str(n) for n in call.array("fields", needed=False)] or list(ROOM_FIELDS)
    return _room_stats(_spent(service, account, number, times.day_start(service.now), service.now + 1), names)


def totals(service: Service, call: Call) -> Data:
    """GET report/live/get/: broadcasts that began in the window, together."""
    account, number = service.account(call.number("advertiser_id")), call.number("aweme_id")
    since, until = call.instant("start_time"), call.instant("end_time", ends=True)
    names = [str(n) for n in call.array("fields")]
    found = [s for s in _sessions(service, account, number, since) if s.started_at <= until]
    ends = [(s.started_at, s.ended_at if s.ended_at == s.ended_at else service.now) for s in found]
    return _room_stats(added(_spent(service, account, number, begin, end) for begin, end in ends), names)
