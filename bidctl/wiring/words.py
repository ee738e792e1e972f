"""What stands in the way of a run, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals when the parts of a mode are put together, by code; and what `doctor` found."""

    NOTHING_RECORDED = (
        "--account: {account}: 还没有任何记录; 请先运行: bidctl run --mode dry",
        "--account: {account}: nothing is recorded yet; see: bidctl run --mode dry",
    )
    NONE_ENROLLED = (
        "--account: {account}: 没有托管的计划; 请看: bidctl enrol, 或用 --campaign 指定",
        "--account: {account}: no campaign is enrolled; see: bidctl enrol, or name one with --campaign",
    )
    NO_SUCH_CAMPAIGN = (
        "--campaign: 账户 {account} 里没有 {campaign}",
        "--campaign: found {campaign}, expected one of account {account}",
    )
    NO_LISTING = "平台没有给出计划列表", "the platform gave no list of campaigns"
    NOT_LISTED = "{account}: 读不到: {why}", "{account}: it could not be read: {why}"
    NO_EMULATOR_CLOCK = (
        "platform.base_url: {url} 没有模拟平台的时钟 ({error}); 启动一个: bidctl emulate qianchuan",
        "platform.base_url: {url} answers no emulator clock ({error}); start one with: bidctl emulate qianchuan",
    )
    TAKEN = (
        "{what}: 另一个进程正在使用 {place}; 请先停止它",
        "{what}: another process is at work on {place}; stop it first",
    )
    OTHER_MODE = (
        "{what}: 正在运行的进程是 {working} 模式, 只接自己模式的; 请选它的模式, 或停止它后启动: bidctl run --mode {mode}",
        "{what}: the process at work runs in {working} mode and takes up only its own; choose its mode, or stop it and start: "
        "bidctl run --mode {mode}",
    )
    NOT_SENT_BY_ANY = (
        "{what}: 它属于 {mode} 模式的运行, 不会被写入; 请启动: bidctl run --mode approve",
        "{what}: it is of a {mode} run, and nothing would be sent; start: bidctl run --mode approve",
    )
    CANNOT_WRITE = (
        "{what}: 正在运行的进程是 {working} 模式, 不能写入; 请停止它后启动: bidctl run --mode {mode}",
        "{what}: the process at work runs in {working} mode and cannot write; stop it and start: bidctl run --mode {mode}",
    )
    STOPLOSS_UNSET = (
        'run --mode {mode}: [stoploss] 的 spend_without_orders 和 loss_of_day 未设置; 请写金额 (元), 不要止损则写 "off" (R-STOPLOSS)',
        "run --mode {mode}: [stoploss] spend_without_orders and loss_of_day are not set; "
        'write yuan, or "off" to say that you want none (R-STOPLOSS)',
    )
    NO_ACCOUNT = (
        "授权没有对应任何账户: 请用投放广告的账户重新授权: bidctl connect",
        "the authorisation opens no account: authorise again with an account that runs ads: bidctl connect",
    )
    CLOCK_OFF = (
        "时钟: 与平台相差 {offset:+.0f} 秒, 应在 {limit:.0f} 秒之内: 请校准本机时钟 (R-CLOCK)",
        "clock: {offset:+.0f} s from the platform's, expected within {limit:.0f} s: set this machine's clock (R-CLOCK)",
    )
    NO_LEDGER_FILE = (
        "--ledger: {file}: 没有这个文件; 应为 bidctl 的账本, 例如 bidctl.db",
        "--ledger: {file}: no such file; expected a ledger of bidctl, e.g. bidctl.db",
    )
    NO_FACTS = (
        "{place}: {account}: 没有可重放的数据; 请看: bidctl run --mode dry, bidctl enrol",
        "{place}: {account}: no facts to replay; see: bidctl run --mode dry, bidctl enrol",
    )
    NO_CAMPAIGN = (
        "{place}: {account}: 没有托管的计划可重放; 请看: bidctl run --mode dry, bidctl enrol",
        "{place}: {account}: no enrolled campaign to replay; see: bidctl run --mode dry, bidctl enrol",
    )
    NOTHING_BETWEEN = (
        "replay: {begin} 到 {end} UTC 之间没有记录; 账本里有 {first} 到 {last}",
        "replay: nothing is recorded between {begin} and {end} UTC; the ledger has {first} to {last}",
    )
    OTHER_ACCOUNT = (
        "--account: 取值 {named}, 应为其中之一: {known}",
        "--account: found {named}, expected one of {known}",
    )
    NO_HISTORY = (
        "{place}: 还没有记录任何历史; 请先托管并运行 bidctl run, 或给出导出的表格",
        "{place}: nothing is recorded yet; enrol and bidctl run first, or give an exported table",
    )
    WHICH_ACCOUNT = (
        "--account: {place} 里有 {count} 个账户; 请写一个: {known}",
        "--account: {count} accounts in {place}; name one: {known}",
    )
    POLICIES_FOUND = "{found}", "{found}"
    RULES_FINE = "规则数值有效, 其中 {count} 项自定义", "the rulebook's numbers are valid, {count} of them yours"
    STORE_FINE = "{place}: 已托管 {count} 个计划", "{place}: {count} campaigns enrolled"
    STOPLOSS_FINE = "已设置", "set"
    STOPLOSS_LATER = "未设置: approve 与 live 将拒绝启动", "not set: approve and live will refuse to start"
    TABLES_FINE = "读到 {count} 张表", "{count} tables read"
    TABLES_STRANGE = (
        "表里的 ID 账本里一个都没有, 因此不起作用: {names}; 请用平台显示的数字 ID (bidctl status)",
        "tables of which not one id is known, so that they do nothing: {names}; use the platform's ids of digits (bidctl status)",
    )
    KEY_FINE = "令牌密钥可用", "the key of stored tokens works"
    PLATFORM_FINE = (
        "{account}: 读到 {count} 个计划, 时钟偏差 {offset:+.1f} 秒",
        "{account}: {count} campaigns read, clock {offset:+.1f} s off",
    )
    NO_SHOP = (
        "[shop] {names}: 未填写; 请在配置中填写抖店应用的 app_key, app_secret (建议用环境变量) 和 shop_id",
        "[shop] {names}: not given; write app_key, app_secret (better as a variable) and shop_id of the Doudian app",
    )
    SHOP_FINE = "店铺 {shop} 已授权", "shop {shop} is authorised"
