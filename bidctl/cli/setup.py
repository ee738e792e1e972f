"""`init`, `doctor`, `connect`: from nothing to a working, authorised installation."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from bidctl.cli.common import Shell, options
from bidctl.problem import Problem, UsageProblem

TEMPLATE = """\
# bidctl: settings. 设置文件. Every key may be given as BIDCTL_<SECTION>__<KEY> too.

[store]
url = "sqlite:///bidctl.db"          # or postgresql://host/database

[platform]
name = "qianchuan"
base_url = "https://api.oceanengine.com"
app_id = ""                          # 开放平台应用ID
# app_secret: better as BIDCTL_PLATFORM__APP_SECRET than in a file. 建议用环境变量

[run]
accounts = []                        # 广告账户ID, in quotes
tick_minutes = 10
# key_file = "bidctl.key"            # 令牌密钥, 请备份; or BIDCTL_SECRET_KEY
language = "zh"

[stoploss]                           # approve and live refuse to start until both are a number of yuan or "off"
# spend_without_orders = 300         # 空耗止损, 元
# loss_of_day = 1000                 # 当日预计亏损止损, 元

[notify]
# webhook = "https://..."
# feishu = "https://open.feishu.cn/open-apis/bot/v2/hook/..."

[rules]                              # numbers of the rulebook; the protective ones may only be tightened
"""


@click.command()
@click.argument("file", type=click.Path(path_type=Path), default=Path("bidctl.toml"))
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh")
def init(file: Path, lang: str) -> None:
    """Write a configuration FILE to edit, and a key for stored tokens beside it (never overwrites)."""
    from bidctl.adapters.secrets import SecretError, create_key_file

    if file.exists():
        raise UsageProblem(f"{file}: exists already; edit it, or name another file")
    key = file.with_suffix(".key")
    try:
        create_key_file(key)
        file.write_text(TEMPLATE.replace("bidctl.key", key.name), "utf-8")
    except SecretError as error:
        raise Problem(str(error)) from None
    except OSError as error:
        raise Problem(f"{file}: cannot be written: {error.strerror}") from None
    click.echo(
        f"已生成 {file} 和密钥 {key} (请备份密钥)" if lang == "zh" else f"wrote {file} and the key {key} (back it up)"
    )


@click.command()
@click.option("--offline", is_flag=True, help="Do not ask the platform. 不连接平台")
@options
def doctor(shell: Shell, offline: bool) -> None:
    """Check configuration, policies, store, key, token, platform clock; exit code 1 where something is wrong."""
    from bidctl.wiring.doctor import examine

    checks = asyncio.run(examine(shell.settings, offline))
    shell.rows(
        shell.text("体检", "doctor"),
        [shell.text("项目", "check"), shell.text("结果", "result"), shell.text("说明", "detail")],
        [(c.name, "ok" if c.ok else "FAIL", c.detail(shell.lang)) for c in checks],
        ["check", "result", "detail"],
    )
    wrong = [c for c in checks if not c.ok]
    if wrong:
        raise Problem(f"doctor: {len(wrong)} of {len(checks)} checks failed; first: {wrong[0].name}: {wrong[0].en}")


@click.command()
@click.option("--code", help="The callback's auth_code, or the whole pasted address. 回调地址或 auth_code")
@options
def connect(shell: Shell, code: str | None) -> None:
    """Authorise with the platform: prints the page to open; then call again with --code and what the callback said."""
    from bidctl.wiring import account

    if not shell.settings.platform.app_id:
        raise UsageProblem("connect: [platform] app_id is empty in the configuration; fill it in first")
    if code is None:
        url = account.authorise_url(shell.settings)
        shell.data({"open": url})
        shell.say(f"请在浏览器打开并授权, 然后: bidctl connect --code '回调地址'\n{url}",
                  f"open this page, authorise, then: bidctl connect --code 'the callback address'\n{url}")  # fmt: skip
        return
    accounts = asyncio.run(account.connect(shell.settings, auth_code(code)))
    shell.data({"accounts": accounts})
    shell.say(f"已授权, 账户: {', '.join(accounts)}", f"authorised; accounts: {', '.join(accounts)}")


def auth_code(pasted: str) -> str:
    """The auth_code out of a pasted callback address, or the text itself.

    >>> auth_code("https://example.com/cb?state=s&auth_code=abc123")
    'abc123'
    """
    from urllib.parse import parse_qs, urlsplit

    if "://" not in pasted:
        return pasted.strip()
    found = parse_qs(urlsplit(pasted.strip()).query).get("auth_code", [])
    if len(found) != 1:
        raise UsageProblem("connect --code: found an address without one auth_code; paste the callback address whole")
    return found[0]
