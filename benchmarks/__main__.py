"""`python -m benchmarks`: every figure, with the command that repeats it. Nothing is asserted."""

from __future__ import annotations

import importlib
import time

FIGURES = (
    "decide", "orders", "settlement", "coverage", "help", "observe", "store", "world", "run", "oracle", "control", "creatives", "tick",
)  # fmt: skip


def main() -> None:
    """Run each `bench_*` in turn."""
    for name in FIGURES:
        began = time.perf_counter()
        print(f"\n== {name}: python -m benchmarks.bench_{name}", flush=True)
        importlib.import_module(f"benchmarks.bench_{name}").main()
        print(f"   ({time.perf_counter() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
