"""What commands refuse, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals and failures of the command line, by code."""

    EXPLAIN_NEEDS = (
        "explain: 请给 CAMPAIGN 与 --account, 或给 --policy; 用法: bidctl explain --help",
        "explain: give CAMPAIGN and --account, or --policy; see: bidctl explain --help",
    )
    TO_MEND = "{policy}: 有 {count} 处要改, 见上", "{policy}: {count} things to mend, see above"
    STOPPED_BY_HAND = "已停止", "stopped"
    BUG = (
        "程序错误: {kind}: {error}; 请附上日志文件 {log} 报告",
        "bug: {kind}: {error}; please report with the log file {log}",
    )
    SYSTEM = "{where}: 系统报错: {error}", "{where}: the system says: {error}"
    OUTPUT = "输出", "the output"
    NO_LOG = "(没有可写的文件夹)", "(none: no folder can be written)"
    NOT_WRITTEN = "{file}: 无法写入: {error}", "{file}: cannot be written: {error}"
    OTHER_FILE = (
        "{file}: 已有别的内容, 应为新文件名, 或本命令写过的文件; 什么都没有改",
        "{file}: something else is there, expected a new name or a file that this command wrote; nothing was changed",
    )
    SHARE = (
        "--{name}: 取值 {value:g}, 应为 0 到 1 之间的比例{hint}",
        "--{name}: found {value:g}, expected a share between 0 and 1{hint}",
    )
    SHARE_ABOVE_ZERO = (
        "--{name}: 取值 {value:g}, 应为大于 0 且不大于 1 的比例{hint}",
        "--{name}: found {value:g}, expected a share above 0 and at most 1{hint}",
    )
    MEANT = "; 是否指 {value:g}?", "; did you mean {value:g}?"
    RATIO = (
        "--{name}: 取值 {value:g}, 应为 0.01 到 100 之间的ROI",
        "--{name}: found {value:g}, expected a ROAS between 0.01 and 100",
    )
    YUAN = "--{name}: 取值 {value:g}, 应为大于 0 的元/天", "--{name}: found {value:g}, expected yuan a day above 0"
    SAVE_NEEDS = (
        "--save: 没有 --account, 请给出要写入托管条件的账户",
        "--save: found no --account, expected the account whose enrolments are to have it",
    )
    IDENTITY = (
        "{name}: 取值 {value!r}, 应为平台显示的数字ID",
        "{name}: found {value!r}, expected an id of digits as the platform shows it",
    )
    ONE_SELECTOR = "enrol: --name 与 --live-account 只能给一个", "enrol: give --name or --live-account, not both"
    NOTHING_TO_ENROL = (
        "没有要托管的计划: 请给 --campaign 计划ID, --name 名称模式 或 --live-account 直播账号",
        "nothing to enrol: give --campaign ID, --name PATTERN or --live-account ID",
    )
    WINDOW = (
        "--quiet: 取值 {text!r}, 应为 HH:MM-HH:MM, 例如 02:00-07:00",
        "--quiet: found {text!r}, expected HH:MM-HH:MM, e.g. 02:00-07:00",
    )
    WINDOW_TIMES = (
        "--quiet: 取值 {text!r}, 应为 00:00 到 24:00 之间的时刻",
        "--quiet: found {text!r}, expected times between 00:00 and 24:00",
    )
    NOT_ENROLLED = "{what}: 未托管; 请看: bidctl status", "{what}: not enrolled; see: bidctl status"
    NOT_LISTED = (
        "{what}: 平台没有列出这个计划; 请核对计划ID",
        "{what}: the platform does not list it; check the id",
    )
    NO_DECISION = (
        "{account}/{campaign}: 还没有存过决定; 请看: bidctl status",
        "{account}/{campaign}: no decision stored yet; see: bidctl status",
    )
    ZONE = (
        "--zone: 取值 {name!r}, 应为时区, 例如 Asia/Shanghai",
        "--zone: found {name!r}, expected a zone like Asia/Shanghai",
    )
    INSTANT = (
        "--{option}: 取值 {text!r}, 应为时刻, 例如 2026-09-01T10:00",
        "--{option}: found {text!r}, expected an instant like 2026-09-01T10:00",
    )
    TOO_FEW_WEEKS = (
        "回测: 有 {found} 个支付周已过完 90 天, 至少需要 {needed} 个; 请导入更早的订单: bidctl orders import",
        "backtest: {found} pay weeks are over (90 days), at least {needed} are needed; import older orders: bidctl orders import",
    )
    PREFLIGHT_LACKS = (
        "{count} 个计划中 {campaigns} 个还缺 {lacks} 项; 先看 {campaign} 的{check}: {says}",
        "{campaigns} of {count} campaigns lack {lacks} things; first {check} of {campaign}: {says}",
    )
    AMOUNT_OF_ONE = (
        "--amount: 只用于采用一行: --resolve 编号 --as accept --amount 元",
        "--amount: of one row that is accepted: --resolve NUMBER --as accept --amount YUAN",
    )
    AMOUNT_YUAN = (
        "--amount: 取值 {amount}, 应为不小于 0 的元, 至多两位小数, 例如 60.00",
        "--amount: found {amount}, expected yuan, 0 or more with at most two decimals, e.g. 60.00",
    )
    NO_SUCH_ROW = (
        "--resolve {number}: 账户 {account} 没有这个待处理的行; 请看: bidctl orders quarantine",
        "--resolve {number}: no open row of account {account}; see: bidctl orders quarantine",
    )
    NO_PROPOSAL = (
        "approve {id}: 没有这个编号的待批提案; 请看: bidctl pending",
        "approve {id}: no proposal pending under that id; see: bidctl pending",
    )
    MANY_PROPOSALS = (
        "approve {id}: 有 {count} 个待批提案以此开头, 请写得更长; 请看: bidctl pending",
        "approve {id}: {count} proposals pending under that id, write more of it; see: bidctl pending",
    )
    ANSWERED = (
        "approve {id}: 已有人先答复, 或已过期; 请看: bidctl pending",
        "approve {id}: somebody answered it first, or it has expired; see: bidctl pending",
    )
    NO_ACCOUNT = (
        "--account: 没有账户 {account}, 什么都没有改; 已知: {known}",
        "--account: no account {account}, nothing was changed; known: {known}",
    )
    KILLED_BY_FILE = (
        "仅由文件 {file} 停止 (请保留该文件); 账本: {why}",
        "stopped by the file {file} alone (keep it); the ledger: {why}",
    )
    NOT_KILLED = (
        "没有停止; 请结束 bidctl 进程: {why}",
        "NOT stopped; end the process of bidctl: {why}",
    )
    KILL_FILE_STAYS = (
        "{file}: 无法删除 ({error}), 因此仍全部停止; 请手工删除",
        "{file}: cannot be removed ({error}), so all stays stopped; remove it by hand",
    )
    KILL_FILE_NOT_WRITTEN = (
        "{file}: 无法写入 ({error}); 账本里的停止标志同样有效",
        "{file}: cannot be written ({error}); the flag in the ledger stops bidctl all the same",
    )
    UNTIL_BEFORE = (
        "--until: 取值 {until}, 应不早于 --since {since}",
        "--until: found {until}, expected not before --since {since}",
    )
    PEEKS = (
        "前视: 截到 {cut} UTC 后, {at} 的决定变了; 策略用了之后才知道的东西",
        "look-ahead: cut at {cut} UTC, the decisions of {at} change: the policy used what was known only later",
    )
    TABLE_OR_LEDGER = (
        "--{name}: 重放 TABLE 不需要账本; 请只给其中一个",
        "--{name}: a TABLE is replayed without a ledger; give one of them",
    )
    AUDIT_BROKEN = (
        "{file}: {violations} 处违规, {bad} 行无法读取; 详见上文",
        "{file}: {violations} violations, {bad} unreadable lines; see the lines above",
    )
    PLAN_UNREADABLE = "{file}: 无法读取: {error}", "{file}: cannot be read: {error}"
    PLAN_NO_JSON = (
        "{file}: 内容不是 JSON, 应为 bidctl plan 写的文件",
        "{file}: found no JSON, expected a file written by: bidctl plan",
    )
    PLAN_NONE = (
        "{file}: 不是方案, 应为 bidctl plan 写的文件",
        "{file}: found no plan, expected a file written by: bidctl plan",
    )
    PLAN_CHANGED = (
        "{file}: 校验值与内容不符, 文件被改过; 请重新生成: bidctl plan",
        "{file}: its hash does not fit its content: it was changed; make a new one: bidctl plan",
    )
    PLAN_EXPIRED = (
        "{file}: 已于 {at} 过期; 请重新生成: bidctl plan",
        "{file}: expired at {at}; make a new one: bidctl plan",
    )
    PLAN_APPLIED = (
        "{file}: 已经执行过; 请重新生成: bidctl plan",
        "{file}: was applied already; make a new one: bidctl plan",
    )
    PLAN_FOREIGN = (
        "{file}: 改动 {id}: 本账本没有这个决定; 请在此处重新生成方案",
        "{file}: change {id}: this ledger holds no such decision; make a new plan here",
    )
    NOT_RETIRED = (
        "creatives undo {creative}: 账户 {account} 中没有本程序下架过的这个素材; 只能重新添加本程序下架的",
        "creatives undo {creative}: bidctl has retired no such creative in account {account}; only what it retired is added again",
    )
    RESERVE_CAMPAIGN = (
        "creatives reserve: 缺少 --campaign; 储备属于某个计划",
        "creatives reserve: --campaign is missing; a reserve belongs to a campaign",
    )
    REMOVE_NAMES = (
        "creatives reserve --remove: 请写明要移出的视频 NAMES",
        "creatives reserve --remove: name the videos NAMES to take out",
    )
    VIDEO_ID = (
        "creatives reserve {name}: 应为主页视频的ID (数字) 或已上传视频的ID (字母, 数字, _)",
        "creatives reserve {name}: expected the id of a home-page video (digits) or of an uploaded one (letters, digits, _)",
    )
    NOT_IN_RESERVE = (
        "creatives reserve --remove: {campaign} 的储备中没有 {names}",
        "creatives reserve --remove: the reserve of {campaign} has no {names}",
    )
    CREATIVE_WAITS = (
        "{campaign}: 已有一个素材提案在等; 请看: bidctl pending",
        "{campaign}: a creative's proposal waits already; see: bidctl pending",
    )
    REVERT_REFUSED = "{account}/{campaign}: {old} 不变: {why}", "{account}/{campaign}: {old} stays: {why}"
    REVERT_UNKNOWN = (
        "{campaign}: 30 天内没有已知的改动; 请用 --to 写明目标",
        "{campaign}: no edit within 30 days is known; say the target with --to",
    )
    RESTORE_TAKEN = (
        "restore: 另一个进程正在使用 {place}; 请先停止它, 再把账本移走",
        "restore: another process is at work on {place}; stop it, then move the ledger away",
    )
    LEASE_LOST = (
        "run --mode {mode}: 租约已被另一个进程接管, 已停止",
        "run --mode {mode}: the lease was lost to another process; stopped",
    )
    RUN_TAKEN = (
        "run: 另一个进程正在使用 {place}; 请先停止它, 或用 --standby 等待",
        "run: another process is at work on {place}; stop it first, or wait for it with --standby",
    )
    NOT_READ = (
        "{account}: 读取失败, 未作任何决定: {why}",
        "{account}: not read, nothing was decided on it: {why}",
    )
    LIST_INCOMPLETE = "平台的计划列表不完整", "the platform's list is incomplete"
    EXISTS = "{file}: 已存在; 请编辑它, 或换一个文件名", "{file}: exists already; edit it, or name another file"
    CHECKS_FAILED = (
        "doctor: {count} 项中 {wrong} 项未通过; 首项: {name}: {detail}",
        "doctor: {wrong} of {count} checks failed; first: {name}: {detail}",
    )
    NO_APP = (
        "connect: 配置中 [platform] app_id 为空; 请先填写",
        "connect: [platform] app_id is empty in the configuration; fill it in first",
    )
    NO_AUTH_CODE = (
        "connect --code: 地址中没有唯一的 {name}; 请完整粘贴回调地址",
        "connect --code: found an address without one {name}; paste the callback address whole",
    )
    NOT_OURS = (
        "{folder}: 不是空文件夹, 也不是 bidctl demo 生成的; 请用 --out 换一个文件夹",
        "{folder}: is not empty and was not made by bidctl demo; name another folder with --out",
    )
    DEMO_BROKEN = (
        "{file}: 审计发现 {count} 处违规; 详见上文",
        "{file}: the audit found {count} violations; see above",
    )
    NOT_SERVED = (
        "emulate: 端口 {port} 或日志 {file}: {error}",
        "emulate: port {port} or journal {file}: {error}",
    )
