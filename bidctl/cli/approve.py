"""`pending` and `approve`: proposals that wait for a person."""

from __future__ import annotations

import click

from bidctl.cli.common import Shell, options
from bidctl.cli.switches import who
from bidctl.cli.words import Say
from bidctl.domain.names import FIELDS
from bidctl.domain.values import AccountId
from bidctl.engine.records import why
from bidctl.problem import SafetyProblem, UsageProblem


@click.command()
@click.option("--account", help="只看一个账户 / Only this account.")
@options
def pending(shell: Shell, account: str | None) -> None:
    """等人批准的提案, 最早的在前 / Proposals that wait for a person, oldest first."""
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger, ledger.begin() as t:
        waiting = t.pending(AccountId(account) if account else None)
    shell.rows(
        shell.text("待批提案", "pending proposals"),
        ["id", shell.text("模式", "mode"), shell.text("账户", "account"), shell.text("计划", "campaign"),
         shell.text("项目", "field"), shell.text("原值", "old"), shell.text("新值", "new"), shell.text("原因", "why"),
         shell.text("时间", "at")],
        [(d.id if shell.as_json else d.id[:12], d.mode.value, d.account, d.campaign, shell.name(FIELDS, d.field), d.old, d.new,
          why(d).text(shell.lang), shell.when(d.at)) for d in waiting],
        ["id", "mode", "account", "campaign", "field", "old", "new", "why", "at"],
    )  # fmt: skip


@click.command()
@click.argument("decision")
@click.option("--refuse", is_flag=True, help="改为拒绝 / Refuse it instead.")
@options
def approve(shell: Shell, decision: str, refuse: bool) -> None:
    """答复一个提案; 批准的由下一个周期在重新检查后写入 / Answer a proposal; an approved one is sent by the next tick, after
    every check anew."""
    from bidctl import wiring

    with wiring.ledger(shell.settings) as ledger:
        with ledger.begin() as t:
            matching = [d for d in t.pending() if d.id.startswith(decision)]
        if len(matching) != 1:
            found = Say.MANY_PROPOSALS(id=decision, count=len(matching)) if matching else Say.NO_PROPOSAL(id=decision)
            raise UsageProblem(found)
        if not refuse:
            wiring.taker(ledger, matching[0].mode, f"approve {decision}")
        at = wiring.clock(shell.settings).now()
        with ledger.begin(durable=True) as t:
            answered = t.answer_proposal(matching[0].id, not refuse, who(), at)
        if not answered:
            raise SafetyProblem(Say.ANSWERED(id=decision))
    mode = matching[0].mode.value
    shell.data({"id": matching[0].id, "mode": mode, "approved": not refuse})
    shell.say(
        f"[{mode}] " + ("已拒绝" if refuse else "已批准, 下一个周期执行"),
        f"[{mode}] " + ("refused" if refuse else "approved: the next tick sends it"),
    )
