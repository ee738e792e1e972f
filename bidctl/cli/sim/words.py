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
    SWEEP_POLICY = (
        "{where}: 没有策略; 应给 policy 或 --policy",
        "{where}: no policy; expected policy or --policy",
    )
    SWEEP_NOTHING = (
        "{where}: 没有要试的参数; 应给 [grid], [search], --grid 或 --search",
        "{where}: no parameter to try; expected [grid], [search], --grid or --search",
    )
    SWEEP_BOTH = (
        "{where}: {name} 同时在 grid 和 search 里; 只能给一处",
        "{where}: {name} is in grid and in search; expected one of them",
    )
    SWEEP_MANY = (
        "{where}: {count} 组参数; 应不多于 {most} 组",
        "{where}: {count} settings; expected at most {most}",
    )
    SWEEP_READ = "{file}: 无法作为 TOML 读取: {error}", "{file}: cannot be read as TOML: {error}"
    SWEEP_KEY = "{file}: 不认识的键 {key}; 应为 {known} 之一", "{file}: unknown key {key}; expected one of {known}"
    SWEEP_VALUE = "{where}: {key} = {value!r}; 应为{expected}", "{where}: {key} = {value!r}; expected {expected}"
    SWEEP_FLAG = (
        "{option} {flag}: 应为 NAME=A,B,.. (--grid) 或 NAME=LOW..HIGH (--search)",
        "{option} {flag}: expected NAME=A,B,.. (--grid) or NAME=LOW..HIGH (--search)",
    )
    A_LIST = "各不相同的数字的列表", "a list of different numbers"
    A_RANGE = (
        " {{low, high}} 或 [low, high], 数字且 low < high",
        "{{low, high}} or [low, high], numbers with low < high",
    )
    A_POLICY = "策略名称 (文本)", "the name of a policy, a text"
    A_TABLE = "一个 [段]", "a table"
    NO_OPTUNA = (
        "sweep --search: 没有安装 optuna; pip install 'bidctl[tune]'",
        "sweep --search: optuna is not installed; pip install 'bidctl[tune]'",
    )
