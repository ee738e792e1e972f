"""What the engine says besides the reasons, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Failures and notices, by code."""

    ENROLLED = "已托管", "enrolled"
    NOT_ENROLLED = (
        "未托管; 请: bidctl enrol --account {account} --campaign {campaign} --goal 目标 --margin 毛利",
        "not enrolled; do: bidctl enrol --account {account} --campaign {campaign} --goal GOAL --margin MARGIN",
    )
    READ_FINE = "授权可读, 是控成本计划", "the authorisation reads it, and it has an ROI target"
    NO_TARGET_KIND = (
        "不是控成本计划 (没有 ROI 目标), 只能给建议; 请在平台上选控成本投放",
        "no ROI target is steered here: advice only; choose cost control on the platform",
    )
    HOSTED = (
        "赔付规则未知的托管类型, 只给建议; 要动请: bidctl enrol --waive protection_unknown",
        "of a hosted kind whose protection rule is unknown: advice only; to act: bidctl enrol --waive protection_unknown",
    )
    ODD = (
        "平台状态读不懂 ({odd}), 不动; 请到平台上看",
        "the platform says something unknown of it ({odd}): not touched; look there",
    )
    NOT_ASKED = "没有问平台; 请不带 --offline 再看", "the platform was not asked; look again without --offline"
    CREATIVES_FINE = "{count} 条素材过审在投 (至少 {least})", "{count} approved creatives deliver (at least {least})"
    CREATIVES_FEW = (
        "只有 {count} 条素材过审在投, 应至少 {least}; 请补充并等待过审",
        "only {count} approved creatives deliver, at least {least} are wanted; add some and wait for approval",
    )
    CREATIVES_ROOM = (
        "{count} 条视频, 图片或图文过审在投, 应至少 {least}; 直播间画面不读, 未计入: 请在平台确认它在投, 或补充视频",
        "{count} approved videos, images or carousels deliver, at least {least} are wanted; the room's own picture is not read nor "
        "counted: see on the platform that it delivers, or add a video",
    )
    CREATIVES_UNREAD = "素材读不到 ({why}); 请重试", "creatives could not be read ({why}); try again"
    BUDGET_FINE = "预算 {yuan} 元/天", "budget {yuan} yuan a day"
    BUDGET_FREE = "预算不限", "no limit of budget"
    BUDGET_SMALL = (
        "预算 {yuan} 元/天, 一天花不到 {fed} 元就喂不饱; 请提高到 {fed} 元以上",
        "budget {yuan} yuan a day: under {fed} a day it is never fed; raise it to {fed} or more",
    )
    TARGET_FINE = "目标 {target}", "target {target}"
    TARGET_NONE = "没有 ROI 目标; 请在平台上设一个", "no ROI target; set one on the platform"
    TARGET_OTHER = (
        "目标 {target}, R-START 应为 {start}; 请改成它, 或让 bidctl run 首次定价",
        "target {target}, R-START says {start}; set that, or let bidctl run give its first target",
    )
    TARGET_ASKS = (
        "目标 {target}, R-START 应为 {start}, 等人批准; 请: bidctl pending",
        "target {target}, R-START says {start} and a person is to approve; do: bidctl pending",
    )
    TARGET_HELD = "目标 {target}; 首次定价未定: {reason}", "target {target}; R-START does not set it: {reason}"
    STOCK_FINE = "库存 {pieces} 件, 可卖 {hours} 小时", "{pieces} pieces, {hours} h of cover"
    STOCK_RED = (
        "库存 {pieces} 件, 可卖 {hours} 小时: 告急; 请先补货",
        "{pieces} pieces, {hours} h of cover: red; stock up first",
    )
    STOCK_UNTOLD = (
        "库存表里没有它的商品 (或已过期); 请填 [tables] stock",
        "no line of its products in the stock table (or too old); fill [tables] stock",
    )
    MARGIN_FINE = "保本 {floor}", "breaks even at {floor}"
    MARGIN_NONE = (
        "不知道毛利或保本, 永远不会调低; 请: bidctl products 表 --account {account} --save, 或 bidctl enrol --margin",
        "neither margin nor break-even is known: it would never be lowered; do: bidctl products FILE --account {account} --save, "
        "or bidctl enrol --margin",
    )
    MARGIN_NEVER = (
        "按当前毛利与退款无法盈利; 请先改价格, 成本或退款",
        "cannot be profitable at this margin and refund rate; mend price, cost or refunds first",
    )
    PRIOR_FINE = "结算率已确认, 或已有成熟的一天", "the settlement prior is confirmed, or a day is mature"
    PRIOR_NONE = (
        "结算率先验未确认, 又没有成熟的一天: 不会写入; 请: bidctl enrol ... --settled-share 比例 --confirm-prior",
        "the settlement prior is not confirmed and no day is mature: nothing would be written; do: bidctl enrol ... "
        "--settled-share SHARE --confirm-prior",
    )
    STOPLOSS_FINE = "止损已设置", "the stop-loss is set"
    STOPLOSS_NONE = (
        '止损未设置, approve 与 live 不会启动; 请在 [stoploss] 写金额或 "off"',
        'no stop-loss is set: approve and live will not start; write yuan or "off" into [stoploss]',
    )
    HOSTS_OF_GOODS = "商品计划, 没有主播", "it sells goods, without hosts"
    HOSTS_FINE = "换主播前后 15 分钟不改", "nothing is changed 15 min around a change of host"
    HOSTS_UNTOLD = (
        "没有主播数据, 换主播前后也会改; 请填 [tables] hosts",
        "no host data: changes do not wait around a change of host; fill [tables] hosts",
    )
    LEDGER_FAILED = "账本写入失败 ({step}): {error}", "the ledger failed at {step}: {error}"
    CHANGED = "{field}: {old} -> {new}, {at}", "{field}: {old} -> {new}, {at}"
    MATERIAL_WANTED = (
        "需补充 {wanted} 个新素材, 储备中有 {reserve} 个: bidctl creatives reserve",
        "{wanted} new creatives are asked for, the reserve holds {reserve}: bidctl creatives reserve",
    )
    LAST_TICK = "最近一次运行 {at}", "last tick {at}"
