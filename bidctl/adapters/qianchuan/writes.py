"""Qianchuan as `ports.PlatformWriter`: one POST per write, sent once, its result row checked (qianchuan.md 6, 11)."""

from __future__ import annotations

from typing import Protocol

from bidctl.adapters.http import HttpClient, httpx
from bidctl.adapters.openapi.envelope import Envelope, parse
from bidctl.adapters.openapi.errors import EndpointStopped, NetworkFailed
from bidctl.adapters.openapi.exchange import BEFORE_ANY_BYTE, PlatformTime, TokenSource, exchange
from bidctl.adapters.openapi.guard import CallForbidden
from bidctl.adapters.openapi.limits import Limits
from bidctl.adapters.qianchuan.client import apply_stop
from bidctl.adapters.qianchuan.encode import dump
from bidctl.adapters.qianchuan.errors import PASSING, Action, ApiRefused, refuses
from bidctl.adapters.qianchuan.posts import Post, build
from bidctl.adapters.qianchuan.wire.material import MaterialRow
from bidctl.adapters.qianchuan.words import Say
from bidctl.domain.values import AccountId, CampaignId, Field, Kind
from bidctl.domain.writes import Answer, AnswerKind, WriteRequest
from bidctl.engine.ports import ReadFailed
from bidctl.wording import Wording

OVERDUE = "准备过久, 读回的值已旧 / what was read grew old while the request was prepared"


class MaterialLookup(Protocol):
    """Finds what is needed to add a creative again; `QianchuanReads` is one."""

    async def material(
        self, account: AccountId, campaign: CampaignId, number: str
    ) -> tuple[Kind, MaterialRow] | None: ...


class QianchuanWriter:
    """Sends writes. `http` must go through a transport that never repeats a request. `max_wait_s`: longest wait for our
    own rate limit, because what the gate has just checked must not grow old; beyond it nothing is sent."""

    def __init__(
        self, http: HttpClient, tokens: TokenSource, time: PlatformTime, limits: Limits, app_id: str,
        materials: MaterialLookup, *, request_s: float = 20.0, max_wait_s: float = 3.0,
    ) -> None:  # fmt: skip
        self._http, self._tokens, self._time, self._limits = http, tokens, time, limits
        self._app_id, self._materials = app_id, materials
        self._request_s, self._max_wait_s = request_s, max_wait_s

    @property
    def app_id(self) -> str:
        return self._app_id

    async def write(self, request: WriteRequest) -> Answer:
        """Send one write, once. Never raises (cancellation apart); see `ports.PlatformWriter`."""
        try:
            post = await self._prepare(request)
            token = await self._tokens.access_token()
            await self._limits.acquire(post.path, request.account, self._max_wait_s)
            if request.latest is not None and self._time.clock.monotonic() > request.latest:
                return Answer(AnswerKind.NOT_SENT, f"未发送 / not sent: {OVERDUE}")
        except EndpointStopped as error:
            return Answer(AnswerKind.PUT_OFF, _said(Say.NOT_SENT, str(error)))
        except (ReadFailed, ValueError) as error:
            return Answer(AnswerKind.NOT_SENT, _said(Say.NOT_SENT, str(error)))
        except Exception as error:
            return Answer(AnswerKind.NOT_SENT, _said(Say.NOT_SENT, f"{type(error).__name__} {error}"))
        try:
            return await self._send(post, request, token)
        except Exception as error:
            return Answer(AnswerKind.UNKNOWN, _said(Say.OUTCOME_UNKNOWN, f"{type(error).__name__} {error}"))

    async def _prepare(self, request: WriteRequest) -> Post:
        """The POST of a request; adding a creative again first reads what it consisted of. Raises ReadFailed, ValueError."""
        verb, _, number = request.value.partition(":")
        if request.field is Field.CREATIVE and verb == "add":
            found = await self._materials.material(request.account, request.campaign, number)
            if found is None:
                raise ReadFailed(Say.NOT_LISTED(creative=number, campaign=request.campaign).both)
            return build(request, found)
        return build(request, None)

    async def _send(self, post: Post, request: WriteRequest, token: str) -> Answer:
        try:
            response = await exchange(
                self._http, self._time, "POST", post.path, token, self._request_s,
                content=dump(post.body).encode(),
                headers={"Content-Type": "application/json", "X-Request-Id": request.decision},
            )  # fmt: skip
        except CallForbidden as error:
            return Answer(AnswerKind.NOT_SENT, _said(Say.NOT_SENT, str(error)))
        except NetworkFailed as error:
            if isinstance(error.__cause__, BEFORE_ANY_BYTE):
                return Answer(AnswerKind.NOT_SENT, _said(Say.NOT_SENT, str(error)))
            return Answer(AnswerKind.UNKNOWN, _said(Say.OUTCOME_UNKNOWN, str(error)))
        return await self._judge(post, request, response, token)

    async def _judge(self, post: Post, request: WriteRequest, response: httpx.Response, token: str) -> Answer:
        at = self._time.now()
        if response.status_code >= 500:
            return Answer(AnswerKind.UNKNOWN, _said(Say.OUTCOME_UNKNOWN, f"HTTP {response.status_code}"), None, at)
        try:
            envelope = parse(post.path, response.content)
            kind, why = (AnswerKind.UNKNOWN, _said(Say.OUTCOME_UNKNOWN, f"HTTP {response.status_code}"))
            if envelope.code:
                kind, why = await self._coded(envelope, response, request, token)
            elif response.status_code < 300:
                kind, why = post.verdict(envelope, request.campaign)
        except ReadFailed as error:
            return Answer(AnswerKind.UNKNOWN, _said(Say.OUTCOME_UNKNOWN, str(error)), None, at)
        return Answer(kind, why, envelope.request_id, at)

    async def _coded(
        self, envelope: Envelope, response: httpx.Response, request: WriteRequest, token: str
    ) -> tuple[AnswerKind, str]:
        """A code other than 0: put off or refused where the code says no before acting, else unknown."""
        error = ApiRefused(envelope.path, envelope.code, envelope.message, envelope.request_id)
        apply_stop(self._limits, envelope.path, envelope.code, response, request.account)
        if error.rule.action is Action.REFRESH:
            await self._tokens.reject(token)
        if not refuses(envelope.code):
            return AnswerKind.UNKNOWN, error.why
        return (AnswerKind.PUT_OFF if error.rule.action in PASSING else AnswerKind.REFUSED), error.why


def _said(phrase: Say, why: str) -> str:
    return phrase(why=Wording.read(why)).both
