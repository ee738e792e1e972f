"""Tell people: the log always, a webhook and a signed Feishu bot where configured. Repeats within an hour stay silent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bidctl.adapters.words import Say
from bidctl.domain.reasons import ALERT_WORDING
from bidctl.engine.ports import Notice
from bidctl.wording import Wording

REPEAT_AFTER = timedelta(hours=1)
KEPT = 100
"""Notices that a channel which is down keeps for when it is up again; the newest ones."""
Post = Callable[[str, dict[str, object]], Awaitable[str]]
"""Posts a body and gives the text of the answer; raises where the channel did not take it."""


def wording(notice: Notice, lang: str) -> str:
    """One line for a chat window, in the operator's language, with the mode in front."""
    where = f"{notice.account}/{notice.campaign}" if notice.campaign else str(notice.account)
    return f"[bidctl {notice.mode.value}] {ALERT_WORDING[notice.alert].text(lang)} · {where} · {Wording.read(notice.detail).text(lang)}"


class Sender(Protocol):
    """One channel."""

    async def send(self, notice: Notice, text: str) -> None: ...


class Webhook:
    """POST of one JSON object per notice: mode, alert, account, campaign, at, text."""

    def __init__(self, url: str, post: Post) -> None:
        self._url, self._post = url, post

    async def send(self, notice: Notice, text: str) -> None:
        await self._post(
            self._url,
            {
                "mode": notice.mode.value,
                "alert": notice.alert.name,
                "account": notice.account,
                "campaign": notice.campaign,
                "at": notice.at.isoformat(),
                "text": text,
            },
        )


class Feishu:
    """A Feishu (Lark) group bot; signed when the bot has a secret."""

    def __init__(self, url: str, secret: str, post: Post) -> None:
        self._url, self._secret, self._post = url, secret, post

    async def send(self, notice: Notice, text: str) -> None:
        body: dict[str, object] = {"msg_type": "text", "content": {"text": text}}
        if self._secret:
            stamp = str(int(notice.at.timestamp()))
            body |= {"timestamp": stamp, "sign": feishu_sign(stamp, self._secret)}
        _demand_taken(await self._post(self._url, body))


def _demand_taken(answer: str) -> None:
    """A bot refuses within an answer of HTTP 200 (a wrong sign, too many, a word that it wants): then it has told nobody."""
    try:
        told = json.loads(answer)
    except ValueError:
        return
    if isinstance(told, dict) and (told.get("code") or told.get("StatusCode")):
        raise ValueError(answer[:200])


def feishu_sign(timestamp: str, secret: str) -> str:
    """Signature of a Feishu custom bot: base64 of HMAC-SHA256 with key `timestamp newline secret` over no text.

    >>> feishu_sign("1599360473", "demo")
    'l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8='
    """
    key = f"{timestamp}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


class Notify:
    """The notifier: logs every notice and sends the first of each key within an hour. What a channel did not take waits for the
    next call, in order; no channel's failure stops a tick, nor another channel."""

    def __init__(self, senders: Sequence[Sender], lang: str) -> None:
        self._waiting: dict[Sender, deque[Notice]] = {sender: deque(maxlen=KEPT) for sender in senders}
        self._lang = lang
        self._last: dict[str, datetime] = {}
        if not structlog.is_configured():  # standard output is for a command's answer
            structlog.configure(logger_factory=lambda *names: structlog.PrintLogger(sys.stderr))
        self._log = structlog.get_logger("bidctl.notice")

    async def notify(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            last = self._last.get(notice.key)
            if last is not None and notice.at - last < REPEAT_AFTER:
                continue
            self._last[notice.key] = notice.at
            text = wording(notice, self._lang)
            self._log.warning(text, alert=notice.alert.name, mode=notice.mode.value, campaign=notice.campaign)
            for waiting in self._waiting.values():
                waiting.append(notice)
        for sender, waiting in self._waiting.items():
            await self._send(sender, waiting)

    async def _send(self, sender: Sender, waiting: deque[Notice]) -> None:
        """All that waits, until one is not taken."""
        while waiting:
            try:
                await sender.send(waiting[0], wording(waiting[0], self._lang))
            except Exception as error:  # a chat that is down must never stop a tick
                self._log.error(Say.NOTICE_LOST().text(self._lang), channel=type(sender).__name__, error=str(error))
                return
            waiting.popleft()
