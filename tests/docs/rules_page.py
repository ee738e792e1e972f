# ruff: noqa: E501
"""docs/rules.md and docs/rules.zh-CN.md, made from the rulebook's own tables: `python -m tests.docs.rules_page` writes them."""

from __future__ import annotations

from pathlib import Path

from bidctl.domain.reasons import ALERT_WORDING, RULE_OF, WORDING, Reason, Rule
from bidctl.policy.rulebook import RuleSettings

DOCS = Path(__file__).resolve().parents[2] / "docs"
SAYS: dict[Rule, tuple[str, str]] = {
    Rule.ENROL: ("只动您托管的计划; 系统托管和放量计划没有目标, 只给建议", "only enrolled campaigns are touched; hosted and volume ones have no target: advice only"),
    Rule.KILL: ("停止托管: 停的是本程序的写入, 广告继续投放; 重启后仍有效, 要人解除", "stops bidctl's writes, not the ads; survives restarts; a person releases it"),
    Rule.CLOCK: ("与平台时钟相差超过30秒, 不写入", "no writes while our clock is more than 30 s off the platform's"),
    Rule.STOPLOSS: ("空耗或当日预计亏损超限则暂停; 缺数据绝不触发; 人重新开启后从那一刻重新累计", "spend without orders, or the day's projected loss, pauses; missing data never does; after a person switched it on again it counts from there"),
    Rule.STOCK: ("库存表: 按可卖时长 (直播看近2小时, 商品看7天) 或您设的件数黄橙红提醒, 红则不调低, 只推这一个商品的计划暂停; 过期的行不算数", "the stock table: alerts yellow, orange, red by the hours it lasts (live by the last 2 h, goods by 7 days) or by pieces that you set; red: no lowering, and a campaign of that product alone is paused; lines too old do not count"),
    Rule.BREAKER: ("15分钟内多数写入失败或3次结果不明: 全账户停, 等人恢复", "most writes of 15 min fail, or 3 outcomes unknown: the account stops until a person resumes"),
    Rule.HOLD: ("人冻结的计划不动 (止损仍有效); 人否决过的提案, 同一计划同一项同一方向当天不再提也不再写; 平台拒绝过的满一小时再试, 因频率或令牌稍后再定的下个周期重新决定", "a campaign frozen by a person stays (a stop-loss still acts); what a person refused is neither proposed nor written again that natural day: same campaign, same lever, same direction; what the platform refused waits an hour, what it put off for pace or token comes again at the next look"),
    Rule.EXTERNAL: ("别人改过: 以其为准, 重新计时, 当天不再碰", "somebody else's edit is adopted, restarts the spacing, and holds the campaign until tomorrow"),
    Rule.OBSERVE: ("喂饱后72小时内不改目标; 直播按账号计, 还要3场", "no edit for 72 h after it was fed; for live also 3 sessions, counted per live account"),
    Rule.QUIET: ("静默时段, 开播第一小时, 换主播前后不动", "quiet windows, a session's first hour, around a change of host: nothing"),
    Rule.DELIVER: ("只在有效投放时改; 预算快用完时不调低", "edits only while it delivers; no lowering while the budget binds"),
    Rule.FRESH: ("30分钟内没有完整读数就不动; 缺数不等于零", "no complete read within 30 min: hold; missing is never zero"),
    Rule.START: ("新计划首次定价: 30日均值与系统建议取小, 一生一次", "first target: the smaller of 30-day average and suggestion, once in its life"),
    Rule.NOVOLUME: ("连续2个有效小时没量: 调低5%, 一天最多3次; 过了观察期的计划, 还要低于自己平时的一半 (50元以下除外), 且不是大概率低于目标 (这两条是我们的收紧)", "2 effective hours without volume: lower by 5 %, at most 3 a day; a campaign past observation only where it also spent under half of its own usual (or under 50 yuan), and not while it is probably below its goal (both ours: they tighten)"),
    Rule.EVIDENCE: ("证据够才动: 至少10单, 且有80%以上把握预计结算ROI在目标错误一侧; 以利润为理由的改动: 有80%以上把握预计利润在愿望值处高于现目标; 结算率先验未确认又无成熟数据时, 凡依据它的都不写入 (首次定价改为提案)", "an edit needs evidence: 10 orders, and 80 % sure that projected ROAS is on the wrong side of the goal; an edit made for profit: that projected profit is higher at the wish than at the present target; nothing is written that rests on a settlement prior nobody confirmed and no mature day bears out (a first target becomes a proposal)"),
    Rule.POLICY: ("策略自己的选择", "the policy's own choice"),
    Rule.SHIP: ("待发货超过24小时的发货能力: 不调低, 不加预算", "unshipped orders beyond 24 h of the stated capacity: no lowering, no budget raise"),
    Rule.CASH: ("近30天消耗超过同期到账的设定比例: 提醒, 不调低, 不加预算 (默认关)", "spend of 30 days above a stated share of the receipts of the same days: told, no lowering, no budget raise (off by default)"),
    Rule.CAP: ("调高不超过系统建议, 写之前重新读取", "a raise never ends above the suggestion, read again just before"),
    Rule.FLOOR: ("调低不低于保本ROI; 不知道保本就不调低", "a lowering never ends below break-even; unknown break-even: no lowering"),
    Rule.BOUNDS: ("您设的最低和最高, 平台的范围", "your minimum and maximum, the platform's range"),
    Rule.DRIFT: ("一天和7天的累计变动有上限", "the day's and the week's net move is limited"),
    Rule.BAND: ("每步5%~10%, 按平台刻度取整", "each step 5-10 %, on the platform's grid"),
    Rule.SPACE: ("两次改动严格大于60分钟, 谁改的都算", "strictly more than 60 min between two edits, everybody's counted"),
    Rule.QUOTA: ("每天改动次数有上限, 谁改的都算", "a limit of edits a natural day, everybody's counted"),
    Rule.BLAST: ("上线第一天只动少数计划; 一次调低的面有上限", "few campaigns on the first live day; a limit on what one tick lowers"),
    Rule.ONE: ("一个计划同一时刻只动一个杠杆", "one lever per campaign and tick"),
    Rule.BUDGET: ("加预算默认关; 只加不减, 步幅有限; 零点后回到基础预算, 当天做成为止", "budget raises are off by default; only up, in limited steps; back to the base after midnight, tried until done that day"),
    Rule.KEEP: ("素材保底数, 每天下架上限, 最年轻的不下架; 写入前再数一遍", "creatives that must stay, retirements a day, the youngest never; counted again before sending"),
    Rule.RETIRE: ("下架明显偏弱的素材; 经人批准, 或托管时允许 (`--creatives act`)", "retires creatives that are clearly weaker than their siblings; a person approves, or the enrolment allows it (`--creatives act`)"),
    Rule.RELAY: ("有素材疲劳或下架, 或数量不足时, 从储备添加下一个, 不够则提醒", "where creatives tire, go or are too few, the next of the reserve is added; asks for more where it is empty"),
    Rule.UNDO: ("只重新添加本程序下架的素材 (由人提出并批准); 学习从头开始", "adds again only what bidctl retired (a person asks and approves); learning starts over"),
}  # fmt: skip
ZH: dict[str, str] = {
    "min_step": "最小步幅, 占现目标", "max_step": "最大步幅, 占现目标", "spacing_s": "两次改动间隔须大于, 秒",
    "live_spacing_s": "直播授权放宽后的间隔, 秒", "observe_s": "喂饱后的观察期, 秒", "observe_sessions": "直播: 首次改动前有消耗的场次",
    "edits_goods": "商品计划每天改动次数", "edits_live": "直播计划每天改动次数 (平台上限24)", "keep_goods": "商品计划保留的素材数",
    "keep_live": "直播计划保留的素材数", "drift_day_low": "当天最低可到锚点的几倍", "drift_day_high": "当天最高可到锚点的几倍",
    "drift_week_low": "7天最低可到锚点的几倍", "drift_week_high": "7天最高可到锚点的几倍", "novolume_yuan": "2个有效小时消耗低于, 元",
    "novolume_budget": "或低于日预算的这个比例", "novolume_usual": "过了观察期: 且低于自己这两小时平时消耗的这个比例", "novolume_step": "没量时调低的步幅", "novolume_daily": "没量调低每天最多次数",
    "fresh_s": "完整读数最旧可到, 秒", "evidence_p": "ROI处在目标错误一侧, 或利润在愿望值处更高的把握", "evidence_orders": "证据窗口里的订单数",
    "evidence_zero": "几倍单均成本仍无订单, 即为调高的证据", "budget_bound": "当天预算用掉这个比例即为受限",
    "budget_bound_days": "或最近3天里有几天受限", "quiet_session_s": "开播后不动的时长, 秒", "quiet_host_s": "换主播前后不动的时长, 秒",
    "stoploss_orders": "空耗几倍单均成本即止损", "stoploss_valid": "有效订单到几单起可能获赔", "blast_campaigns": "上线首日最多改几个计划",
    "blast_first": "它们合计占账户消耗的上限", "blast_lower": "一次调低的计划合计占账户消耗的上限", "budget_step_yuan": "预算最小加幅与刻度, 元",
    "budget_step_share": "预算最大加幅", "budget_over_spend": "新预算至少是消耗的几倍", "budget_daily": "每天最多加几次",
    "retire_age_h": "素材上线多少小时后才可下架", "retire_orders": "素材至少消耗几倍单均成本", "retire_yuan": "且至少消耗, 元",
    "retire_share": "且至少占计划消耗的比例", "retire_false": "下架素材里误伤的预计占比上限", "keep_youngest": "最年轻的这部分在投素材不下架",
    "keep_daily_least": "每天总可下架几条", "keep_daily_share": "每天下架占在投素材的比例", "keep_daily_most": "每天最多下架几条",
    "relay_days": "消耗占比低于自己3日峰值一半的天数", "relay_p": "或产出率下滑的把握", "relay_spare": "在投素材比保留数多几条",
    "relay_weekly": "每周要上新几条 (0为不设)", "relay_ahead_days": "大促前多少天开测试批次", "relay_batch": "测试批次上新几条",
    "keep_replaced": "1: 替补进来之前不下架",
    "stock_yellow_h": "直播: 库存可卖小时数, 黄", "stock_red_h": "直播: 库存可卖小时数, 红", "stock_yellow_goods_h": "商品: 库存可卖小时数, 黄",
    "stock_red_goods_h": "商品: 库存可卖小时数, 红", "stock_orange_h": "直播: 库存可卖小时数, 橙", "stock_orange_goods_h": "商品: 库存可卖小时数, 橙",
    "stock_stale_h": "库存表的行超过几小时不算数", "ship_hours": "待发货可积压几小时的发货能力", "ship_stale_h": "待发货数超过几小时不算数", "stock_pause_share": "告急商品成交占比超过此数则暂停",
    "stock_yellow_pieces": "或库存件数到此即黄 (0为关, 常用200)", "stock_orange_pieces": "或库存件数到此即橙 (0为关, 常用100)",
    "stock_red_pieces": "或库存件数到此即红 (0为关, 常用50)", "cash_share": "近30天消耗超过同期到账的这个比例 (0为关)",
    "cash_stale_d": "最新到账超过几个自然日不算数",
}  # fmt: skip
STRENGTH = {"first-party": "平台官方", "third-party": "第三方经验", "ours": "我们的选择"}


def page(lang: str) -> str:
    """The whole page in one language."""
    return (_zh if lang == "zh" else _en)()


def _en() -> str:
    return "\n".join([
        "# The rules, their numbers, and every reason", "",
        "Made from the program's own tables; a test keeps it true. Codes are the same in log, console and files.", "",
        "## Rules", "", "| rule | says |", "|---|---|", *(f"| {r.code} | {SAYS[r][1]} |" for r in Rule), "",
        "## Numbers", "",
        "`[rules]` of the configuration overrides them. Those of R-BAND, R-SPACE, R-OBSERVE, R-QUOTA and R-KEEP may only be tightened;",
        "a waiver by name (`bidctl enrol --waive`) is the only way to loosen. Strength: the platform's own word (first-party),",
        "somebody else's experience (third-party), or our choice (ours).", "",
        "| number | default | rule | says | strength |", "|---|---|---|---|---|",
        *(f"| `{n}` | {v:g} | {rule} | {says} | {strength} |" for n, v, rule, says, strength in RuleSettings.describe()), "",
        "## Reasons", "", "| reason | rule | wording |", "|---|---|---|",
        *(f"| {r.name} | {RULE_OF[r].code if r in RULE_OF else ''} | {WORDING[r].en} |" for r in Reason), "",
        "## Alerts", "", "| alert | wording |", "|---|---|", *(f"| {a.name} | {w.en} |" for a, w in ALERT_WORDING.items()), "",
    ])  # fmt: skip


def _zh() -> str:
    return "\n".join([
        "# 规则, 数值与每一条理由", "",
        "由程序自己的表生成, 有测试保证一致。代号在日志, 界面和文件里都一样。", "",
        "## 规则", "", "| 规则 | 内容 |", "|---|---|", *(f"| {r.code} | {SAYS[r][0]} |" for r in Rule), "",
        "## 数值", "",
        "配置文件的 `[rules]` 可以改。R-BAND, R-SPACE, R-OBSERVE, R-QUOTA, R-KEEP 的数值只能收紧; 要放宽只有按名授权",
        "(`bidctl enrol --waive`)。依据: 平台官方, 第三方经验, 或我们的选择。", "",
        "| 名称 | 默认 | 规则 | 含义 | 依据 |", "|---|---|---|---|---|",
        *(f"| `{n}` | {v:g} | {rule} | {ZH[n]} | {STRENGTH[s]} |" for n, v, rule, _, s in RuleSettings.describe()), "",
        "## 理由", "", "| 代号 | 规则 | 说明 |", "|---|---|---|",
        *(f"| {r.name} | {RULE_OF[r].code if r in RULE_OF else ''} | {WORDING[r].zh} |" for r in Reason), "",
        "## 提醒", "", "| 代号 | 说明 |", "|---|---|", *(f"| {a.name} | {w.zh} |" for a, w in ALERT_WORDING.items()), "",
    ])  # fmt: skip


if __name__ == "__main__":
    (DOCS / "rules.md").write_text(page("en"), "utf-8")
    (DOCS / "rules.zh-CN.md").write_text(page("zh"), "utf-8")
