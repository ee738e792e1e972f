"""`init`, `doctor`, `connect`: from nothing to a working, authorised installation."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import click

from bidctl.cli.common import Shell, json_option, options, spoken_option
from bidctl.cli.language import language
from bidctl.cli.words import Say
from bidctl.config import DEFAULT_FILE
from bidctl.problem import Problem, UsageProblem
from bidctl.wording import told_by_system

TEMPLATE = """\
# bidctl: 设置文件, 每个键也可用环境变量 BIDCTL_<段>__<键> 给出
# bidctl: settings; every key may be given as BIDCTL_<SECTION>__<KEY> too
# 相对路径从本文件所在的文件夹算起 / relative paths are beside this file

[store]
url = "sqlite:///bidctl.db"          # 或 / or: postgresql://host/database

[platform]
name = "qianchuan"
base_url = "https://api.oceanengine.com"
app_id = ""                          # 开放平台应用ID / id of the app
# app_secret: 建议用环境变量 / better as BIDCTL_PLATFORM__APP_SECRET than in a file

# 抖店: 取订单, 退款与账单 / the shop's own interface: orders, refunds, bills
# [shop]
# app_key = ""                       # 抖店开放平台应用 / app of the shop's open platform
# shop_id = ""                       # app_secret: BIDCTL_SHOP__APP_SECRET
# account = ""                       # 订单记在哪个账户名下, 空 = 店铺ID / kept under; empty = the shop's id

[run]
accounts = []                        # 广告账户ID, 加引号 / advertiser ids, in quotes
tick_minutes = 10
# key_file = "bidctl.key"            # 令牌密钥, 请备份 / key of tokens, back it up; or BIDCTL_SECRET_KEY
language = "zh"                      # zh, en

# approve 和 live 要求两项都写金额 (元) 或 "off", 否则拒绝启动
# approve and live refuse to start until both are a number of yuan or "off"
[stoploss]
# spend_without_orders = 300         # 空耗止损, 元 / spend without any order, yuan
# loss_of_day = 1000                 # 当日预计亏损止损, 元 / projected loss of the day, yuan

# 您自己的表 (docs/tables.zh-CN.md), 文件一变就重读 / tables of your own (docs/tables.md), read again when they change
[tables]
# stock = "stock.csv"                # 库存 / stock; unshipped 待发货, hosts 换主播, cash 到账, promotions 大促
# products = "products.csv"          # 商品, 供报表 / products, for reports; creators 达人, grades 等级, fields 经营场

[notify]
# webhook = "https://..."
# feishu = "https://open.feishu.cn/open-apis/bot/v2/hook/..."

# 规则书的数值, 起保护作用的只能收紧 / numbers of the rulebook; the protective ones may only be tightened
[rules]
# cash_share = 0.6                   # R-CASH: 近30天消耗不超过同期到账的比例 / spend of 30 days over receipts of the same days
"""


@click.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--config", type=click.Path(path_type=Path), help="同 FILE / The same as FILE.")
@json_option
@spoken_option
def init(file: Path | None, config: Path | None, as_json: bool) -> None:
    """生成一个待编辑的配置文件 FILE (bidctl.toml), 旁边是令牌密钥 (从不覆盖) / Write a configuration FILE (bidctl.toml) to edit, and
    a key for stored tokens beside it (never overwrites)."""
    from bidctl.adapters.secrets import create_key_file

    file = file or config or Path(DEFAULT_FILE)
    if file.exists():
        raise UsageProblem(Say.EXISTS(file=file))
    key = file.with_suffix(".key")
    try:
        create_key_file(key)
        text = TEMPLATE.replace("bidctl.key", key.name).replace('language = "zh"', f'language = "{language()}"')
        file.write_text(text, "utf-8")
    except OSError as error:
        raise Problem(Say.NOT_WRITTEN(file=file, error=told_by_system(error))) from None
    if as_json:
        click.echo(json.dumps({"config": str(file), "key": str(key)}))
        return
    zh, en = f"已生成 {file} 和密钥 {key} (请备份密钥)", f"wrote {file} and the key {key} (back it up)"
    click.echo(zh if language() == "zh" else en)


@click.command()
@click.option("--offline", is_flag=True, help="不连接平台 / Do not ask the platform.")
@options
def doctor(shell: Shell, offline: bool) -> None:
    """检查配置, 策略, 账本, 密钥, 授权, 平台时钟; 有问题时退出码为 1 / Check configuration, policies, store, key, token,
    platform clock; exit code 1 where something is wrong."""
    from bidctl.wiring.doctor import examine

    checks = asyncio.run(examine(shell.settings, offline))
    shell.rows(
        shell.text("体检", "doctor"),
        [shell.text("项目", "check"), shell.text("结果", "result"), shell.text("说明", "detail")],
        [
            (c.name if shell.as_json else c.title.text(shell.lang), _result(shell, c.ok), c.found.text(shell.lang))
            for c in checks
        ],
        ["check", "result", "detail"],
    )
    wrong = [c for c in checks if not c.ok]
    if wrong:
        raise Problem(
            Say.CHECKS_FAILED(wrong=len(wrong), count=len(checks), name=wrong[0].title, detail=wrong[0].found)
        )


def _result(shell: Shell, ok: bool) -> str:
    if shell.as_json:
        return "ok" if ok else "FAIL"
    return shell.text("正常", "ok") if ok else shell.text("有问题", "FAIL")


@click.command()
@click.option(
    "--code", help="回调的 auth_code, 或整个回调地址 / The callback's auth_code, or the whole pasted address."
)
@click.option(
    "--shop", is_flag=True, help="授权抖店; 自用型应用不需要 --code / Authorise the shop; its own app needs no --code."
)
@options
def connect(shell: Shell, code: str | None, shop: bool) -> None:
    """连接平台授权: 先打印要打开的页面, 再用 --code 带上回调内容; --shop 授权抖店 / Authorise with the platform: prints the page to open;
    then call again with --code and what the callback said. --shop: with the shop."""
    if shop:
        _connect_shop(shell, code or "")
        return
    from bidctl.wiring import account

    if not shell.settings.platform.app_id:
        raise UsageProblem(Say.NO_APP())
    if code is None:
        url = account.authorise_url(shell.settings)
        shell.data({"open": url})
        shell.say(f"请在浏览器打开并授权, 然后: bidctl connect --code '回调地址'\n{url}",
                  f"open this page, authorise, then: bidctl connect --code 'the callback address'\n{url}")  # fmt: skip
        return
    accounts = asyncio.run(account.connect(shell.settings, auth_code(code)))
    shell.data({"accounts": accounts})
    shell.say(f"已授权, 账户: {', '.join(accounts)}", f"authorised; accounts: {', '.join(accounts)}")


def _connect_shop(shell: Shell, pasted: str) -> None:
    from bidctl.wiring.shop import connect_shop

    found = asyncio.run(connect_shop(shell.settings, auth_code(pasted, "code")))
    shell.data({"shop": found})
    shell.say(f"已授权, 店铺: {found}", f"authorised; shop: {found}")


def auth_code(pasted: str, name: str = "auth_code") -> str:
    """The code (`name` in the address) out of a pasted callback address, or the text itself.

    >>> auth_code("https://example.com/cb?state=s&auth_code=abc123")
    'abc123'
    """
    from urllib.parse import parse_qs, urlsplit

    if "://" not in pasted:
        return pasted.strip()
    found = parse_qs(urlsplit(pasted.strip()).query).get(name, [])
    if len(found) != 1:
        raise UsageProblem(Say.NO_AUTH_CODE(name=name))
    return found[0]
