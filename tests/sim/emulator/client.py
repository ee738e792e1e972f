"""A plain client of the wire for these tests: http.client, no code of the project."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

QC = "/open_api/v1.0/qianchuan/"
ACCOUNT, GOODS_ID = 1700000000000011, 1861000000000001


@dataclass
class Got:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def tree(self) -> dict[str, Any]:
        return json.loads(self.raw)

    @property
    def code(self) -> int:
        return self.tree["code"]

    @property
    def data(self) -> Any:
        assert self.status == 200 and self.code == 0, self.raw
        return self.tree["data"]


class Client:
    def __init__(self, port: int, token: str | None = "T", timeout: float = 10) -> None:
        self.port, self.token, self.timeout = port, token, timeout

    def send(self, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Got:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            token = {"Access-Token": self.token} if self.token else {}
            connection.request(method, target, body, {**token, **(headers or {})})
            answer = connection.getresponse()
            return Got(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def get(self, path: str, **params: object) -> Got:
        words = {k: v if isinstance(v, str) else json.dumps(v) for k, v in params.items()}
        path = path if path.startswith("/") else QC + path
        return self.send("GET", path + "?" + urlencode(words))

    def post(self, path: str, body: object, **headers: str) -> Got:
        path = path if path.startswith("/") else QC + path
        named = {k.replace("_", "-"): v for k, v in headers.items()}
        return self.send("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json", **named})

    # the calls that most tests need

    def list(self, goal: str = "VIDEO_PROM_GOODS", **more: object) -> Got:
        params: dict[str, object] = {
            "advertiser_id": ACCOUNT, "start_time": "2026-09-01 00:00:00", "end_time": "2026-09-01 23:59:59",
            "marketing_goal": goal, "fields": ["stat_cost"],
        }  # fmt: skip
        return self.get("uni_promotion/list/", **{**params, **more})

    def detail(self, ad: int = GOODS_ID) -> Got:
        return self.get("uni_promotion/ad/detail/", advertiser_id=ACCOUNT, ad_id=ad)

    def set_target(self, value: float, ad: int = GOODS_ID, decision: str = "d" * 32, **more: object) -> Got:
        row = {"ad_id": ad, "roi2_goal": value, **more}
        body = {"advertiser_id": ACCOUNT, "update_roi2_infos": [row]}
        return self.post("uni_promotion/ad/roi2_goal/update/", body, X_Request_Id=decision)

    def hours(self, **more: object) -> Got:
        params: dict[str, object] = {
            "advertiser_id": ACCOUNT, "data_topic": "SITE_PROMOTION_PRODUCT_AD", "dimensions": ["ad_id", "stat_time_hour"],
            "metrics": ["stat_cost", "total_pay_order_count_for_roi2"], "filters": [],
            "order_by": [{"field": "stat_time_hour", "type": 1}], "start_time": "2026-09-01 00:00:00",
            "end_time": "2026-09-01 23:59:59", "page": 1, "page_size": 200,
        }  # fmt: skip
        return self.get("report/uni_promotion/data/get/", **{**params, **more})
