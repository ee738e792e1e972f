"""What creatives did by day, with two times, and the reserve of new ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from bidctl.adapters.store.instants import instant, micros
from bidctl.adapters.store.schema import CREATIVE_FACTS, RESERVE
from bidctl.adapters.store.work import AnyRow, Work
from bidctl.domain.campaign import CreativeDay, Totals
from bidctl.domain.creatives import Spare
from bidctl.domain.values import AccountId, CampaignId

FEN = 100
OTHERS = ""
MONEY, COUNTS = ("spend", "gmv", "gmv_1h"), ("orders", "orders_1h")
_DAYS = (
    select(CREATIVE_FACTS)
    .where(
        CREATIVE_FACTS.c.account == bindparam("account"),
        CREATIVE_FACTS.c.campaign == bindparam("campaign"),
        CREATIVE_FACTS.c.day >= bindparam("since"),
    )
    .order_by(CREATIVE_FACTS.c.known_at)
)
_RESERVE = select(RESERVE).where(RESERVE.c.account == bindparam("account")).order_by(RESERVE.c.added_at, RESERVE.c.name)


class CreativeRows(Work):
    """The creatives' part of a transaction; see `engine.ports.Transaction`."""

    def add_creative_days(
        self, account: AccountId, campaign: CampaignId, days: Sequence[CreativeDay], known_at: datetime
    ) -> None:
        key = {"account": account, "campaign": campaign}
        for day in days:
            known = {r.creative: r for r in self._known_of(account, campaign, day.start)}
            told = {name: t for name, t in day.totals.items() if name in known or t.anything}
            told |= {name: Totals(0.0, 0.0, 0.0, 0.0, 0.0) for name in known if name not in told and name != OTHERS}
            rows = {name: _columns(t) for name, t in told.items()}
            changed = {name: row for name, row in rows.items() if name not in known or row != _values(known[name])}
            changed[OTHERS] = _columns(day.others)  # with every reading: the day was read then
            at = {"day": micros(day.start), "known_at": micros(known_at)}
            self.upsert(CREATIVE_FACTS, [key | at | {"creative": name} | row for name, row in changed.items()])

    def creative_days(
        self, account: AccountId, campaign: CampaignId, since: datetime
    ) -> Mapping[datetime, tuple[datetime, CreativeDay]]:
        newest: dict[datetime, dict[str, AnyRow]] = {}
        for row in self.rows(_DAYS, account=account, campaign=campaign, since=micros(since)):
            newest.setdefault(instant(row.day), {})[row.creative] = row
        return {start: (instant(rows[OTHERS].known_at), _told(start, rows)) for start, rows in newest.items()}

    def add_spares(self, spares: Sequence[Spare]) -> None:
        self.upsert(RESERVE, [
            {"account": s.account, "campaign": s.campaign, "name": s.name, "added_by": s.added_by, "added_at": micros(s.added_at)}
            for s in spares
        ])  # fmt: skip

    def drop_spare(self, account: AccountId, campaign: CampaignId, name: str) -> bool:
        here = (RESERVE.c.account == account) & (RESERVE.c.campaign == campaign) & (RESERVE.c.name == name)
        return self.change(delete(RESERVE).where(here)) == 1

    def spares(self, account: AccountId) -> tuple[Spare, ...]:
        return tuple(
            Spare(AccountId(r.account), CampaignId(r.campaign), r.name, r.added_by, instant(r.added_at))
            for r in self.rows(_RESERVE, account=account)
        )

    def _known_of(self, account: AccountId, campaign: CampaignId, start: datetime) -> list[AnyRow]:
        """The newest of each creative on one day."""
        rows = self.rows(_DAYS, account=account, campaign=campaign, since=micros(start))
        return [*{r.creative: r for r in rows if r.day == micros(start)}.values()]


def _columns(t: Totals) -> dict[str, float | None]:
    money = {name: None if (x := getattr(t, name)) is None else round(x * FEN) for name in MONEY}
    return money | {name: getattr(t, name) for name in COUNTS}


def _values(row: AnyRow) -> dict[str, float | None]:
    return {name: getattr(row, name) for name in (*MONEY, *COUNTS)}


def _told(start: datetime, rows: Mapping[str, AnyRow]) -> CreativeDay:
    totals = {name: _totals(row) for name, row in rows.items() if name != OTHERS}
    return CreativeDay(start, totals, _totals(rows[OTHERS]))


def _totals(row: AnyRow) -> Totals:
    spend, gmv, gmv_1h = (None if (x := getattr(row, name)) is None else x / FEN for name in MONEY)
    return Totals(spend, gmv, row.orders, gmv_1h, row.orders_1h)
