"""What the commands of `sim` refuse, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals of an experiment's words, by code."""

    SEEDS = (
        "--seeds {text}: 应为种子数 1 .. {most}, 范围 A-B, 或列表 A,B,..",
        "--seeds {text}: expected a number of seeds 1 .. {most}, a range A-B, or a list A,B,..",
    )
    WORLD_FORM = (
        "--world {reference}: 应为 module:Class, 以 (scenario, seed) 调用得到一个世界",
        "--world {reference}: expected module:Class, whose call (scenario, seed) gives a world",
    )
    WORLD_IMPORT = (
        "--world {reference}: 无法导入 {module}: {error}",
        "--world {reference}: cannot import {module}: {error}",
    )
    WORLD_NAME = "--world {reference}: {module} 里没有 {name}", "--world {reference}: {module} has no {name}"
    WORLD_KIND = (
        "--world {reference}: 是 {found}, 应为类或函数 (scenario, seed)",
        "--world {reference}: found {found}, expected a class or function (scenario, seed)",
    )
    SAME_NAME = (
        "策略 {name}, {name}: 两个同名; 应各不相同",
        "policies {name}, {name}: two of one name; expected different ones",
    )
    ONE_ENGINE = "--workers 与 --cluster: 只能给一个", "--workers and --cluster: expected one of them"
    NO_DASK = (
        "--cluster {address}: 没有安装 dask.distributed; pip install 'bidctl[sweep]'",
        "--cluster {address}: dask.distributed is not installed; pip install 'bidctl[sweep]'",
    )
    CLUSTER_FORM = (
        "--cluster {address}: 应为 local:N (N 1 .. 1024) 或 tcp://host:port",
        "--cluster {address}: expected local:N with N 1 .. 1024, or tcp://host:port",
    )
    CLUSTER_SILENT = (
        "--cluster {address}: 调度器没有应答: {error}",
        "--cluster {address}: no scheduler answers: {error}",
    )
    TASK_FAILED = "{task}: 没有完成: {error}", "{task}: was not done: {error}"
