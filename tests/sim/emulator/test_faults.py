"""Each fault kind does at the socket, in the envelope or in the rows exactly what its name says."""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest

from sim.emulator import Running, running
from sim.emulator.faults import KINDS, SHOP
from tests.sim.emulator.client import ACCOUNT, GOODS_ID, Client
from tests.sim.emulator.fake_world import GOODS, START, FakeWorld


def arm(emulator: Running, kind: str, path: str = "", **more: object) -> None:
    match = {"path": path, **{k: more.pop(k) for k in ("method", "nth") if k in more}}
    emulator.control("POST", "faults", {"kind": kind, "match": match, **more})


def fired(emulator: Running) -> list[str]:
    report = emulator.control("GET", "faults")
    assert isinstance(report, dict)
    return [one["kind"] for one in report["fired"]]


def outcomes(emulator: Running) -> list[tuple[str, object]]:
    lines = emulator.control("GET", "journal")
    assert isinstance(lines, list)
    return [(n["outcome"], n["new"]) for n in lines]


def test_the_design_s_kinds_are_all_here() -> None:
    named = """lost_reply_applied lost_reply_not_applied reset_mid_body slow_drip http_500_applied http_500_not_applied
    code_50000_applied code_50000_not_applied code_40100 code_40110 token_expired refresh_token_reused partial_rows garbage_json
    rows_stale rows_missing rows_duplicated rows_late pages_shift read_after_write_delay suggestion_absent suggestion_null
    suggestion_zero human_edit_between clock_jump"""
    assert set(named.split()) == KINDS - SHOP and SHOP <= KINDS


@pytest.mark.parametrize(("kind", "applied"), [("lost_reply_applied", True), ("lost_reply_not_applied", False)])
def test_lost_reply_closes_without_a_byte(emulator: Running, client: Client, kind: str, applied: bool) -> None:
    arm(emulator, kind, "roi2_goal")
    with pytest.raises(http.client.RemoteDisconnected):
        client.set_target(2.2)
    assert client.detail().data["delivery_setting"]["roi2_goal"] == (2.2 if applied else 2.0)
    assert outcomes(emulator) == [("applied" if applied else "rejected", 2.2)]
    assert fired(emulator) == [kind]
    assert client.set_target(2.3).data["results"][0]["status"] == "SUCCESS"  # once only


def test_lost_reply_can_hold_the_line_first(emulator: Running) -> None:
    arm(emulator, "lost_reply_applied", "roi2_goal", delay_seconds=30)
    with pytest.raises(TimeoutError):
        Client(emulator.port, timeout=0.3).set_target(2.2)
    assert outcomes(emulator) == [("applied", 2.2)]


def test_reset_mid_body_sends_half_then_an_rst(emulator: Running) -> None:
    arm(emulator, "reset_mid_body", "roi2_goal")
    body = json.dumps({"advertiser_id": ACCOUNT, "update_roi2_infos": [{"ad_id": GOODS_ID, "roi2_goal": 2.2}]}).encode()
    got = b""
    with socket.create_connection(("127.0.0.1", emulator.port)) as sock:
        sock.sendall(
            b"POST /open_api/v1.0/qianchuan/uni_promotion/ad/roi2_goal/update/ HTTP/1.1\r\nHost: x\r\nAccess-Token: T\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        with pytest.raises(ConnectionResetError):
            while chunk := sock.recv(65536):
                got += chunk
    head, _, half = got.partition(b"\r\n\r\n")
    promised = int(
        next(v for k, v in (line.split(b": ") for line in head.split(b"\r\n")[1:]) if k.lower() == b"content-length")
    )
    assert 0 < len(half) < promised
    assert outcomes(emulator) == [("applied", 2.2)]


def test_slow_drip_arrives_whole_in_many_parts(emulator: Running) -> None:
    arm(emulator, "slow_drip", "detail", delay_seconds=0.4)
    parts = []
    with socket.create_connection(("127.0.0.1", emulator.port)) as sock:
        path = f"/open_api/v1.0/qianchuan/uni_promotion/ad/detail/?advertiser_id={ACCOUNT}&ad_id={GOODS_ID}"
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAccess-Token: T\r\nConnection: close\r\n\r\n".encode())
        while chunk := sock.recv(65536):
            parts.append(chunk)
    assert len(parts) >= 5
    assert json.loads(b"".join(parts).partition(b"\r\n\r\n")[2])["code"] == 0


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize(("family", "status", "code"), [("http_500", 500, 50000), ("code_50000", 200, 50000)])
def test_server_faults_on_writes(
    emulator: Running, client: Client, family: str, status: int, code: int, applied: bool
) -> None:
    arm(emulator, f"{family}_{'applied' if applied else 'not_applied'}", "roi2_goal")
    got = client.set_target(2.2)
    assert (got.status, got.code) == (status, code)
    assert client.detail().data["delivery_setting"]["roi2_goal"] == (2.2 if applied else 2.0)
    assert outcomes(emulator) == [("applied" if applied else "rejected", 2.2)]


def test_limits(emulator: Running, client: Client) -> None:
    arm(emulator, "code_40100", "list")
    arm(emulator, "code_40110", "detail", delay_seconds=7)
    assert client.list().code == 40100
    got = client.detail()
    assert (got.code, got.headers["X-RateLimit-RetryIn"], got.headers["X-RateLimit-Dimension"]) == (
        40110,
        "7",
        "developer_qpm",
    )
    assert (client.list().code, client.detail().code) == (0, 0)


def oauth(client: Client, name: str, **body: object) -> dict[str, object]:
    return client.post(f"/open_api/oauth2/{name}/", {"app_id": 1700000000000009, "secret": "s", **body}).tree


def test_token_expired_stays_so_until_refreshed(emulator: Running, client: Client) -> None:
    pair = oauth(client, "access_token", auth_code="auth-code-1")["data"]
    assert isinstance(pair, dict)
    mine = Client(emulator.port, str(pair["access_token"]))
    arm(emulator, "token_expired", "detail")
    assert (mine.detail().code, mine.detail().code) == (40102, 40102)
    new = oauth(client, "refresh_token", refresh_token=pair["refresh_token"])["data"]
    assert isinstance(new, dict)
    assert Client(emulator.port, str(new["access_token"])).detail().code == 0
    assert oauth(client, "refresh_token", refresh_token=pair["refresh_token"])["code"] == 40107  # single use


def test_refresh_token_reused_kills_it(emulator: Running, client: Client) -> None:
    pair = oauth(client, "access_token", auth_code="auth-code-1")["data"]
    assert isinstance(pair, dict)
    arm(emulator, "refresh_token_reused")
    client.list()  # not its kind of call: stays armed
    assert fired(emulator) == []
    for _ in range(2):
        assert oauth(client, "refresh_token", refresh_token=pair["refresh_token"])["code"] == 40107
    assert fired(emulator) == ["refresh_token_reused"]


def test_partial_rows_fail_inside_code_0(emulator: Running, client: Client) -> None:
    arm(emulator, "partial_rows", count=2)
    client.list()
    rows = [{"ad_id": GOODS_ID, "roi2_goal": 2.1}, {"ad_id": GOODS_ID + 1, "roi2_goal": 2.1}]
    results = client.post(
        "uni_promotion/ad/roi2_goal/update/", {"advertiser_id": ACCOUNT, "update_roi2_infos": rows}
    ).data["results"]
    assert [r["status"] for r in results] == ["SUCCESS", "FAILED"]
    got = client.post(
        "uni_promotion/ad/status/update/", {"advertiser_id": ACCOUNT, "ad_ids": [GOODS_ID], "opt_status": "DISABLE"}
    )
    assert got.data["results"][0]["flag"] is False
    assert client.detail().data["opt_status"] == "ENABLE"
    assert [o for o, _ in outcomes(emulator)] == ["applied", "rejected", "rejected"]


def test_garbage_json_after_the_work(emulator: Running, client: Client) -> None:
    arm(emulator, "garbage_json", "roi2_goal")
    got = client.set_target(2.2)
    assert got.status == 200
    with pytest.raises(ValueError):
        json.loads(got.raw)
    assert outcomes(emulator) == [("applied", 2.2)]


def plans(n: int) -> FakeWorld:
    return FakeWorld([replace(GOODS, name=f"g{k}") for k in range(n)])


def names(data: dict[str, object]) -> list[str]:
    rows = data["ad_list"]
    assert isinstance(rows, list)
    return [r["ad_info"]["name"] for r in rows]


def test_rows_missing_and_duplicated_keep_the_total() -> None:
    with running(plans(7)) as emulator:
        client = Client(emulator.port)
        arm(emulator, "rows_missing", "uni_promotion/list")
        got = client.list().data
        assert (names(got), got["page_info"]["total_num"]) == (["g1", "g2", "g4", "g5"], 7)
        arm(emulator, "rows_duplicated", "uni_promotion/list")
        got = client.list().data
        assert (names(got)[:3], len(got["ad_list"]), got["page_info"]["total_num"]) == (["g0", "g0", "g1"], 8, 7)
        assert names(client.list().data) == [f"g{k}" for k in range(7)]


def test_pages_shift_between_two_reads() -> None:
    with running(plans(25)) as emulator:
        client = Client(emulator.port)
        arm(emulator, "pages_shift", "uni_promotion/list", nth=2)
        pages = [names(client.list(page=p, page_size=10).data) for p in (1, 2, 3)]
    assert pages[1] == [f"g{k}" for k in range(9, 19)]  # g9 twice, g19 never
    assert pages[2] == [f"g{k}" for k in range(20, 25)]


def test_rows_stale_repeats_the_last_answer(emulator: Running, client: Client) -> None:
    arm(emulator, "rows_stale", "list")
    before = client.list().data  # nothing earlier to repeat: stays armed
    assert fired(emulator) == []
    emulator.control("POST", "advance", {"seconds": 3600})
    assert client.list().data == before
    assert fired(emulator) == ["rows_stale"]
    assert client.list().data["ad_list"][0]["stats_info"] == {"stat_cost": 11_000_000}


def test_rows_late_leave_out_the_newest_hours(emulator: Running, client: Client) -> None:
    arm(emulator, "rows_late", "data/get", delay_seconds=7200)
    late = client.hours().data
    whole = client.hours().data
    hours = {r["dimensions"]["stat_time_hour"]["ValueStr"] for r in late["rows"]}
    assert max(hours) == "2026-09-01 07:00:00"  # at 10:00, what began from 08:00 on is not there
    assert late["page_info"]["total_number"] == len(late["rows"]) < len(whole["rows"])
    arm(emulator, "rows_late", "uni_promotion/list")
    assert client.list().data["ad_list"][0]["stats_info"] == {}


def test_read_after_write_delay_on_the_write(emulator: Running, client: Client) -> None:
    arm(emulator, "read_after_write_delay", "roi2_goal", delay_seconds=40)
    assert client.set_target(2.2).data["results"][0]["status"] == "SUCCESS"
    for seconds, shown in ((0, 2.0), (39, 2.0), (2, 2.2)):
        emulator.control("POST", "advance", {"seconds": seconds})
        assert client.detail().data["delivery_setting"]["roi2_goal"] == shown
        assert client.list().data["ad_list"][0]["ad_info"]["roi2_goal"] == shown


def test_read_after_write_delay_on_the_read(emulator: Running, client: Client) -> None:
    client.set_target(2.2)
    arm(emulator, "read_after_write_delay", "detail", delay_seconds=40)
    assert client.detail().data["delivery_setting"]["roi2_goal"] == 2.0
    assert client.detail().data["delivery_setting"]["roi2_goal"] == 2.2


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("suggestion_absent", {}),
        ("suggestion_null", {"ecp_roi2_goal": None}),
        ("suggestion_zero", {"ecp_roi2_goal": 0}),
    ],
)
def test_no_suggestion_in_three_forms(emulator: Running, client: Client, kind: str, data: dict[str, object]) -> None:
    def ask() -> object:
        return client.get(
            "uni_aweme/suggest/roi/", advertiser_id=ACCOUNT, marketing_goal="VIDEO_PROM_GOODS", aweme_id=90000000001,
            deep_external_action="AD_CONVERT_TYPE_LIVE_PURE_PAY_ROI", ad_id=GOODS_ID,
        ).data  # fmt: skip

    arm(emulator, kind)
    client.list()
    assert ask() == data
    client.set_target(2.1)
    assert ask() == {"ecp_roi2_goal": 3.0}
    client.set_target(2.2)
    lines = emulator.control("GET", "journal")
    assert isinstance(lines, list)
    assert [n["suggestion"] for n in lines] == [None, 3.0]  # NONE is in force where the platform said so


def test_human_edit_between_read_and_write(emulator: Running, client: Client) -> None:
    arm(emulator, "human_edit_between", "roi2_goal")
    client.detail()
    client.set_target(2.2)
    human, ours = emulator.control("GET", "journal")  # type: ignore[misc]
    assert (human["actor"], human["old"], human["new"]) == ("human", 2.0, 2.06)
    assert (ours["actor"], ours["old"], ours["new"]) == ("api", 2.06, 2.2)
    assert ours["last_read_at"] < ours["received_at"] < human["at"] < ours["at"]


def test_clock_jump(emulator: Running, client: Client) -> None:
    arm(emulator, "clock_jump", "detail", delay_seconds=90)
    dates = [parsedate_to_datetime(client.detail().headers["Date"]).timestamp() - START for _ in range(2)]
    assert dates == [90, 90]
    arm(emulator, "clock_jump", "detail", delay_seconds=-45)
    dates = [parsedate_to_datetime(client.detail().headers["Date"]).timestamp() - START for _ in range(2)]
    assert dates == [45, 90]  # backward: that answer's Date only, the platform's time never goes back


def test_nth_count_method_and_path(emulator: Running, client: Client) -> None:
    arm(emulator, "code_40100", "detail", nth=2, count=2, method="GET")
    assert [client.list().code, *(client.detail().code for _ in range(5))] == [0, 0, 40100, 40100, 0, 0]
    assert fired(emulator) == ["code_40100"] * 2


def test_bad_rules_are_refused_on_one_line(emulator: Running) -> None:
    for body in (
        {"kind": "nonsense"},
        {"kind": "slow_drip", "count": 0},
        {"kind": "slow_drip", "match": {"paths": "x"}},
    ):
        with pytest.raises(ValueError, match="expected"):
            emulator.control("POST", "faults", body)
