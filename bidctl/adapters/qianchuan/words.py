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
    # places of an answer
    NO_TIME = "{place}: 应为时间, 实为 {found!r}", "{place}: a time was expected, found {found!r}"
    NO_DIGITS = "{place}: 应为数字, 实为 {found!r}", "{place}: digits were expected, found {found!r}"
    NO_MEDIA = (
        "material_info: 某一行没有视频, 图片或图文: {row}",
        "material_info: no video, image or carousel in a row: {row}",
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
