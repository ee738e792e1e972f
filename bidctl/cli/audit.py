"""`audit`: judge a platform journal by the rulebook, in code that shares nothing with the engine."""

from __future__ import annotations

from pathlib import Path

import click

from bidctl.audit import AuditProblem, AuditReport, Clause, lines_of, open_ledger
from bidctl.audit import audit as judge
from bidctl.cli.common import Shell, options
from bidctl.cli.words import Say
from bidctl.problem import Problem
from bidctl.wording import Wording


@click.command()
@click.argument("journal", type=click.Path(path_type=Path))
@click.option(
    "--ledger",
    "ledger_path",
    type=click.Path(path_type=Path),
    help="本程序的账本, 用于条款 5.5 / bidctl's database, for clause 5.5.",
)
@options
def audit(shell: Shell, journal: Path, ledger_path: Path | None) -> None:
    """对平台写入日志 JOURNAL 检查规则书条款 5.1 到 5.5; 有违规时退出码为 1 / Check clauses 5.1 to 5.5 of the rulebook on a
    platform's JOURNAL; exit code 1 where one is broken."""
    try:
        report = judge(lines_of(journal), open_ledger(ledger_path) if ledger_path else None)
    except AuditProblem as problem:
        raise Problem(Wording(problem.words.zh, problem.words.en, "AUDIT")) from None
    shell.data(report.to_json())
    if not shell.as_json:
        show(shell, report, str(journal))
    if not report.clean:
        raise Problem(Say.AUDIT_BROKEN(file=journal, violations=report.violation_count, bad=report.bad_count))


def show(shell: Shell, report: AuditReport, file: str) -> None:
    """The verdict for people: clause by clause, then every finding with its line."""
    missing = {n.clause: n.missing.text(shell.lang) for n in report.not_judged}
    broken = {c: sum(v.clause is c for v in report.violations) for c in Clause}
    shell.rows(
        shell.text(f"审计 {file}", f"audit of {file}"),
        [shell.text("条款", "clause"), shell.text("要求", "demands"), shell.text("判定行数", "lines judged"),
         shell.text("违反", "violations")],
        [(c.value, c.words.text(shell.lang), report.judged.get(c, 0),
          shell.text("未判定: ", "NOT JUDGED: ") + missing[c] if c in missing else broken[c]) for c in Clause],
        ["clause", "demands", "judged", "violations"],
    )  # fmt: skip
    for v in report.violations:
        click.echo(
            f"{file}:{v.line}: {v.clause.value} {v.account}/{v.campaign} @ {v.at}: {v.found.text(shell.lang)}; "
            + shell.text("应为 ", "expected ") + v.expected.text(shell.lang)
        )  # fmt: skip
    for race in report.races:
        click.echo(
            f"{file}:{race.line}: {shell.text('竞争', 'RACE')} {race.account}/{race.campaign} @ {race.at}: {race.detail.text(shell.lang)}"
        )
    for bad in report.bad_lines:
        click.echo(bad.text(shell.lang, file))
    click.echo(
        shell.text(
            f"写入 {report.writes}, 其中本程序 {report.ours} (改价 {report.edits}); 违规 {report.violation_count}, "
            f"竞争 {report.race_count}, 坏行 {report.bad_count}",
            f"writes {report.writes}, ours {report.ours} (edits {report.edits}); violations {report.violation_count}, "
            f"races {report.race_count}, bad lines {report.bad_count}",
        )
    )
