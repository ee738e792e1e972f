"""How long `bidctl --help` takes, from starting the process to its end: median and best of several runs."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time

RUNS = 15


def once(*command: str) -> float:
    """Seconds of one run of a command."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    """Print the median of the whole, and of an empty Python for comparison."""
    tool = [once(sys.executable, "-m", "bidctl", "--help") for _ in range(RUNS)]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    bare = [once(sys.executable, "-c", "pass") for _ in range(RUNS)]
    print(
        f"bidctl --help: median {statistics.median(tool):.3f} s, best {min(tool):.3f} s,"
        f" CPU {(used.ru_utime + used.ru_stime) / RUNS:.3f} s; "
        f"an empty Python: median {statistics.median(bare):.3f} s"
    )


if __name__ == "__main__":
    main()
