"""HTTP on loopback by hand (h11): the socket is ours, so that a lost reply, a reset or a slow drip is exactly that."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from functools import lru_cache

import h11

from sim.emulator import times
from sim.emulator.routes import Reply, Request

CONTENT_TYPE = "application/json; charset=utf-8"
MAX_TARGET, MAX_BODY = 1 << 20, 8 << 20
DRIP_PARTS = 20
Answer = Callable[[Request], Reply]


@lru_cache(maxsize=8)
def _date(second: int) -> bytes:
    return times.http_date(second).encode()


class Connection(asyncio.Protocol):
    """One client connection, kept alive. `answer` handles whole requests; `now` is virtual time, `stamp` marks first bytes."""

    def __init__(self, answer: Answer, now: Callable[[], float], stamp: Callable[[], float]) -> None:
        self._answer, self._now, self._stamp = answer, now, stamp
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_TARGET)
        self._request: h11.Request | None = None
        self._body: list[bytes] = []
        self._first_byte: float | None = None
        self._transport: asyncio.Transport | None = None
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        sock: socket.socket = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None

    def data_received(self, data: bytes) -> None:
        if self._first_byte is None:
            self._first_byte = self._stamp()
        self._http.receive_data(data)
        if not self._busy:
            self._pump()

    def eof_received(self) -> bool | None:
        self._http.receive_data(b"")
        return self._busy  # an answer on its way is still sent

    def _pump(self) -> None:
        """Take events until a request is whole or more bytes are needed."""
        try:
            while self._transport and not self._busy:
                event = self._http.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    return
                self._take(event)
        except h11.RemoteProtocolError as error:
            self._refuse(error)

    def _take(self, event: object) -> None:
        if isinstance(event, h11.Request):
            self._request, self._body = event, []
            if self._http.they_are_waiting_for_100_continue:
                self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
        elif isinstance(event, h11.Data):
            self._body.append(bytes(event.data))
            if sum(map(len, self._body)) > MAX_BODY:
                raise h11.RemoteProtocolError("body too large", error_status_hint=413)
        elif isinstance(event, h11.EndOfMessage):
            self._serve()

    def _serve(self) -> None:
        assert self._request is not None
        headers = {name.decode(): value.decode("latin-1") for name, value in self._request.headers}
        first = self._stamp() if self._first_byte is None else self._first_byte
        target, method = self._request.target.decode("latin-1"), self._request.method.decode()
        self._first_byte, self._busy = None, True
        reply = self._answer(Request(method, target, headers, b"".join(self._body), first))
        self._send(reply)
        if reply.then:
            asyncio.get_running_loop().call_soon(reply.then)

    def _send(self, reply: Reply) -> None:
        """Send as the fault wants it."""
        fault = reply.fault
        kind = fault.kind if fault else ""
        if kind in ("lost_reply_applied", "lost_reply_not_applied"):
            self._after(fault.delay_s if fault else 0.0, self.close)
            return
        head = self._head(reply, fault.delay_s if fault and kind == "clock_jump" and fault.delay_s < 0 else 0.0)
        body = self._http.send(h11.Data(data=reply.body)) or b""
        end = self._http.send(h11.EndOfMessage()) or b""
        if kind == "reset_mid_body":
            self._write(head + body[: len(body) // 2])
            self._after(0.02, self._reset)
        elif kind == "slow_drip" and fault:
            self._write(head)
            self._drip(body + end, fault.delay_s / DRIP_PARTS)
        else:
            self._write(head + body + end)
            self._next()

    def _head(self, reply: Reply, skew_s: float) -> bytes:
        headers = [
            (b"Date", _date(int(self._now() + skew_s))),
            (b"Content-Type", CONTENT_TYPE.encode()),
            (b"Content-Length", str(len(reply.body)).encode()),
            *((name.encode(), value.encode()) for name, value in reply.headers.items()),
        ]
        return self._http.send(h11.Response(status_code=reply.status, headers=headers)) or b""

    def _drip(self, rest: bytes, pause: float) -> None:
        step = max(1, -(-len(rest) // DRIP_PARTS))

        def more(start: int) -> None:
            self._write(rest[start : start + step])
            if start + step < len(rest):
                self._after(pause, lambda: more(start + step))
            else:
                self._next()

        self._after(pause, lambda: more(0))

    def _next(self) -> None:
        """Ready for the next request on this connection."""
        self._busy = False
        if self._http.our_state is h11.MUST_CLOSE or self._http.our_state is h11.CLOSED:
            self.close()
        elif self._http.our_state is h11.DONE:
            try:
                self._http.start_next_cycle()
            except h11.LocalProtocolError:
                self.close()
                return
            self._pump_later()

    def _pump_later(self) -> None:
        data, _ = self._http.trailing_data
        if data:
            self._first_byte = self._first_byte or self._stamp()
            asyncio.get_running_loop().call_soon(self._pump)

    def _refuse(self, error: h11.RemoteProtocolError) -> None:
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = b'{"code":40000,"message":"malformed HTTP request (emulator)","request_id":"","data":{}}'
            self._write(
                self._head(Reply(body, error.error_status_hint), 0.0) + (self._http.send(h11.Data(data=body)) or b"")
            )
        self.close()

    def _after(self, seconds: float, work: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, work)

    def _write(self, data: bytes | None) -> None:
        if self._transport and data:
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection after what was written."""
        if self._transport:
            self._transport.close()

    def _reset(self) -> None:
        """An RST instead of a FIN."""
        if self._transport:
            sock: socket.socket = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
