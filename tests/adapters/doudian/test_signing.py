"""Signing vectors, computed here by the recipe of the fact sheet and by nothing of the project."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidctl.adapters.doudian.requests import Signer
from bidctl.adapters.doudian.signing import param_json, sign
from sim.emulator.doudian.errors import ShopError
from sim.emulator.doudian.signature import check_sign, check_time
from tests.adapters.doudian.fakes import KEY, SECRET

METHOD = "order.getSettleBillDetailV3"
PARAMS = {"start_time": "2026-01-01 00:00:00", "end_time": "2026-01-02 00:00:00", "start_index": "", "size": 100}
AT = 1767225600
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=8)
    | st.sampled_from([1.0, -3.0, 0.5, 1e6]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def by_hand(secret: str, key: str, method: str, told: str, timestamp: str) -> tuple[str, str]:
    text = "".join(
        [secret, "app_key", key, "method", method, "param_json", told, "timestamp", timestamp, "v", "2", secret]
    )
    return hashlib.md5(text.encode()).hexdigest(), hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()


def test_the_vector_of_the_fact_sheet() -> None:
    told = '{"end_time":"2026-01-02 00:00:00","size":100,"start_index":"","start_time":"2026-01-01 00:00:00"}'
    md5, sha = by_hand(SECRET, KEY, METHOD, told, str(AT))
    assert md5 == "e806f90a73f7844d55b634581958d9d5"
    assert sha == "e302b1b5fe2d16a1b8bcab0c86c6dc56e00b96204c63193c4cedc4df83ee6b3d"
    assert param_json(PARAMS) == told and sign(SECRET, KEY, METHOD, told, str(AT)) == sha


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({}, "{}"),
        ({"b": 1, "a": {"d": None, "c": [{"y": 1.0, "x": 2.5}]}}, '{"a":{"c":[{"x":2.5,"y":1}],"d":null},"b":1}'),
        ({"name": "连衣裙 <a&b>", "on": True}, '{"name":"连衣裙 <a&b>","on":true}'),
        ({"Z": 1, "a": 2, "_": 3}, '{"Z":1,"_":3,"a":2}'),
    ],
)
def test_what_is_signed_of_the_parameters(params: dict[str, Any], told: str) -> None:
    assert param_json(params) == told
    assert sign(SECRET, KEY, METHOD, told, "1") == by_hand(SECRET, KEY, METHOD, told, "1")[1]


@given(st.dictionaries(st.text(max_size=6), VALUES, max_size=5), st.integers(10**9, 2 * 10**9))
def test_the_emulator_believes_what_the_client_signs_and_nothing_else(params: dict[str, Any], at: int) -> None:
    query, body = Signer(KEY, SECRET).sign(METHOD, params, datetime.fromtimestamp(at, UTC), "token")
    assert query["timestamp"] == str(at) and query["access_token"] == "token" and query["v"] == "2"
    check_sign(query, json.loads(body), SECRET)
    check_sign({k: v for k, v in query.items() if k != "access_token"}, json.loads(body), SECRET)
    unsorted = json.dumps(json.loads(body), ensure_ascii=False)  # as the Java SDK sends it
    check_sign(query, json.loads(unsorted), SECRET)
    md5 = by_hand(SECRET, KEY, METHOD, body.decode(), str(at))[0]
    check_sign({**query, "sign_method": "md5", "sign": md5}, json.loads(body), SECRET)
    check_sign({k: v for k, v in query.items() if k != "sign_method"} | {"sign": md5}, json.loads(body), SECRET)
    for wrong in ({"timestamp": str(at + 1)}, {"method": "order.searchList"}, {"sign": md5}, {"sign_method": "sha1"}):
        with pytest.raises(ShopError, match=r"sign"):
            check_sign({**query, **wrong}, json.loads(body), SECRET)
    with pytest.raises(ShopError):
        check_sign(query, {**json.loads(body), "more": 1}, SECRET)
    with pytest.raises(ShopError):
        check_sign(query, json.loads(body), "another secret")


@pytest.mark.parametrize("text", ["1767225600", "1767225600000", "2026-01-01 08:00:00"])
def test_three_forms_of_time(text: str) -> None:
    check_time(text, AT + 599)
    with pytest.raises(ShopError) as off:
        check_time(text, AT + 700)
    assert off.value.sub_code == "isv.timestamp-invalid"


@pytest.mark.parametrize("text", ["", "17672256", "2026/01/01", "yesterday", "176722560000000"])
def test_no_other_form_of_time(text: str) -> None:
    with pytest.raises(ShopError) as refused:
        check_time(text, AT)
    assert refused.value.sub_code == "isv.timestamp-format-error"


def test_a_signer_does_not_show_its_secret() -> None:
    assert SECRET not in repr(Signer(KEY, SECRET))
