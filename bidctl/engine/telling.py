"""A policy read back as sentences, in Chinese or English."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Any

import numpy as np

from bidctl.domain.reasons import WORDING, Reason
from bidctl.engine.lints.plain import plain
from bidctl.policy import Policy
from bidctl.policy.declarative import Declarative


def sentences(policy: Policy, lang: str) -> list[str]:
    """A file's rules as sentences; a class's own words about itself, its parameters, and the reasons of its rules in order."""
    return policy.sentences(lang) if isinstance(policy, Declarative) else _of_class(policy, lang)


def _of_class(policy: Any, lang: str) -> list[str]:
    kind, zh = type(policy), lang == "zh"
    words = (inspect.getdoc(kind) or "").partition(">>>")[0].split("\n\n")
    given = ", ".join(f"{f.name} = {getattr(policy, f.name)!r}" for f in fields(kind)) or ("无" if zh else "none")
    with np.errstate(all="ignore"):
        rules = list(policy.rules(plain(1)))
    told = [
        f"{i}. {(r.says or WORDING[Reason(r.reason)]).text(lang)} ({Reason(r.reason).name})"
        for i, r in enumerate(rules, 1)
    ]
    none = "没有规则符合: 保持不动" if zh else "No rule holds: keep the target"
    head = f"{kind.__module__}:{kind.__qualname__}"
    return [head, *(" ".join(p.split()) for p in words if p.strip()), ("参数: " if zh else "Parameters: ") + given, *told,
            f"{len(told) + 1}. {none}"]  # fmt: skip
