"""The emulated Qianchuan without HTTP: the engine's ports over the same service state, with the same rounded wire facts.

What a read answers here equals what the platform's client makes of the wire's answer: times cut to the second, money in whole fen,
no plan that was deleted, no hourly facts of live or 乘方 plans, materials of the last seven days.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from bidctl.domain.campaign import (
    CampaignInfo,
    Creative,
    CreativeDay,
    CreativeSettled,
    Listing,
    LoggedEdit,
    Reading,
    Session,
    Totals,
)
from bidctl.domain.panel import METRICS, Grain, Panel
from bidctl.domain.values import (
    AccountId,
    CampaignId,
    Capabilities,
    Field,
    Kind,
    Objective,
    Protection,
    Suggestion,
    SuggestionState,
)
from bidctl.domain.writes import Answer, AnswerKind, WriteRequest
from bidctl.engine.ports import ReadFailed
from sim.emulator import ids, materials, metrics, suggest, times
from sim.emulator.call import Call
from sim.emulator.campaign import ACTIONS, OBJECTIVES, Campaign, Settings
from sim.emulator.creatives import Material
from sim.emulator.errors import ApiError
from sim.emulator.metrics import ZERO, Sums
from sim.emulator.routes import WRITES, Router
from sim.emulator.service import Service
from sim.platform import CAPABILITIES
from sim.seam import LiveSession

HOURLY = METRICS[:5]
_PROTECTION = {
    "IN_EFFECT": Protection.IN_EFFECT, "INVALID": Protection.INVALID, "CONFIRMING": Protection.CONFIRMING,
    "PAID": Protection.PAID, "ENDED": Protection.ENDED, "DEFAULT": Protection.NONE,
}  # fmt: skip
_ENDED = frozenset({"DELETE", "TIME_DONE"})
_CREATIVE_WINDOW_S, _CREATIVE_OLD_S, _CREATIVE_OLD_WINDOW_S = 6 * times.DAY, 3 * times.DAY, 30 * times.DAY
_SPENT, _SETTLED = "stat_cost_for_roi2", "total_order_settle_amount_for_roi2_7d"
_QC = "/open_api/v1.0/qianchuan/uni_promotion/ad/"


def _utc(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _second(at: float) -> datetime:
    """An instant as a time text of the wire tells it."""
    return _utc(int(at))


class ServiceClock:
    """The emulator's virtual time as the engine's clock; sleeping lets others run, time moves elsewhere."""

    def __init__(self, service: Service) -> None:
        self._clock = service.clock

    def now(self) -> datetime:
        return _utc(self._clock.now())

    def monotonic(self) -> float:
        return self._clock.now()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._clock.speed if self._clock.speed else 0)


class InProcessReads:
    """`PlatformReads` for one app over a router's service."""

    def __init__(self, router: Router, app_id: str = "1700000000000001") -> None:
        self._router, self._service, self._app = router, router.service, app_id

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def clock_offset_s(self) -> float:
        return 0.0

    async def campaigns(self, account: AccountId, day: datetime) -> Listing:
        s = self._settled()
        index, begin = self._account(account), times.day_start(day.timestamp())
        chosen = [
            i
            for kind in (0, 1)
            for overall in (0, 1)
            for controlled in (1, 0)
            for i in s.groups.get((index, kind, overall, controlled), [])
            if not s.campaigns[i].now.deleted
        ]
        today, window = s.today(chosen), s.window(chosen, begin, begin + times.DAY - 1)
        infos = [
            self._listed(s.campaigns[i], now.spend, sums) for i, now, sums in zip(chosen, today, window, strict=True)
        ]
        return Listing(account, _utc(s.now), tuple(infos), complete=True)

    async def campaign(self, account: AccountId, campaign: CampaignId) -> Reading:
        s, c = self._settled(), self._campaign(account, campaign)
        s.last_read[self._app, c.index] = s.stamp()
        spent = s.today([c.index])[0].spend
        live_account = None if c.aweme is None else str(c.aweme)
        return Reading(self._info(c, spent, Totals(), Protection.UNKNOWN, live_account), _utc(s.now))

    async def facts(
        self, account: AccountId, campaigns: Sequence[CampaignInfo], grain: Grain, since: datetime, until: datetime
    ) -> Panel:
        s = self._settled()
        begin, end = since.timestamp(), until.timestamp()
        chosen = [self._campaign(account, info.campaign) for info in campaigns]
        topic = [c.index for c in chosen if not c.live and not c.spec.overall]
        rest = [c.index for c in chosen if (c.live or c.spec.overall) and not c.now.deleted]
        if grain is Grain.CUMULATIVE or begin >= end:
            return Panel.empty()
        rows = s.rows(topic, begin, end, "hour" if grain is Grain.HOUR else "day")
        if grain is Grain.DAY:
            rows += s.rows(rest, begin, end, "day")
        settled = frozenset(topic) if grain is Grain.DAY else frozenset()
        return _panel(sorted(rows, key=lambda row: (row[1], row[0])), settled, grain, s)

    async def suggestion(self, account: AccountId, campaign: CampaignInfo) -> Suggestion:
        s, objective = self._settled(), campaign.objective
        c = s.find(int(campaign.campaign), self._account(account))
        if c is None or objective is None or (c.spec.overall and objective is not Objective.NET_ROI):
            return Suggestion(SuggestionState.UNKNOWN)
        if c.aweme is None and not c.spec.overall:
            return Suggestion(SuggestionState.UNKNOWN)
        s.answered_none.discard(c.index)
        value = suggest.suggested(s, c, OBJECTIVES.index(objective.value))
        return Suggestion(SuggestionState.NONE) if not value else Suggestion(SuggestionState.NUMBER, value)

    async def edit_log(
        self, account: AccountId, since: datetime, campaign: CampaignId | None = None
    ) -> tuple[LoggedEdit, ...]:
        s, index = self._settled(), self._account(account)
        wanted = None if campaign is None else self._campaign(account, campaign).index
        found = [
            LoggedEdit(
                f"{e.id:012d}", CampaignId(str(s.campaigns[e.campaign].id)), Field(e.field), _second(e.at), e.operator, e.old, e.new
            )
            for e in s.log_since(index, int(since.timestamp()))
            if e.field != Field.CREATIVE and _second(e.at) >= since and wanted in (None, e.campaign)
        ]  # fmt: skip
        return tuple(sorted(found, key=lambda edit: (edit.at, edit.log_id)))

    async def sessions(self, account: AccountId, live_account: str, since: datetime) -> tuple[Session, ...]:
        s = self._settled()
        index = int(live_account) - ids.AWEME
        if index not in s.awemes(self._account(account)):
            return ()
        found = [_session(live_account, one) for one in s.sessions(index, times.day_start(since.timestamp()))]
        return tuple(sorted((one for one in found if one.started_at >= since), key=lambda one: one.started_at))

    async def boosts(self, account: AccountId, campaigns: Sequence[CampaignId]) -> frozenset[CampaignId]:
        s = self._settled()
        running = {b.campaign for b in s.boosts if b.begins <= s.now < b.begins + b.hours * times.HOUR}
        return frozenset(one for one in campaigns if self._campaign(account, one).index in running)

    async def creatives(self, account: AccountId, campaign: CampaignId) -> tuple[Creative, ...]:
        s, c = self._settled(), self._campaign(account, campaign)
        span = {"start_date": _date(s.now - _CREATIVE_WINDOW_S), "end_date": _date(s.now)}
        totals = materials.totals_of(s, c, span)
        until = times.day_start(s.now) - _CREATIVE_OLD_S
        before = {"start_date": _date(until - _CREATIVE_OLD_WINDOW_S), "end_date": _date(until - times.DAY)}
        spent = materials.totals_of(s, c, before)
        old = {m for m, sums in spent.items() if materials.stats_of([_SPENT], sums)[_SPENT]}
        return tuple(_creative(c, m, totals, _utc(until) if m.id in old else None) for m in _videos(c, s.latest))

    async def creative_day(self, account: AccountId, campaign: CampaignId, day: datetime) -> CreativeDay:
        s, c = self._settled(), self._campaign(account, campaign)
        on = _date(day.timestamp())
        totals = materials.totals_of(s, c, {"start_date": on, "end_date": on})
        told = {str(m.id): _totals(totals.get(m.id, ZERO), none=0) for m in _videos(c, s.latest)}
        others = _totals(totals.get(materials.PSEUDO, ZERO), none=0)
        return CreativeDay(
            _utc(times.day_start(day.timestamp())), {name: t for name, t in told.items() if t.anything}, others
        )

    async def creatives_settled(
        self, account: AccountId, since: datetime, until: datetime
    ) -> Mapping[str, CreativeSettled]:
        s, days = self._settled(), {"start_date": _date(since.timestamp()), "end_date": _date(until.timestamp() - 1)}
        found: dict[str, CreativeSettled] = {}
        for c in (s.campaigns[i] for i in s.of_account[self._account(account)] if not s.campaigns[i].live):
            did, here = materials.totals_of(s, c, days), {m.id for m in _videos(c, s.latest)}
            for name in did.keys() & here:
                spend, settled = (metrics.in_yuan([metric], did[name]).get(metric) for metric in (_SPENT, _SETTLED))
                if spend is not None and settled is not None:
                    found[str(name)] = CreativeSettled(float(spend), float(settled))
        return found

    def _settled(self) -> Service:
        self._router.editor.settle()
        return self._service

    def _account(self, account: AccountId) -> int:
        try:
            return self._service.account(int(account))
        except (ApiError, ValueError) as error:
            raise ReadFailed(f"千川: {error}") from error

    def _campaign(self, account: AccountId, campaign: CampaignId) -> Campaign:
        try:
            return self._service.campaign(int(campaign), self._account(account))
        except (ApiError, ValueError) as error:
            raise ReadFailed(f"千川: {error}") from error

    def _listed(self, c: Campaign, spent_today: int, sums: Sums) -> CampaignInfo:
        protection = _PROTECTION[self._service.compensation(c, spent_today)[0]]
        live_account = str(c.aweme) if c.live and c.aweme is not None else None
        return self._info(c, spent_today, _totals(sums, none=None), protection, live_account)

    def _info(
        self, c: Campaign, spent: int, today: Totals, protection: Protection, live_account: str | None
    ) -> CampaignInfo:
        seen = c.seen(self._service.latest)
        status = self._service.status(c, seen, spent)
        return CampaignInfo(
            account=AccountId(str(c.account)),
            campaign=CampaignId(str(c.id)),
            name=c.spec.name,
            kind=Kind(c.spec.kind),
            cost_controlled=c.spec.cost_controlled,
            target_units=seen.target if c.spec.cost_controlled else None,
            objective=Objective(OBJECTIVES[seen.objective]),
            status=status,
            delivering=status == "DELIVERY_OK",
            enabled=seen.enabled and not seen.deleted,
            off_air=status == "LIVE_ROOM_OFF",
            ended=status in _ENDED,
            budget=_budget(seen),
            created_at=_second(c.spec.created_at),
            modified_at=_second(seen.modified_at),
            protection=protection,
            live_account=live_account,
            products=tuple(str(p) for p in c.products),
            hosted=c.spec.overall,
            today=today,
        )


class InProcessWriter:
    """`PlatformWriter` for one app: the same write endpoints, called without a socket."""

    def __init__(self, router: Router, app_id: str = "1700000000000001") -> None:
        self._router, self._app = router, app_id

    @property
    def app_id(self) -> str:
        return self._app

    async def write(self, request: WriteRequest) -> Answer:
        self._router.editor.settle()
        s = self._router.service
        path, body = _body(request, s)
        number = f"inprocess{s.next_number():018d}"
        call = Call("POST", path, {}, body, s.stamp(), number, app_id=self._app, decision=request.decision)
        try:
            done = self._router.writer.carry_out(call, WRITES[path].rows(s, call))
        except ApiError as error:
            return Answer(AnswerKind.REFUSED, f"{error.code} {error.message}", number, _utc(s.now))
        told = WRITES[path] not in (WRITES[_QC + "material/delete/"], WRITES[_QC + "material/add/"])
        why = next((one.why for one in done if one.why), "") if told else ""
        return Answer(AnswerKind.REFUSED if why else AnswerKind.ACCEPTED, why, number, _utc(s.now))


def _body(request: WriteRequest, service: Service) -> tuple[str, dict[str, object]]:
    """Path and body of a write, as a client sends them."""
    ad, base = int(request.campaign), {"advertiser_id": int(request.account)}
    if request.field is Field.ROI_TARGET:
        row: dict[str, object] = {"ad_id": ad, "roi2_goal": float(request.value)}
        if request.objective is not None:
            row["deep_external_action"] = ACTIONS[OBJECTIVES.index(request.objective.value)]
        return _QC + "roi2_goal/update/", {**base, "update_roi2_infos": [row]}
    if request.field is Field.BUDGET:
        return _QC + "budget/update/", {**base, "update_budget_infos": [{"ad_id": ad, "budget": float(request.value)}]}
    if request.field is Field.STATUS:
        return _QC + "status/update/", {**base, "ad_ids": [ad], "opt_status": request.value}
    verb, _, name = request.value.partition(":")
    if request.field is Field.CREATIVE and verb == "delete":
        return _QC + "material/delete/", {**base, "ad_id": ad, "material_ids": [int(name)]}
    if request.field is Field.CREATIVE and verb == "add":
        media = {"video_material": [{"video_id": _video(service, ad, name)}]}
        return _QC + "material/add/", {**base, "ad_id": ad, "programmatic_creative_media_list": media}
    raise ValueError(f"{request.field.value} {request.value!r}: no such write on this platform")


def _video(service: Service, ad: int, name: str) -> str:
    c = service.find(ad)
    return next((m.video_id for m in c.materials if str(m.id) == name), name) if c else name


def _session(live_account: str, one: LiveSession) -> Session:
    ended = None if math.isnan(one.ended_at) else _second(one.ended_at)
    return Session(live_account, str(ids.ROOM + one.room), _second(one.started_at), ended)


def _videos(c: Campaign, now: float) -> list[Material]:
    return [m for m in c.materials if m.kind == "VIDEO" and m.created_at <= now]


def _creative(c: Campaign, m: Material, totals: Mapping[int, Sums], known_since: datetime | None) -> Creative:
    return Creative(
        campaign=CampaignId(str(c.id)),
        creative=str(m.id),
        title=m.title,
        picked_by_system=m.auto,
        delivering=m.deleted_at is None,
        deleted=m.deleted_at is not None,
        shared=len(c.products) > 1,
        created_at=None,
        totals=_totals(totals.get(m.id, ZERO), none=0),
        known_since=known_since,
        known_as=(str(m.item), m.video_id),
        products=tuple(map(str, c.products)),
    )


def _date(at: float) -> str:
    return times.stamp(at)[:10]


def _budget(seen: Settings) -> Decimal | None:
    return (Decimal(seen.budget) / 100).quantize(Decimal("0.01")) if seen.budget else None


def _yuan(fen: int | None) -> float | None:
    return None if fen is None else fen / 100


def _totals(sums: Sums, *, none: int | None) -> Totals:
    """`none`: what stands for a count that is not reported."""
    gmv_1h = none if sums.gmv_1h is None else sums.gmv_1h
    orders_1h = none if sums.orders_1h is None else sums.orders_1h
    return Totals(
        sums.spend / 100,
        sums.gmv / 100,
        float(sums.orders),
        _yuan(gmv_1h),
        None if orders_1h is None else float(orders_1h),
    )


def _panel(rows: Sequence[tuple[int, float, Sums]], settled: frozenset[int], grain: Grain, s: Service) -> Panel:
    """`settled`: campaigns whose rows carry the N-day settlement."""
    n = len(rows)
    columns = {name: np.array([_fact(row, name, row[0] in settled) for row in rows], np.float64) for name in METRICS}
    return Panel(
        campaign=np.array([str(s.campaigns[i].id) for i, _, _ in rows], np.str_) if n else np.zeros(0, "U1"),
        grain=np.full(n, int(grain), np.int8),
        happened_at=np.array([at for _, at, _ in rows], np.float64),
        known_at=np.full(n, s.now),
        assumed=np.zeros(n, np.bool_),
        **columns,
    )


def _fact(row: tuple[int, float, Sums], name: str, settled: bool) -> float:
    value = getattr(row[2], name)
    if value is None or (name not in HOURLY and not settled):
        return math.nan
    return float(value) if name.startswith("orders") else value / 100
