"""What is said of any open API's answers, in both languages; the path says which platform it is."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Failed reads, pages that do not add up, authorisation, by code."""

    BAD_ENVELOPE = "{path}: 返回无法解析: {found}", "{path}: the answer could not be parsed: {found}"
    AUTHORISE = "{why}, 请重新授权: {command}", "{why}: authorise again with {command}"
    NETWORK = (
        "{path}: 网络错误 ({kind} {error}); 请检查网络和 base_url",
        "{path}: network error ({kind} {error}); look at the network and base_url",
    )
    HTTP_FAULT = "{path}: 平台网关故障, HTTP {status}", "{path}: a fault of the platform's gateway, HTTP {status}"
    TOO_FREQUENT = "{path}: HTTP 429 请求过于频繁", "{path}: HTTP 429 too frequent"
    STOPPED = "{path}: 超频, {left:.0f} 秒内不再请求", "{path}: rate limited, not called for {left:.0f} s"
    OWN_LIMIT = "{path}: 达到自限频率 ({name})", "{path}: our own rate limit is reached ({name})"
    FORBIDDEN = "{method} {path}: 此客户端不可发送", "{method} {path}: this client may not send it"
    # page sets
    PAGE_MOVED = "翻页期间首页变了", "page 1 changed while the pages were read"
    NO_TOTAL = "缺少总数", "the page total is missing"
    TOTAL_MOVED = "翻页期间总数变了: {totals}", "the total changed while the pages were read: {totals}"
    ROWS_TWICE = "跨页重复 {count} 行", "{count} rows appear twice"
    ROWS_SHORT = "只读到 {count} 行, 总数为 {total}", "{count} rows read of a total of {total}"
    # places of an answer
    NO_OBJECT = "应为 JSON 对象, 实为 {found}", "an object was expected, found {found}"
    NO_CODE = "code: 应为整数, 实为 {found!r}", "code: an integer was expected, found {found!r}"
    NO_FIT = "{place}: {expected}, 实为 {found}", "{place}: {expected}, found {found}"
    # authorisation
    NEVER_AUTHORISED = "应用 {app} 尚未授权", "app {app} was never authorised"
    ENDED = "授权已到期", "the authorisation has ended"
    REPLY_LOST = (
        "刷新授权的答复丢失 ({why}), 下次仍失败则须重新授权",
        "the reply to a token refresh was lost ({why}); unless the next try succeeds",
    )
    NOT_STORED = "新授权保存失败 ({error})", "the new tokens could not be stored ({error})"
    REFRESH_BUSY = (
        "另一进程一直在刷新授权",
        "another process has been refreshing the tokens for too long",
    )
    CONNECT_FIRST = "应用 {app} 尚未授权: {command}", "app {app} is not authorised: {command}"
    ENDED_AT = (
        "授权已于 {until} 到期, 请重新授权: {command}",
        "the authorisation ended at {until}: authorise again: {command}",
    )
    ENDS_AT = (
        "授权将于 {until} 到期, 请重新授权: {command}",
        "the authorisation ends at {until}: authorise again: {command}",
    )
