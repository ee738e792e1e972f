"""What the ledger's database refuses or lacks, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Failures of the store, by code."""

    NOTHING_STANDS = (
        "第 {number} 行没有可替换的事实 (读不懂, 币种或时区不对, 或金额为负); 请改好文件重新导入, 再用 --as drop 了结这一行",
        "row {number}: there is no fact that it could replace (it could not be read, or its money is negative or of another currency); "
        "mend the file, import it again, then settle the row with --as drop",
    )
    NAME_AMOUNT = (
        "第 {number} 行没有可用的金额; 请写 --amount 元",
        "row {number} says no amount that could count; write --amount YUAN",
    )
    OTHER_WORDS = (
        "第 {number} 行与现有的金额相同, 不同的是所属订单, 商品或计划: 不能只改金额; 请用 --as keep, 或改好文件重新导入",
        "row {number} says the same amount as what stands, of another order, product or campaign: an amount does not mend that; "
        "settle it with --as keep, or mend the file and import it again",
    )
    ORDER_FIRST = (
        "第 {number} 行没有对应的订单, 不能采用; 请先导入那笔订单 (到后自动计入), 或用 --as drop 了结",
        "row {number} has no order and cannot be accepted; import that order first (it counts by itself then), or settle it with --as drop",
    )
    STILL_IN_DOUBT = (
        "第 {number} 行按 {amount} 元仍有疑问: {doubt}; 请另写 --amount 元",
        "row {number} with {amount} yuan is in doubt still: {doubt}; write another --amount YUAN",
    )
    DATABASE = "{place}: {advice} ({driver})", "{place}: {advice} ({driver})"
    DATABASE_ANSWERED = "{place}: 数据库返回: {driver}", "{place}: the database answered: {driver}"
    NOT_SQLITE = (
        "不是 SQLite 数据库, 应为 bidctl 的账本; 请换一个文件, 或把它移走",
        "found no SQLite database, expected a ledger of bidctl; name another file or move this one away",
    )
    DAMAGED = "文件已损坏; 请恢复备份", "the file is damaged; restore a backup"
    DISK_FULL = "磁盘已满, 什么都没有存; 请腾出空间", "the disk is full and nothing was stored; make room"
    READ_ONLY = (
        "不可写, 什么都没有存; 文件和文件夹应可写",
        "it may not be written and nothing was stored; expected a writable file and folder",
    )
    NOT_OPENED = "打不开; 应为已存在的可写文件夹", "it cannot be opened; expected an existing, writable folder"
    LOCKED = (
        "被另一个进程锁住太久, 什么都没有存; 请查看卡住的进程",
        "another process kept it locked for too long and nothing was stored; look for a stuck process",
    )
    DISK_FAILED = (
        "磁盘已满或出错, 什么都没有存; 请腾出空间并检查磁盘",
        "the disk is full or failed and nothing was stored; make room, look at the disk",
    )
    SERVER_FULL = (
        "服务器磁盘已满, 什么都没有存; 请腾出空间",
        "the server's disk is full and nothing was stored; make room",
    )
    SERVER_READ_ONLY = (
        "服务器只读, 什么都没有存; 应连接主库",
        "the server is read-only and nothing was stored; expected the primary",
    )
    NO_DATABASE = (
        "服务器上没有这个数据库或角色; 请先创建",
        "no such database or role at the server; create it first",
    )
    NO_SERVER = (
        "连不上服务器; 请检查它是否运行, 地址是否正确",
        "the server cannot be reached; look whether it runs and the address is right",
    )
    NO_LEDGER_FILE = "{file}: 没有这个文件, 应为 bidctl 的账本", "{file}: no such file, expected a ledger of bidctl"
    NO_LEDGER = (
        "{file}: 不是 bidctl 的账本; 应为账本, 或 bidctl backup 写的文件",
        "{file}: found no ledger of bidctl; expected one, or a file made by: bidctl backup",
    )
    NOT_WRITTEN = "{file}: 无法写入: {error}", "{file}: cannot be written: {error}"
    FILE_NOT_READ = "{file}: 无法读取: {error}", "{file}: cannot be read: {error}"
    LEDGER_THERE = (
        "{file}: 已经存在, 应为新文件; 请先停止 bidctl, 把它移走 (连同旁边的 -wal 和 -shm 文件)",
        "{file}: already there, expected a new file; stop bidctl and move it away first (with -wal and -shm beside it)",
    )
    NEEDS_EXPORT = (
        "{file}: 是 SQLite 文件, {place} 需要可移植的导出; 请从原账本生成: bidctl backup --portable",
        "{file}: found a SQLite file, expected a portable export for {place}; make one with: bidctl backup --portable",
    )
    COPY_DAMAGED = "{file}: 文件已损坏; 请恢复更早的备份", "{file}: the file is damaged; restore an earlier backup"
    NO_FOLDER = (
        "{file}: 没有文件夹 {folder}; 请先创建它",
        "{file}: there is no folder {folder}; make it first",
    )
    COPY_THERE = (
        "{file}: 已经存在, 应为新文件名; 什么都没有写",
        "{file}: already there, expected a new file name; nothing was written",
    )
    NO_DRIVER = (
        "store.url: {place} 需要驱动 psycopg; 请安装 bidctl[postgres]",
        "store.url: {place} needs the driver psycopg; install bidctl[postgres]",
    )
    NO_ADDRESS = (
        "store.url: 不是数据库地址, 应为 sqlite:///文件 或 postgresql://...",
        "store.url: found no database address, expected sqlite:///FILE or postgresql://...",
    )
    OTHER_ADDRESS = (
        "store.url: 取值 {place}, 应为 sqlite:///文件 或 postgresql://主机/数据库",
        "store.url: found {place}, expected sqlite:///FILE or postgresql://HOST/DATABASE",
    )
    NOT_DURABLE = (
        "{place}: SQLite 拒绝 synchronous=FULL; 不会发送任何改动",
        "{place}: SQLite refused synchronous=FULL; nothing may be sent",
    )
    NOT_COMMITTED = (
        "{place}: synchronous_commit 为 {found}, 应为 {wanted}; 不会发送任何改动",
        "{place}: synchronous_commit is {found}, expected {wanted}; nothing may be sent",
    )
    NOTHING_THERE = "{place}: 里面是空的, 应为 bidctl 的账本", "{place}: found nothing, expected a ledger of bidctl"
    HOLDS_LEDGER = (
        "{place}: 里面已有账本, 应为空数据库; 请在 store.url 换一个",
        "{place}: already holds a ledger, expected an empty database; name another in store.url",
    )
    NOT_EXPORT = (
        "{file}: 无法作为 bidctl 的备份读取, 应为 bidctl backup 写的文件: {error}",
        "{file}: cannot be read as a backup of bidctl, expected a file made by bidctl backup: {error}",
    )
    NO_EXPORT = (
        "{file}: 不是 bidctl 的备份, 应为 bidctl backup 写的文件",
        "{file}: found no backup of bidctl, expected a file made by: bidctl backup",
    )
    CUT_SHORT = (
        "{file}: 不完整, 或写好之后被改过; 请用另一个备份",
        "{file}: cut short or changed since it was written; use another backup",
    )
    NEWER_EXPORT = (
        "{file}: 来自更新版本的 bidctl (结构版本 {revision}); 请安装那个版本",
        "{file}: found schema revision {revision} of a newer bidctl; install that version",
    )
    FOREIGN = (
        "{place}: 里面是别的程序的表 ({table}), 应为 bidctl 的账本或空数据库",
        "{place}: found tables of something else ({table}), expected a ledger of bidctl or nothing",
    )
    NEWER = (
        "{place}: 结构版本 {found}, 应为 {head} 或更早; 由更新版本的 bidctl 写成: 请安装那个版本, 或恢复此前的备份",
        "{place}: found schema revision {found}, expected {head} or older; a newer bidctl wrote it: "
        "install that version, or restore a backup made before it",
    )
    NOT_WAL = (
        "{place}: 日志模式为 {mode}, 应为 wal; 请使用本地磁盘",
        "{place}: found journal mode {mode}, expected wal; use a local disk",
    )
