"""Every error code of the platform and what the client does about it, in one table (qianchuan.md 3.2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from bidctl.adapters.qianchuan.words import Say
from bidctl.engine.ports import ReadFailed
from bidctl.wording import Wording


class Action(Enum):
    """What the client does. Reads only are ever repeated; `refuses` below says what a code means for a write."""

    NONE = "ok"
    ALERT = "no retry, tell the operator"
    BACK_OFF = "repeat a read after 1, 2, 4, 8 s with jitter"
    STOP_ENDPOINT = "no call to this endpoint for X-RateLimit-RetryIn s, else 300 s"
    STOP_ENDPOINT_FOR_ACCOUNT = "the same for this advertiser only"
    REFRESH = "refresh the token once, repeat a read once"
    AUTHORISE = "stop: a person must authorise again"
    STOP_ACCOUNT = "no retry, tell the operator, no edits in this account"


PASSING = frozenset({
    Action.BACK_OFF, Action.STOP_ENDPOINT, Action.STOP_ENDPOINT_FOR_ACCOUNT, Action.REFRESH,
})  # fmt: skip
"""Not a no on the merits of what was asked: pace, or a token to renew."""


@dataclass(frozen=True, slots=True)
class CodeRule:
    """One code: what it means in Chinese and English, and the action."""

    zh: str
    en: str
    action: Action

    @property
    def meaning(self) -> Wording:
        return Wording(self.zh, self.en)


_A = Action
CODES: dict[int, CodeRule] = {
    0: CodeRule("成功", "ok", _A.NONE),
    40000: CodeRule("参数错误", "parameter error", _A.ALERT),
    40001: CodeRule("参数错误", "parameter error", _A.ALERT),
    40002: CodeRule(
        "没有权限: 接口未授权或账户未绑定", "no permission: scope not granted or account not bound", _A.ALERT
    ),
    40003: CodeRule("过滤条件错误", "filter error", _A.ALERT),
    40100: CodeRule("请求过于频繁 (全平台)", "too frequent (whole platform)", _A.BACK_OFF),
    40101: CodeRule("无效的合作方", "invalid partner", _A.ALERT),
    40102: CodeRule("access token 已过期", "access token expired", _A.REFRESH),
    40103: CodeRule("refresh token 已过期", "refresh token expired", _A.AUTHORISE),
    40104: CodeRule("缺少 access token", "access token missing", _A.ALERT),
    40105: CodeRule("access token 无效", "access token invalid", _A.REFRESH),
    40106: CodeRule("无效的用户", "invalid core user", _A.ALERT),
    40107: CodeRule("refresh token 无效或已用过", "refresh token invalid or used before", _A.AUTHORISE),
    40108: CodeRule("grant type 错误", "invalid grant type", _A.ALERT),
    40110: CodeRule("应用在此接口超频", "app over the limit of this endpoint", _A.STOP_ENDPOINT),
    40113: CodeRule("平台拒绝 (含义未公开)", "refused (meaning not published)", _A.ALERT),
    40115: CodeRule("平台拒绝 (含义未公开)", "refused (meaning not published)", _A.ALERT),
    40118: CodeRule("平台拒绝 (含义未公开)", "refused (meaning not published)", _A.ALERT),
    40119: CodeRule("缺少敏感物料授权", "sensitive-material right missing", _A.ALERT),
    40130: CodeRule("账户在此接口超频", "advertiser over the limit of this endpoint", _A.STOP_ENDPOINT_FOR_ACCOUNT),
    40200: CodeRule("充值金额过小", "recharge too small", _A.ALERT),
    40201: CodeRule("余额不足", "balance not enough", _A.ALERT),
    40300: CodeRule("广告主未启用", "advertiser not enabled", _A.STOP_ACCOUNT),
    40301: CodeRule("广告主在黑名单", "advertiser blacklisted", _A.STOP_ACCOUNT),
    40900: CodeRule("文件签名错误", "file signature error", _A.ALERT),
    50000: CodeRule("系统错误", "system error", _A.BACK_OFF),
    50001: CodeRule("系统错误", "system error", _A.BACK_OFF),
    50002: CodeRule("系统错误", "system error", _A.BACK_OFF),
    50003: CodeRule("系统错误", "system error", _A.BACK_OFF),
    50004: CodeRule("系统错误", "system error", _A.BACK_OFF),
    50005: CodeRule("系统错误", "system error", _A.BACK_OFF),
    51010: CodeRule("下游服务错误", "downstream fault", _A.BACK_OFF),
}

_DOWNSTREAM = CodeRule("平台内部错误", "fault inside the platform", _A.BACK_OFF)
_UNKNOWN = CodeRule("未知错误码", "unknown code", _A.ALERT)


def rule_for(code: int) -> CodeRule:
    """The rule of any code: the table's, else 5xxxx as 50000, else no retry."""
    return CODES.get(code) or (_DOWNSTREAM if 50000 <= code <= 59999 else _UNKNOWN)


def refuses(code: int) -> bool:
    """Whether an answered write with this code was certainly not applied: 4xxxx says no before acting; 5xxxx and codes
    nobody has described leave it unknown."""
    return 40000 <= code <= 49999


class ApiRefused(ReadFailed):
    """The platform answered a code other than 0."""

    def __init__(self, path: str, code: int, message: str, request_id: str | None) -> None:
        rule = rule_for(code)
        text = " ".join(message.split())
        super().__init__(
            Say.REFUSED(path=path, code=code, meaning=rule.meaning, text=text, request_id=request_id).both,
            stops_account=rule.action is Action.STOP_ACCOUNT,
        )
        self.code, self.rule = code, rule
