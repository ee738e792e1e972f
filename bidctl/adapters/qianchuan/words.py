"""What the Qianchuan adapter says of the platform's answers, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Failed reads and writes, by code."""

    REFUSED = (
        "千川 {path} {code} {meaning}: {text} (request_id {request_id})",
        "Qianchuan {path} {code} {meaning}: {text} (request_id {request_id})",
    )
    REFUSED_CODE = "千川 {code} {meaning}", "Qianchuan {code} {meaning}"
    BAD_ENVELOPE = (
        "千川 {path}: 返回无法解析: {found}",
        "Qianchuan {path}: the answer could not be parsed: {found}",
    )
    AUTHORISE = "{why}, 请重新授权: bidctl connect", "{why}: authorise again with bidctl connect"
    NETWORK = (
        "千川 {path}: 网络错误 ({kind} {error}); 请检查网络和 platform.base_url",
        "Qianchuan {path}: network error ({kind} {error}); look at the network and platform.base_url",
    )
    HTTP_FAULT = (
        "千川 {path}: 平台网关故障, HTTP {status}",
        "Qianchuan {path}: a fault of the platform's gateway, HTTP {status}",
    )
    TOO_FREQUENT = "千川 {path}: HTTP 429 请求过于频繁", "Qianchuan {path}: HTTP 429 too frequent"
    STOPPED = (
        "千川 {path}: 超频, {left:.0f} 秒内不再请求",
        "Qianchuan {path}: rate limited, not called for {left:.0f} s",
    )
    OWN_LIMIT = (
        "千川 {path}: 达到自限频率 ({name})",
        "Qianchuan {path}: our own rate limit is reached ({name})",
    )
    FAILED_READ = "千川: {error}", "Qianchuan: {error}"
    OTHER_PLAN = (
        "千川 {path}: 问的是计划 {asked}, 答的是 {answered}",
        "Qianchuan {path}: asked for plan {asked}, answered {answered}",
    )
    ODD_PLAN = "千川计划 {campaign}: 取值不明", "Qianchuan plan {campaign}: a value of it is not understood"
    ODD_VALUES = "未知取值: {found}", "unknown values: {found}"
    LIST_TROUBLE = (
        "千川计划列表 {account} {lane}: {trouble}",
        "Qianchuan plan list {account} {lane}: {trouble}",
    )
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
    NO_TIME = "{place}: 应为时间, 实为 {found!r}", "{place}: a time was expected, found {found!r}"
    NO_DIGITS = "{place}: 应为数字, 实为 {found!r}", "{place}: digits were expected, found {found!r}"
    NO_MEDIA = (
        "material_info: 某一行没有视频, 图片或图文: {row}",
        "material_info: no video, image or carousel in a row: {row}",
    )
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
    CONNECT_FIRST = "应用 {app} 尚未授权: bidctl connect", "app {app} is not authorised: bidctl connect"
    ENDED_AT = (
        "授权已于 {until} 到期, 请重新授权: bidctl connect",
        "the authorisation ended at {until}: authorise again: bidctl connect",
    )
    ENDS_AT = (
        "授权将于 {until} 到期, 请重新授权: bidctl connect",
        "the authorisation ends at {until}: authorise again: bidctl connect",
    )
    # writes
    NOT_SENT = "未发送: {why}", "not sent: {why}"
    OUTCOME_UNKNOWN = "结果未明: {why}", "outcome unknown: {why}"
    PLATFORM_REFUSED = "平台拒绝: {why}", "refused by the platform: {why}"
    NO_RESULT_ROW = "结果未明: 返回中没有本计划的结果", "outcome unknown: no result row for this plan"
    NOT_LISTED = (
        "素材 {creative} 不在计划 {campaign} 的列表中",
        "creative {creative} is not in the list of plan {campaign}",
    )
    NOT_WRITABLE = "{field}: 不支持写入", "{field}: is not written by bidctl"
    NO_OBJECTIVE = (
        "优化目标未知, 不发送: 换一个值会切换优化目标",
        "the plan's objective is not known, and another value would switch it",
    )
    TARGET_RANGE = "ROI目标 {value}: 应在 {low}-{high}", "ROI target {value}: expected {low}-{high}"
    BUDGET_RANGE = "预算 {value}: 应大于 0", "budget {value}: expected more than 0"
    STATUS_VALUE = "状态 {value!r}: 应为 ENABLE 或 DISABLE", "status {value!r}: expected ENABLE or DISABLE"
    CREATIVE_VALUE = (
        "{value!r}: 应为 delete:<id> 或 add:<id>",
        "{value!r}: expected delete:<id> or add:<id>",
    )
    ONLY_VIDEOS = "只支持重新添加视频素材", "only videos can be added again"
    NO_PRODUCT = "素材没有关联商品", "the creative names no product"
    NO_VIDEO = "素材 {creative} 没有视频 id", "creative {creative} names no video"
    ID_DIGITS = "id {text!r}: 应为数字", "id {text!r}: expected digits only"
    NO_NUMBER = "{text!r}: 不是数字", "{text!r}: is no number"
    DECIMALS = "{text!r}: 最多两位小数", "{text!r}: at most 2 decimals"
    TOO_LARGE = "{text!r}: 数值过大, 无法精确发送", "{text!r}: too large to be sent exactly"
    FORBIDDEN = "{method} {path}: 此客户端不可发送", "{method} {path}: this client may not send it"
