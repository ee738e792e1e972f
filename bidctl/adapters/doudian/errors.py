"""Every code of the shop's interface and what the client does about it, in one table (doudian-settlement.md 3)."""

from __future__ import annotations

from enum import Enum

from bidctl.adapters.doudian.words import Say
from bidctl.adapters.openapi.envelope import Envelope
from bidctl.adapters.openapi.errors import NeedsAuthorisation
from bidctl.engine.ports import ReadFailed
from bidctl.wording import Wording

OK = 10000
COMMAND = "bidctl connect --shop"
"""What a person runs where only a person can help."""


class Action(Enum):
    """What the client does."""

    TELL = "no retry, tell the operator"
    BACK_OFF = "ask again after 1, 2, 4, 8 s with jitter"
    REFRESH = "refresh the token once, ask again once"
    AUTHORISE = "stop: a person must authorise again"


CODES: dict[int, tuple[Wording, Action]] = {
    10001: (Wording("部分失败", "partly failed"), Action.TELL),
    20000: (Wording("服务不可用", "service unavailable"), Action.BACK_OFF),
    20001: (Wording("平台内部超时", "timeout inside the platform"), Action.BACK_OFF),
    30001: (
        Wording("没有权限: 请在开放平台为应用申请该接口", "no permission: apply for this interface for the app"),
        Action.TELL,
    ),
    30002: (Wording("本机 IP 不在白名单", "this machine's IP is not on the app's allow list"), Action.TELL),
    40001: (Wording("缺少平台参数", "a parameter of the platform is missing"), Action.TELL),
    40002: (Wording("缺少业务参数", "a business parameter is missing"), Action.TELL),
    40003: (Wording("平台参数无效", "a parameter of the platform is invalid"), Action.TELL),
    40004: (Wording("业务参数无效", "a business parameter is invalid"), Action.TELL),
    50001: (Wording("平台处理失败", "the platform failed"), Action.TELL),
    50002: (Wording("业务处理失败", "the business failed"), Action.TELL),
    60000: (Wording("超频", "rate limited"), Action.BACK_OFF),
    70000: (Wording("接口已下线", "the interface is retired or absent"), Action.TELL),
    80000: (Wording("安全限制", "refused for security"), Action.TELL),
    90000: (Wording("其他错误", "another error"), Action.TELL),
}
SUB_CODES: dict[str, tuple[Wording, Action]] = {
    "isv.access-token-expired": (Wording("授权令牌过期", "access token expired"), Action.REFRESH),
    "isv.access-token-no-existed": (Wording("授权令牌不存在", "access token unknown"), Action.REFRESH),
    "isv.access-token-invalid": (Wording("授权令牌无效", "access token invalid"), Action.AUTHORISE),
    "isv.access-token-missing": (Wording("缺少授权令牌", "access token missing"), Action.AUTHORISE),
    "isv.signature-invalid": (
        Wording("签名不对: 请检查 [shop] app_secret", "the sign is refused: look at [shop] app_secret"),
        Action.TELL,
    ),
    "isv.timestamp-invalid": (
        Wording("时间戳不对: 请校准本机时钟", "the timestamp is refused: set this machine's clock"),
        Action.TELL,
    ),
    "dop.authorization-no-existed": (Wording("店铺没有授权", "the shop has not authorised the app"), Action.AUTHORISE),
    "dop.authorization-closed": (Wording("店铺授权已关闭", "the shop has closed the authorisation"), Action.AUTHORISE),
    "dop.token-generate-failed:code-expired": (Wording("授权码过期", "the code has expired"), Action.AUTHORISE),
    "dop.token-generate-failed:code-invalid": (Wording("授权码无效", "the code is invalid"), Action.AUTHORISE),
    "dop.token-generate-failed:token-expired": (
        Wording("刷新令牌过期", "the refresh token has expired"),
        Action.AUTHORISE,
    ),
    "dop.token-generate-failed:token-invalid": (
        Wording("刷新令牌无效", "the refresh token is invalid"),
        Action.AUTHORISE,
    ),
    "dop.token-generate-failed:no-authorization": (
        Wording("店铺没有授权", "the shop has not authorised"),
        Action.AUTHORISE,
    ),
    "isv.business-failed:31009": (Wording("刷新令牌不存在", "the refresh token is unknown"), Action.AUTHORISE),
    "isv.business-failed:100010": (Wording("平台数据库繁忙", "the platform's database is busy"), Action.BACK_OFF),
}
"""Goes before the code's own rule."""
_UNKNOWN = (Wording("未知错误码", "unknown code"), Action.TELL)


class ShopRefused(ReadFailed):
    """The shop answered with a code other than success."""

    def __init__(self, path: str, told: str, meaning: Wording, action: Action) -> None:
        super().__init__(Say.REFUSED(path=path, told=told, meaning=meaning).both)
        self.action, self.meaning = action, meaning


def refusal(found: Envelope) -> ShopRefused | NeedsAuthorisation | None:
    """What the outer layer refuses, None where it is success."""
    if found.code == OK:
        return None
    meaning, action = SUB_CODES.get(found.sub_code) or CODES.get(found.code) or _UNKNOWN
    told = " ".join(f"{found.code} {found.sub_code} {found.sub_message or found.message} ({found.request_id})".split())
    if action is Action.AUTHORISE:
        return NeedsAuthorisation(Say.MEANING(path=found.path, meaning=meaning), COMMAND)
    return ShopRefused(found.path, told, meaning, action)
