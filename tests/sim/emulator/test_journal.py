"""The journal: one line per attempt by anyone, on disk before the answer, with what the audit needs."""

from __future__ import annotations

import json
import socket
from datetime import datetime
from pathlib import Path

import pytest

from sim.emulator import Running, running
from tests.sim.emulator.client import ACCOUNT, GOODS_ID, Client
from tests.sim.emulator.fake_world import GOODS, START, FakeWorld

KEYS = {
    "seq", "at", "platform", "account", "campaign", "goal", "field", "old", "new", "actor", "app_id", "decision", "last_read_at",
    "received_at", "outcome", "why", "suggestion", "created_at", "first_spend_at", "fed_at", "observing_until", "protection",
    "request_id",
}  # fmt: skip


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_an_edit_leaves_one_whole_line(client: Client, journal: Path, emulator: Running) -> None:
    client.detail()
    emulator.control("POST", "advance", {"seconds": 2})
    got = client.set_target(2.15, decision="ab" * 16)
    (line,) = lines(journal)
    assert set(line) == KEYS
    assert {k: line[k] for k in ("seq", "platform", "account", "campaign", "goal", "field", "old", "new", "actor")} == {
        "seq": 1, "platform": "qianchuan", "account": str(ACCOUNT), "campaign": str(GOODS_ID), "goal": "goods",
        "field": "roi_target", "old": 2.0, "new": 2.15, "actor": "api",
    }  # fmt: skip
    assert (line["app_id"], line["decision"], line["outcome"]) == ("1700000000000001", "ab" * 16, "applied")
    assert line["request_id"] == got.tree["request_id"] == got.headers["X-Tt-Logid"]
    assert line["suggestion"] == 3.0
    at, read, received = (datetime.fromisoformat(str(line[k])) for k in ("at", "last_read_at", "received_at"))
    assert read < received < at
    assert 1.9 < (at - read).total_seconds() < 2.1
    assert at.utcoffset() is not None and abs(at.timestamp() - START - 2) < 0.01
    # 10 yuan an hour never makes 200 yuan before the 20th hour of a day: created at 10:00, fed next day 19:00-20:00
    assert line["fed_at"] == "2026-08-23T19:00:00.000000+08:00"
    assert line["observing_until"] == "2026-08-26T20:00:00.000000+08:00"


def test_every_row_of_a_call_and_a_refusal_has_its_line(client: Client, journal: Path) -> None:
    rows = [{"ad_id": GOODS_ID + k, "roi2_goal": 2.1} for k in range(3)]
    body = {"advertiser_id": ACCOUNT, "update_roi2_infos": rows}
    results = client.post("uni_promotion/ad/roi2_goal/update/", body).data["results"]
    assert [r["status"] for r in results] == ["SUCCESS", "SUCCESS", "FAILED"]
    assert "(emulator)" in results[2]["error_message"]
    found = lines(journal)
    assert [(n["campaign"], n["outcome"]) for n in found] == [
        (str(GOODS_ID), "applied"), (str(GOODS_ID + 1), "applied"), (str(GOODS_ID + 2), "rejected"),
    ]  # fmt: skip
    assert [n["goal"] for n in found] == ["goods", "live", "goods"]
    assert found[2]["why"] == results[2]["error_message"]


def test_the_line_is_on_disk_when_the_first_byte_of_the_answer_comes(emulator: Running, journal: Path) -> None:
    """Read with a raw socket: as soon as anything can be read, the file has the line. Slow drip holds the body back."""
    emulator.control("POST", "faults", {"kind": "slow_drip", "match": {"method": "POST"}, "delay_seconds": 0.5})
    body = json.dumps({"advertiser_id": ACCOUNT, "update_roi2_infos": [{"ad_id": GOODS_ID, "roi2_goal": 2.1}]}).encode()
    with socket.create_connection(("127.0.0.1", emulator.port)) as sock:
        sock.sendall(
            b"POST /open_api/v1.0/qianchuan/uni_promotion/ad/roi2_goal/update/ HTTP/1.1\r\nHost: x\r\nAccess-Token: T\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        assert sock.recv(1)
        assert [n["new"] for n in lines(journal)] == [2.1]


def test_people_and_marks_are_in_the_journal(emulator: Running, journal: Path) -> None:
    emulator.control("POST", "mark", {"mark": "run", "data": {"app_id": "1700000000000001", "mode": "live"}})
    emulator.control(
        "POST", "human_edit", {"campaign": str(GOODS_ID), "field": "roi_target", "value": 1.9, "after_seconds": 30}
    )
    assert len(lines(journal)) == 1
    emulator.control("POST", "advance", {"seconds": 29})
    assert len(lines(journal)) == 1
    emulator.control("POST", "advance", {"seconds": 600})
    mark, edit = lines(journal)
    assert (mark["mark"], mark["data"]) == ("run", {"app_id": "1700000000000001", "mode": "live"})
    assert (edit["actor"], edit["app_id"], edit["decision"], edit["received_at"]) == ("human", None, None, None)
    assert edit["at"] == "2026-09-01T10:00:30.000000+08:00"
    assert emulator.control("GET", "journal") == [mark, edit]


def test_first_spend_is_null_until_reported(tmp_path: Path) -> None:
    fresh = FakeWorld([GOODS], [0])
    with running(fresh, journal_path=tmp_path / "j") as emulator:
        client = Client(emulator.port)
        client.set_target(2.1)
        fresh.rates[0] = 100
        client.set_target(2.2)
    first, second = lines(tmp_path / "j")
    assert (first["first_spend_at"], first["fed_at"], first["observing_until"]) == (None, None, None)
    assert second["first_spend_at"] is not None


def test_a_switch_of_objective_has_its_own_line(client: Client, journal: Path) -> None:
    client.set_target(2.0, deep_external_action="AD_CONVERT_TYPE_LIVE_PAY_ROI")
    client.set_target(2.1, deep_external_action="AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI")
    assert [(n["field"], n["old"], n["new"]) for n in lines(journal)] == [
        ("objective", "net_roi", "pay_roi"), ("objective", "pay_roi", "net_roi"), ("roi_target", 2.0, 2.1),
    ]  # fmt: skip


def test_order_of_lines_is_the_order_of_instants(emulator: Running, client: Client, journal: Path) -> None:
    for value in (2.1, 2.2, 2.3):
        client.set_target(value)
    at = [str(n["at"]) for n in lines(journal)]
    assert at == sorted(set(at))
