"""A natural day's trading: the tiles of the campaigns that are there, run over spans of steps, booked as they go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim import stock
from sim.books import Books
from sim.calendar import HOUR
from sim.delivery import Course, Day, Span, course_of, expected_orders, wished, within_budget
from sim.lives import Timetable
from sim.luck import Luck, luck_of
from sim.menus import Menu, menu_of
from sim.order_book import OrderBook
from sim.orders import Sales, Stretch, every_order, sales_of
from sim.population import Traits
from sim.protection import Cover
from sim.refunds import delays_of, refund_chance
from sim.scenario import Scenario
from sim.shocks import Shocks
from sim.state import State
from sim.tiles import Tile, tiles_of

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Half = NDArray[np.float32]


@dataclass(slots=True)
class Stall:
    """A tile on a day. `course`, `menu`: made when first needed."""

    tile: Tile
    luck: Luck
    course: Course | None = None
    menu: Menu | None = None


class Trading:
    """The trading of one day after another."""

    def __init__(
        self,
        scenario: Scenario,
        shocks: Shocks,
        times: Timetable,
        books: Books,
        width: int,
        order_book: OrderBook | None,
    ) -> None:
        self._width, self._order_book = width, order_book
        self._world, self._shocks, self._times, self._books = scenario, shocks, times, books
        self._delays = delays_of(scenario.refunds)
        self._day, self._today, self._refund = 0, Day(0.0, 0.0), 1.0
        self.stalls: list[Stall] = []

    def open(self, day: int, tiles: list[Tile]) -> None:
        """Begin a natural day with these tiles; what it brings follows by `begin`."""
        self._day = day
        self._shocks.reach(day)
        self.stalls = [Stall(t, self._luck(t)) for t in tiles]

    def tiled(self, rows: Int, traits: Traits, first: int) -> list[Tile]:
        """Tiles of these campaigns, with columns from `first` on."""
        return tiles_of(rows, traits, self._world, first, self._width)

    def begin(self, today: Day, refund: float) -> None:
        """`refund`: the day's factor on refund probabilities."""
        self._today, self._refund = today, refund

    def join(self, rows: Int, traits: Traits) -> None:
        """Campaigns born today."""
        tiles = self.tiled(rows, traits, sum(len(s.tile.rows) for s in self.stalls))
        self._books.add_columns(np.concatenate([t.rows for t in tiles]))
        self.stalls += [Stall(t, self._luck(t)) for t in tiles]

    def _luck(self, tile: Tile) -> Luck:
        return luck_of(
            self._shocks, tile.traits.key, tile.token, self._day, tile.live, self._world.noise.hour, self._world.profile
        )

    def changed(self, dirty: NDArray[np.bool_]) -> None:
        """Settings of these campaigns have come into force."""
        for stall in self.stalls:
            if dirty[stall.tile.rows].any():
                stall.course = None

    def run(self, span: Span, state: State, cover: Cover | None, quality: Float) -> None:
        """Deliver, sell and book a span."""
        wishes = [self._wish(stall, span, state, quality) for stall in self.stalls]
        if self._world.balance.day_yuan:
            share = self._share_of_balance(state, [fen.sum(axis=0) for fen, _ in wishes])
            if share.min(initial=1.0) < 1 and span.count > 1:  # an account runs dry on the way: one step at a time
                for k in range(span.count):
                    self.run(Span(span.begin + k * span.step, span.step, 1), state, cover, quality)
                return
            for stall, (fen, _) in zip(self.stalls, wishes, strict=True):
                fen[:] = np.floor(fen * share[stall.tile.traits.account])
        for stall, (fen, roi) in zip(self.stalls, wishes, strict=True):
            if fen.any():
                self._sell(stall, span, state, cover, fen, roi)
            if not span.hourly:
                self._end_hour(stall, span, state)

    def _wish(self, stall: Stall, span: Span, state: State, quality: Float) -> tuple[Int, Half]:
        tile, rows = stall.tile, stall.tile.rows
        if stall.course is None:
            stall.course = course_of(
                tile, state, quality[rows], stall.luck, self._day, self._today, self._world, self._times
            )
        fen, roi = wished(tile, stall.course, span, self._shocks, self._world, self._times)
        if self._world.stock.cover_days:
            fen[stock.noticed(span, state.sold_out_at[rows], self._world.stock.stop_hours * HOUR)] = 0
        return within_budget(fen, state.cap[rows] - state.spent[rows]), roi

    def _share_of_balance(self, state: State, wishes: list[Int]) -> Float:
        """By account: the part of what its campaigns wish (m,) that it has left today; all of them are cut alike."""
        account = np.concatenate([s.tile.traits.account for s in self.stalls])
        rows = np.concatenate([s.tile.rows for s in self.stalls])
        spent = np.bincount(account, weights=state.spent[rows])  # exact: whole numbers below 2**53
        left = np.maximum(round(self._world.balance.day_yuan * 100) - spent, 0.0)
        asked = np.bincount(account, weights=np.concatenate(wishes))
        return np.asarray(np.minimum(left / np.maximum(asked, 1.0), 1.0))

    def _sell(self, stall: Stall, span: Span, state: State, cover: Cover | None, fen: Int, roi: Half) -> None:
        rows, menu = stall.tile.rows, self._menu(stall)
        expected = expected_orders(stall.tile, fen, roi)
        sales, way = self._orders(stall, menu, span, state, expected)
        if self._world.stock.cover_days:
            sales, way = self._while_stocks_last(stall, menu, span, state, fen, expected, sales, way)
        state.spent[rows] += fen.sum(axis=0)
        if not span.hourly:
            state.run[rows], state.sold[rows] = way.until[-1], sales.sold
        if cover is not None:
            _protect(cover, state, rows, sales)
        self._books.book(stall.tile.first, rows, span, fen, sales)
        if self._order_book is not None:
            placed = every_order(self._shocks, stall.tile, menu, self._delays, span, way)
            self._order_book.take(rows, span.midnight, placed)

    def _orders(self, stall: Stall, menu: Menu, span: Span, state: State, expected: Int) -> tuple[Sales, Stretch]:
        rows = stall.tile.rows
        if span.hourly:
            way = Stretch(np.zeros_like(expected), expected, state.sold[rows])
        else:
            until = np.cumsum(expected, axis=0) + state.run[rows]
            way = Stretch(until - expected, until, state.sold[rows])
        return sales_of(self._shocks, stall.tile, menu, self._delays, span, way), way

    def _while_stocks_last(
        self, stall: Stall, menu: Menu, span: Span, state: State, fen: Int, expected: Int, sales: Sales, way: Stretch
    ) -> tuple[Sales, Stretch]:
        tile, rows = stall.tile, stall.tile.rows
        pieces = state.pieces[rows]
        cells, epoch = stock.last_piece(self._shocks, tile, menu, span, way, sales.orders, pieces)
        done = stock.gone(span, np.minimum(state.sold_out_at[rows], stock.out_at(sales.orders, pieces, span)))
        if len(cells) or done.any():
            expected = np.where(done, 0, expected)
            expected.ravel()[cells] = epoch - way.before.ravel()[cells]
            sales, way = self._orders(stall, menu, span, state, expected)
        state.sold_out_at[rows] = np.minimum(state.sold_out_at[rows], stock.out_at(sales.orders, pieces, span))
        fen[stock.noticed(span, state.sold_out_at[rows], self._world.stock.stop_hours * HOUR)] = 0
        state.pieces[rows] -= sales.orders.sum(axis=0)
        return sales, way

    def _menu(self, stall: Stall) -> Menu:
        if stall.menu is None:
            tile = stall.tile
            chance = refund_chance(tile.traits.refund, stall.luck.day, self._world.refunds, self._refund)
            key = ("menu", tile.token, self._day, chance.tobytes())
            stall.menu = self._shocks.shared(
                key, range(self._day, self._day + 1), lambda: menu_of(self._shocks, tile.buyers, self._day, chance)
            )
        return stall.menu

    def _end_hour(self, stall: Stall, span: Span, state: State) -> None:
        if span.end % HOUR == 0:
            state.run[stall.tile.rows] = 0
            state.sold[stall.tile.rows] = 0


def _protect(cover: Cover, state: State, rows: Int, sales: Sales) -> None:
    """What protection counts: orders and GMV of the day, for a net target without those refunded within the hour."""
    orders, gmv = sales.orders.sum(axis=0), sales.gmv.sum(axis=0)
    net = state.objective[rows] == 1
    if net.any():
        back, m = sales.returns, len(rows)
        quick = back.window == 0
        at = back.column[quick]
        orders -= net * np.bincount(at, minlength=m)
        gmv -= net * np.bincount(at, weights=back.value[quick], minlength=m).astype(np.int64)
    state.orders[rows] += orders
    cover.since[rows] += gmv
