"""From a request to an answer: which endpoint, whose token, which fault, the envelope. No sockets here."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from pydantic_core import to_json

from sim.emulator import accounts, detail, listing, live, materials, oauth, suggest, times, tools, topics, writes
from sim.emulator.call import Call
from sim.emulator.edits import Editor
from sim.emulator.errors import ApiError
from sim.emulator.faults import NOT_APPLIED, Firing
from sim.emulator.service import Service
from sim.emulator.writes import WriteEndpoint, Writer

_QC = "/open_api/v1.0/qianchuan/"
Read = Callable[[Service, Call], object]

OAUTH: Mapping[str, Read] = {
    "/open_api/oauth2/access_token/": oauth.access_token,
    "/open_api/oauth2/refresh_token/": oauth.refresh_token,
}
READS: Mapping[str, Read] = {
    "/open_api/oauth2/advertiser/get/": oauth.advertisers,
    "/open_api/2/user/info/": oauth.user,
    "/open_api/2/advertiser/public_info/": oauth.public_info,
    _QC + "shop/advertiser/list/": oauth.shop_advertisers,
    _QC + "uni_aweme/authorized/get/": accounts.uni_authorized,
    _QC + "aweme/authorized/get/": accounts.authorized,
    _QC + "account/balance/get/": accounts.balance,
    _QC + "uni_promotion/list/": listing.plans,
    _QC + "uni_promotion/ad/detail/": detail.plan,
    _QC + "uni_promotion/ad/material/get/": materials.of_plan,
    _QC + "uni_promotion/ad/product/get/": materials.products,
    _QC + "uni_promotion/ad/control_task/list/": tools.boosts,
    _QC + "uni_aweme/suggest/roi/": suggest.uni_roi,
    _QC + "overall/suggest/roi/get/": suggest.overall_roi,
    _QC + "uni_aweme/suggest/budget/": suggest.budget,
    _QC + "report/uni_promotion/config/get/": topics.config,
    _QC + "report/uni_promotion/data/get/": topics.data,
    _QC + "report/uni_promotion/get/": topics.account_totals,
    _QC + "report/uni_promotion/dimension_data/author/get/": live.author_curve,
    _QC + "report/uni_promotion/dimension_data/room/get/": live.room_curve,
    _QC + "report/today_live/get/": live.today_totals,
    _QC + "report/live/get/": live.totals,
    _QC + "today_live/room/get/": live.rooms,
    _QC + "tools/log_search/": tools.log_search,
}
WRITES: Mapping[str, WriteEndpoint] = {
    _QC + "uni_promotion/ad/roi2_goal/update/": writes.TARGET,
    _QC + "uni_promotion/ad/budget/update/": writes.BUDGET,
    _QC + "uni_promotion/ad/status/update/": writes.STATUS,
    _QC + "uni_promotion/ad/material/delete/": writes.DELETE,
    _QC + "uni_promotion/ad/material/add/": writes.ADD,
}
STALE_BYTES = 32 << 20
"""Last answers kept for `rows_stale`, in bytes."""
_TIME_WORDS = frozenset({"start_time", "end_time", "start_date", "end_date", "date_time"})


@dataclass(frozen=True, slots=True)
class Request:
    """A whole HTTP request. `target`: path and query as sent; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    received_at: float


@dataclass(slots=True)
class Reply:
    """A whole answer, the fault that the socket has still to act out, and what is done while the answer is on its way."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    fault: Firing | None = None
    then: Callable[[], None] | None = None


class Router:
    """Answers requests over one service."""

    def __init__(self, service: Service) -> None:
        self.service, self.editor = service, Editor(service)
        self.writer = Writer(service, self.editor)
        self._last: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._kept = 0

    def answer(self, request: Request) -> Reply:
        """Everything but the socket's part: settles time, meets faults, calls the endpoint."""
        path, _, query = request.target.partition("?")
        path = path if path.endswith("/") else path + "/"
        self.editor.settle()
        firing = self.service.faults.meet(request.method, path)
        if firing and firing.kind == "clock_jump" and firing.delay_s >= 0:
            self.service.clock.advance(firing.delay_s)
            self.editor.settle()
        call = self._call(request, path, query, firing)
        reply = self._reply(call, request)
        self.service.faults.settle(firing, self.service.now)
        reply.headers = {"X-Tt-Logid": call.request_id, **reply.headers}
        reply.fault = firing if firing and firing.acted else None
        return reply

    def _call(self, request: Request, path: str, query: str, firing: Firing | None) -> Call:
        number = self.service.next_number()
        stamp = times.stamp(self.service.now)
        request_id = "".join(c for c in stamp if c.isdigit()) + f"{number:018d}"
        params = dict(parse_qsl(query, keep_blank_values=True)) if query else {}
        decision = request.headers.get("x-request-id")
        call = Call(request.method, path, params, {}, request.received_at, request_id, decision=decision, fault=firing)
        call.token = request.headers.get("access-token") or params.get("access_token")
        return call

    def _reply(self, call: Call, request: Request) -> Reply:
        try:
            if call.method == "POST":
                call.body = read_body(request)
            if call.path in OAUTH and call.method == "POST":
                return self._unless_stopped(call, lambda: _data(OAUTH[call.path](self.service, call)))
            self._authorise(call)
            if call.path in READS and call.method == "GET":
                return self._unless_stopped(call, lambda: self._read(call))
            if call.path in WRITES and call.method == "POST":
                return self._write(call, WRITES[call.path])
            raise ApiError(40000, f"{call.method} {call.path}: no such interface (emulator)")
        except ApiError as error:
            return Reply(envelope(call.request_id, error.code, error.message))

    def _authorise(self, call: Call) -> None:
        call.app_id = self.service.tokens.app_of(call.token, self.service.now)
        if call.meets("token_expired") and call.token:
            self.service.tokens.expire(call.token)

    def _read(self, call: Call) -> bytes:
        """A read's data as JSON; under `rows_stale` what this question was answered before."""
        key = _question(call)
        if call.meets("rows_stale") and key in self._last:
            call.acted()
            return self._last[key]
        data = _data(READS[call.path](self.service, call))
        self._keep(key, data)
        return data

    def _keep(self, key: tuple[str, ...], data: bytes) -> None:
        self._kept += len(data) - len(self._last.pop(key, b""))
        self._last[key] = data
        while self._kept > STALE_BYTES:
            self._kept -= len(self._last.popitem(last=False)[1])

    def _write(self, call: Call, endpoint: WriteEndpoint) -> Reply:
        rows = endpoint.rows(self.service, call)
        if call.fault and call.fault.kind in NOT_APPLIED:
            self.writer.refuse(call, rows, f"fault {call.fault.kind}")
        return self._unless_stopped(call, lambda: _data(endpoint.answer(self.writer.carry_out(call, rows))))

    def _unless_stopped(self, call: Call, work: Callable[[], bytes]) -> Reply:
        """The envelope faults: instead of the work, or after it."""
        if call.meets("code_40100"):
            return Reply(envelope(call.request_id, 40100, "too many requests, please retry later"))
        if call.meets("code_40110") and call.fault:
            headers = {"X-RateLimit-RetryIn": f"{call.fault.delay_s:g}", "X-RateLimit-Dimension": "developer_qpm"}
            return Reply(
                envelope(call.request_id, 40110, "developer quota of this interface is used up"), headers=headers
            )
        if call.meets("token_expired"):
            return Reply(envelope(call.request_id, 40102, "access token expired"))
        data = b"{}" if call.fault and call.fault.kind in NOT_APPLIED else work()
        if call.meets("http_500_applied", "http_500_not_applied"):
            return Reply(envelope(call.request_id, 50000, "internal server error"), 500)
        if call.meets("code_50000_applied", "code_50000_not_applied"):
            return Reply(envelope(call.request_id, 50000, "system error, please retry later"))
        body = envelope(call.request_id, 0, "OK", data)
        return Reply(body[: len(body) // 2] + b"<garbled>" if call.meets("garbage_json") else body)


def _data(data: object) -> bytes:
    return to_json(data)


def envelope(request_id: str, code: int, message: str, data: bytes = b"{}") -> bytes:
    """{"code", "message", "request_id", "data"}."""
    head = f'{{"code":{code},"message":{json.dumps(message, ensure_ascii=False)},"request_id":"{request_id}","data":'
    return head.encode() + data + b"}"


def _question(call: Call) -> tuple[str, ...]:
    """A read without its times: what makes two reads the same question."""
    return (call.path, *(f"{k}={v}" for k, v in sorted(call.query.items()) if k not in _TIME_WORDS))


def read_body(request: Request) -> dict[str, object]:
    """A JSON object, or a form. Raises ApiError 40000."""
    if "application/x-www-form-urlencoded" in request.headers.get("content-type", ""):
        return dict(parse_qsl(request.body.decode("utf-8", "replace")))
    try:
        tree = json.loads(request.body or b"{}")
    except ValueError:
        raise ApiError(40000, "body: not JSON") from None
    if not isinstance(tree, dict):
        raise ApiError(40000, "body: expected a JSON object")
    return tree
