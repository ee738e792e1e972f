"""uni_promotion/ad/detail: one plan, flat; scene and anchor are integers here (qianchuan.md 5.2)."""

from __future__ import annotations

from sim.emulator import accounts, times
from sim.emulator.call import Call, Data
from sim.emulator.campaign import ACTIONS, BIDDINGS, GOALS, Campaign, Settings
from sim.emulator.listing import read_as_of
from sim.emulator.service import Service


def plan(service: Service, call: Call) -> Data:
    """GET uni_promotion/ad/detail/. The journal's `last_read_at` is the app's last call of this."""
    c = service.campaign(call.number("ad_id"), service.account(call.number("advertiser_id")))
    s = c.seen(read_as_of(service, call))
    spent = service.today([c.index])[0].spend if s.enabled and not s.deleted else 0
    service.last_read[call.app_id, c.index] = service.stamp()
    aweme = c.aweme
    rooms = [{"anchor_id": aweme, "anchor_name": accounts.name(aweme), "anchor_avatar": ""}] if c.live and aweme else []
    awemes = (
        [{"aweme_uid": aweme, "aweme_name": accounts.name(aweme), "unique_id": accounts.show_id(aweme)}]
        if aweme
        else []
    )
    return {
        "ad_id": c.id,
        "name": c.spec.name,
        "adlab_scene": int(c.spec.overall),
        "aweme_id": aweme or 0,
        "aweme_infos": awemes,
        "marketing_goal": GOALS[c.spec.kind],
        "status": service.status(c, s, spent),
        "opt_status": "DELETE" if s.deleted else "ENABLE" if s.enabled else "DISABLE",
        "create_time": times.stamp(c.spec.created_at),
        "modify_time": times.stamp(s.modified_at),
        "room_info": rooms,
        "product_infos": [{"product_id": p, "channel_id": 0, "channel_type": "SHOP_SELL"} for p in c.products],
        "creative_setting": {"smart_select_material": True, "hide_in_aweme": False},
        "delivery_setting": _delivery(c, s),
    }


def _delivery(c: Campaign, s: Settings) -> Data:
    schedule = "live_schedule_type" if c.live else "video_schedule_type"
    setting: Data = {
        "budget": s.budget / 100,
        "budget_mode": "BUDGET_MODE_DAY" if s.budget else "BUDGET_MODE_INFINITE",
        "smart_bid_type": BIDDINGS[c.spec.cost_controlled],
        "deep_external_action": ACTIONS[s.objective],
        "external_action": "AD_CONVERT_TYPE_LIVE_SUCCESSORDER_PAY",
        "deep_bid_type": "MIN",
        "pricing_type": "OCPM",
        "qcpx_mode": "QCPX_MODE_DEFAULT",
        "start_time": times.stamp(c.spec.starts_at),
        "end_time": "",
        schedule: "SCHEDULE_FROM_NOW",
        "overall_roi_cost_items": [],
        "no_aweme_id": c.aweme is None,
    }
    if c.spec.cost_controlled:
        setting["roi2_goal"] = s.target / 100
    return setting
