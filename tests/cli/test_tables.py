"""The operator's tables in a run: what they say holds campaigns, and a table that cannot be read stops the start."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.cli.office import Office


def lowered(reports: list[Any]) -> set[str]:
    return {
        a["campaign"]
        for r in reports
        for a in r["acts"]
        if a["field"] == "roi_target" and Decimal(a["new"]) < Decimal(a["old"])
    }


def configured(desk: Office, tables: str) -> None:
    with (desk.run.folder / "bidctl.toml").open("a", encoding="utf-8") as file:
        file.write(f"[tables]\n{tables}\n")


def test_unshipped_orders_hold_every_lowering_until_the_count_is_old(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    now = desk.advance(hours=2)
    would = lowered(desk.tick("dry"))
    assert would
    count = f"账户ID,待发货,日发货能力,更新时间\n{desk.account},501,500,{now.isoformat()}\n"
    (desk.run.folder / "unshipped.csv").write_text(count, "utf-8")
    configured(desk, 'unshipped = "unshipped.csv"')
    (report,) = desk.tick("dry")
    assert lowered([report]) == set() and report["held"].get("SHIP_LATE", 0) >= len(would)
    (desk.run.folder / "unshipped.csv").write_text(count.replace("501", "500"), "utf-8")
    assert lowered(desk.tick("dry")) == would
    (desk.run.folder / "unshipped.csv").write_text(count.replace(f"{now:%Y-%m}", "2020-01"), "utf-8")
    assert lowered(desk.tick("dry")) == would


def test_a_promotion_raises_goals_for_its_days(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    day = f"{desk.advance(hours=2):%Y-%m-%d}"
    would = lowered(desk.tick("dry"))
    (desk.run.folder / "p.csv").write_text(
        f"活动,阶段,开始日期,结束日期,目标倍数\n双11,活动日,{day},{day},9\n", "utf-8"
    )
    configured(desk, 'promotions = "p.csv"')
    assert would and not lowered(desk.tick("dry"))


def test_a_run_without_the_guard_it_was_told_of_does_not_start(desk: Office) -> None:
    desk.enrol_all()
    configured(desk, 'stock = "absent.csv"')
    refused = desk.run("run", "--mode", "dry", "--once")
    assert refused.code == 1 and "absent.csv" in refused.err and "Traceback" not in refused.err
    config = desk.run.folder / "bidctl.toml"
    config.write_text(config.read_text("utf-8").replace("stock =", "stocks ="), "utf-8")
    wrong = desk.run("run", "--once")
    assert wrong.code == 2 and "tables.stocks" in wrong.err and "stock" in wrong.err


def test_doctor_reads_the_tables_and_names_those_that_speak_of_nobody(desk: Office) -> None:
    desk.enrol_all()
    desk.tick("dry")
    product = desk.platform.emulator.service.find(int(desk.campaigns[0]["id"])).products[0]  # type: ignore[union-attr]
    (desk.run.folder / "stock.csv").write_text(
        f"商品ID,库存,更新时间\n1,5,2026-09-01 10:00\n{product},5,2026-09-01 10:00\n", "utf-8"
    )
    (desk.run.folder / "hosts.csv").write_text("直播账号,换主播时间\n12345,2026-09-01 10:00\n", "utf-8")
    configured(desk, 'stock = "stock.csv"')

    def check() -> Any:
        return next(c for c in desk.run("doctor", "--offline", "--json").tree if c["check"] == "tables")

    assert (check()["result"], check()["detail"]) == ("ok", "1 tables read"), "one that it promotes is enough"
    config = desk.run.folder / "bidctl.toml"
    config.write_text(config.read_text("utf-8") + 'hosts = "hosts.csv"\n', "utf-8")
    assert check()["result"] != "ok" and "hosts (12345)" in check()["detail"] and "stock" not in check()["detail"]
    (desk.run.folder / "stock.csv").write_text("商品ID,库存\n", "utf-8")
    assert check()["result"] != "ok" and "stock.csv" in check()["detail"]
