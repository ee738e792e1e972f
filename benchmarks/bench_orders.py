"""How quickly a CSV of orders comes into a ledger on SQLite, with its refunds and bills, and finds its campaigns: rows per second of
one core, peak memory."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import deque
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bidctl.adapters.store import SqlLedger, open_ledger
from bidctl.domain.values import AccountId
from bidctl.engine.attribution import Delivered, Way, attribution
from bidctl.engine.order_totals import ways
from bidctl.wiring.orders import import_orders, look_over

ROWS = 1_000_000
EIGHT = timedelta(hours=8)
BEGIN = datetime(2026, 8, 1, tzinfo=timezone(EIGHT))
HEAD = "订单编号,商品ID,直播账号,计划ID,支付时间,支付金额,退款时间,退款金额,结算时间,结算金额,佣金,达人ID\n"


def write(file: Path, rows: int) -> None:
    """A shop's quarter: 25 % come back, 70 % are billed, every second order names its campaign."""
    with file.open("w", encoding="utf-8") as out:
        out.write(HEAD)
        for i in range(rows):
            paid_at = BEGIN + timedelta(seconds=i * 7_000_000 // rows)
            yuan = 20 + i * 7919 % 90_000 / 100
            back, billed = i % 4 == 0, i % 10 < 7
            out.write(
                f"69{i * 7919 % rows:017d},35{i % 400:08d},live{i % 20},{f'179{i % 200:013d}' if i % 2 else ''},"
                f"{paid_at:%Y-%m-%d %H:%M:%S},{yuan:.2f},"
                f"{f'{paid_at + timedelta(days=3):%Y-%m-%d %H:%M:%S}' if back else ''},{f'{yuan / 2:.2f}' if back else ''},"
                f"{f'{paid_at + timedelta(days=15):%Y-%m-%d %H:%M:%S}' if billed else ''},"
                f"{f'{yuan - (round(yuan / 2, 2) if back else 0):.2f}' if billed else ''},{yuan / 10:.2f},talent{i % 50}\n"
            )  # fmt: skip


def attributed(ledger: SqlLedger) -> dict[Way, int]:
    """Orders attributed each way, 200 campaigns of 20 live accounts credited on every day."""
    first = int((BEGIN.timestamp() + EIGHT.total_seconds()) // 86_400)
    rows = [
        (f"179{c:013d}", f"live{c % 20}", "", first + d, 10**6 * (c + 1), 10**5) for d in range(82) for c in range(200)
    ]
    columns = [*zip(*rows, strict=True)]
    texts = [np.array(column, np.str_) for column in columns[:3]]
    platform = Delivered(texts[0], texts[1], texts[2], *(np.array(column, np.int64) for column in columns[3:]))
    with ledger.begin() as t:
        groups = t.order_groups("1", datetime.now(UTC), EIGHT)
    rule = attribution(groups, platform, EIGHT.total_seconds())
    return {way: told.orders for way, told in ways(groups, rule).items()}


def main() -> None:
    """Print CPU seconds, rows per core second, peak memory."""
    rows = argparse.ArgumentParser()
    rows.add_argument("--rows", type=int, default=ROWS)
    count = rows.parse_known_args()[0].rows
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        write(file, count)
        ledger = open_ledger(f"sqlite:///{folder}/bench.db", datetime.now(UTC))
        cpu, wall = time.process_time(), time.perf_counter()
        table = look_over(file, None, ZoneInfo("Asia/Shanghai"), "CNY")
        (done,) = deque(import_orders(ledger, AccountId("1"), table, time.time()), maxlen=1)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        begun = time.process_time()
        told = attributed(ledger)
        found = time.process_time() - begun
        ledger.close()
    print(f"{done.taken}")
    print(f"{count:,} lines: {count / cpu:,.0f} lines per core second ({cpu:.0f} s of CPU, {wall:.0f} s on the wall)")
    print(f"attributed: {', '.join(f'{way.name.lower()} {n:,}' for way, n in told.items())} ({found:.1f} s of CPU)")
    print(f"together: {count / (cpu + found):,.0f} lines per core second")
    print(f"peak memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")


if __name__ == "__main__":
    main()
