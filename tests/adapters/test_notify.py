"""Notices: worded in the operator's language, repeated once an hour, signed, and never in the way of a tick."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bidctl.adapters.notify import Feishu, Notify, Webhook, wording
from bidctl.domain.reasons import Alert
from bidctl.domain.values import AccountId, CampaignId, Mode
from bidctl.engine.ports import Notice

AT = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)


def _notice(alert: Alert = Alert.STOPLOSS, minutes: float = 0, key: str = "k") -> Notice:
    at = AT + timedelta(minutes=minutes)
    return Notice(alert, AccountId("17"), CampaignId("186"), Mode.LIVE, at, "300 yuan", key)


class Box:
    """Keeps what was posted; `down`: refuses."""

    def __init__(self, down: bool = False) -> None:
        self.posts: list[tuple[str, dict[str, object]]] = []
        self.down = down

    async def post(self, url: str, body: dict[str, object]) -> str:
        if self.down:
            raise ConnectionError("down")
        self.posts.append((url, body))
        return "ok"


async def _tell(notify: Notify, notices: Sequence[Notice]) -> None:
    for notice in notices:
        await notify.notify([notice])


@pytest.mark.parametrize(("lang", "word"), [("zh", "止损"), ("en", "stop-loss")])
def test_a_notice_speaks_the_operators_language_and_names_mode_and_place(lang: str, word: str) -> None:
    text = wording(_notice(), lang)
    assert word in text and "live" in text and "17/186" in text and "300 yuan" in text


async def test_notices_are_logged_beside_the_answers_of_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    await Notify([], "en").notify([_notice()])
    out, err = capsys.readouterr()
    assert out == "" and "300 yuan" in err and "STOPLOSS" in err


async def test_a_repeat_within_the_hour_stays_silent() -> None:
    box = Box()
    notify = Notify([Webhook("https://a/hook", box.post)], "en")
    await _tell(notify, [_notice(), _notice(minutes=59), _notice(minutes=59, key="other"), _notice(minutes=60)])
    assert [body["at"] for _, body in box.posts] == [(AT + timedelta(minutes=m)).isoformat() for m in (0, 59, 60)]
    url, body = box.posts[0]
    assert (
        url == "https://a/hook" and body["alert"] == "STOPLOSS" and body["mode"] == "live" and body["campaign"] == "186"
    )


async def test_feishu_is_signed_by_its_secret() -> None:
    box = Box()
    await Notify([Feishu("https://f", "secret", box.post)], "zh").notify([_notice()])
    (_, body), stamp = box.posts[0], str(int(AT.timestamp()))
    want = hmac.new(f"{stamp}\nsecret".encode(), b"", hashlib.sha256).digest()
    assert body["timestamp"] == stamp and base64.b64decode(str(body["sign"])) == want
    await Notify([Feishu("https://f", "", box.post)], "zh").notify([_notice()])
    assert "sign" not in box.posts[1][1]


async def test_a_channel_that_is_down_stops_neither_the_tick_nor_the_other_channel() -> None:
    box = Box()
    notify = Notify([Webhook("https://down", Box(down=True).post), Webhook("https://up", box.post)], "en")
    await notify.notify([_notice()])
    assert [url for url, _ in box.posts] == ["https://up"]


class Moody(Box):
    """Answers as it is told to, one answer a post; then well."""

    def __init__(self, *answers: object) -> None:
        super().__init__()
        self._answers = list(answers)

    async def post(self, url: str, body: dict[str, object]) -> str:
        answer = self._answers.pop(0) if self._answers else {"code": 0, "msg": "success"}
        if isinstance(answer, Exception):
            raise answer
        await super().post(url, body)
        return json.dumps(answer)


async def test_what_a_channel_did_not_take_is_told_again_and_the_other_hears_it_once() -> None:
    moody, box = Moody(ConnectionError("down"), ConnectionError("down")), Box()
    notify = Notify([Webhook("https://moody", moody.post), Webhook("https://up", box.post)], "en")
    await notify.notify([_notice(), _notice(Alert.BREAKER, key="b")])
    assert moody.posts == [] and len(box.posts) == 2
    await notify.notify([])  # a tick without news: still down
    await notify.notify([_notice(minutes=20)])
    assert [body["alert"] for _, body in moody.posts] == ["STOPLOSS", "BREAKER"], "in their order, none of them lost"
    assert len(box.posts) == 2


async def test_a_channel_that_is_down_for_long_keeps_the_newest() -> None:
    moody = Moody(*[ConnectionError("down")] * 300)
    notify = Notify([Webhook("https://moody", moody.post)], "en")
    for n in range(300):
        await notify.notify([_notice(minutes=n, key=f"{n}")])
    await notify.notify([])
    kept = [str(body["at"]) for _, body in moody.posts]
    assert len(kept) == 100 and kept[-1] == (AT + timedelta(minutes=299)).isoformat()


@pytest.mark.parametrize(
    "answer", [{"code": 19021, "msg": "sign match fail"}, {"StatusCode": 9499, "StatusMessage": "Bad Request"}]
)
async def test_a_bot_that_refuses_within_an_answer_is_not_taken_for_told(
    answer: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    moody = Moody(answer)
    notify = Notify([Feishu("https://f", "secret", moody.post)], "en")
    await notify.notify([_notice()])
    err = capsys.readouterr().err
    assert any(str(value) in err for value in answer.values()) and "notice not delivered" in err
    await notify.notify([])
    assert len(moody.posts) == 2
    await notify.notify([])
    assert len(moody.posts) == 2, "taken at last"
