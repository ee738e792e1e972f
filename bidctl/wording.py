"""Texts that operators read, in Chinese and English.

A `Wording` is one text in both languages. Where only a text is passed on, stored or documented (the outcome of a write, the
detail of a notice, a help text) it is one line, `中文 / English`; whoever shows it takes one half. A package's phrases stand
in its `words.py`, one `Phrases` each.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

LANGUAGES = ("zh", "en")
BETWEEN = " / "
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text in both languages. `code`: which phrase it is, "" = none of ours; `values`: what was put in."""

    zh: str
    en: str
    code: str = field(default="", compare=False)
    values: Mapping[str, object] = field(default_factory=dict, compare=False, repr=False)

    def text(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    @property
    def both(self) -> str:
        """One line, `中文 / English`; the text alone where both are the same."""
        return self.zh if self.zh == self.en else f"{self.zh}{BETWEEN}{self.en}"

    @classmethod
    def read(cls, text: str) -> Wording:
        """Takes `both` apart: what is put in stands in both halves, so the mark in the middle is ours. Any other text is
        the same in both languages.

        >>> Wording.read("读回: 已生效 / read back: it happened").en
        'read back: it happened'
        >>> Wording.read("disk / network").zh
        'disk / network'
        """
        parts = text.split(BETWEEN)
        half = len(parts) // 2
        zh, en = BETWEEN.join(parts[:half]), BETWEEN.join(parts[half:])
        return cls(text, text) if len(parts) % 2 or not _CHINESE.search(zh) else cls(zh, en)


class Phrases(Enum):
    """A package's phrases, `NAME = "中文 {value}", "English {value}"`; calling one puts the values in. A value that is a
    `Wording` goes in by language. The code that goes with it is stable: `adapters.store.DISK_FULL`."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh, self.en = zh, en

    @property
    def code(self) -> str:
        """The package's path without `bidctl`, and the name."""
        home = [part for part in type(self).__module__.split(".") if part not in ("bidctl", "words")]
        return ".".join([*home, self.name])

    def __call__(self, **values: object) -> Wording:
        return Wording(self._fill("zh", values), self._fill("en", values), self.code, values)

    def _fill(self, lang: str, values: Mapping[str, object]) -> str:
        plain = {k: v.text(lang) if isinstance(v, Wording) else v for k, v in values.items()}
        return (self.zh if lang == "zh" else self.en).format(**plain)


_OS = {
    errno.ENOENT: "没有这个文件",
    errno.EEXIST: "文件已存在",
    errno.EACCES: "没有权限",
    errno.EPERM: "不允许",
    errno.EISDIR: "是文件夹",
    errno.ENOTDIR: "上级不是文件夹",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.EROFS: "磁盘只读",
    errno.EADDRINUSE: "端口已被占用",
    errno.ENAMETOOLONG: "文件名过长",
    errno.EIO: "磁盘读写错误",
    errno.EFBIG: "超过文件大小的上限",
    errno.EDQUOT: "磁盘配额已满",
    errno.ENXIO: "没有这个设备",
    errno.ECONNREFUSED: "拒绝连接",
}


def told_by_system(error: OSError) -> Wording:
    """What the operating system says went wrong."""
    said = error.strerror or type(error).__name__
    return Wording(_OS.get(error.errno or 0, said), said)


_PLACE = re.compile(
    r"(?: \(at line (\d+), column (\d+)\)|: line (\d+) column (\d+) \(char \d+\)| \(at end of document\))$"
)
_SYNTAX = {
    "Invalid statement": "不是 名称 = 值 的形式",
    "Expected '=' after a key": "名称后面缺少 =",
    "Expected newline or end of document": "一行里只能写一项",
    "Cannot declare": "同一段写了两次",
    "Cannot overwrite": "同一名称写了两次",
    "Duplicate inline table key": "同一名称写了两次",
    "Unclosed": "括号没有合上",
    "Unterminated string": "引号没有合上",
    "Expected ']": "段名的括号没有合上",
    "Invalid date": "日期写法不对",
    "Invalid value": "值的写法不对 (文字要加引号)",
    "Expecting value": "缺少值",
    "Expecting property name": "名称要加双引号",
    "Expecting ':'": "缺少冒号",
    "Expecting ','": "缺少逗号",
    "Extra data": "结尾之后还有内容",
    "'utf-8' codec": "不是 UTF-8 文本",
}
"""What readers of TOML and JSON begin their refusals with, and how it is said in Chinese."""


def told_by_parser(error: ValueError | RecursionError) -> Wording:
    """What is wrong with a text that should be TOML or JSON, and where.

    >>> told_by_parser(ValueError("Invalid statement (at line 3, column 7)")).zh
    '第3行第7列: 不是 名称 = 值 的形式'
    >>> told_by_parser(ValueError("Expecting value: line 1 column 2 (char 1)")).zh
    '第1行第2列: 缺少值'
    """
    if isinstance(error, RecursionError):
        return Wording("套得太深", "nested too deeply")
    said = " ".join(str(error).split())
    place = _PLACE.search(said)
    what = next((zh for begins, zh in _SYNTAX.items() if said.startswith(begins)), "写法不对")
    if place is None:
        return Wording(what, said)
    line, column = place[1] or place[3], place[2] or place[4]
    return Wording(f"第{line}行第{column}列: {what}" if line else f"文件末尾: {what}", said)
