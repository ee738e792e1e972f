"""Chance: the generator against its published vectors, its transforms against the standard library."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.luck import efficiency_of, luck_of
from sim.normal import inverse_normal
from sim.philox import philox
from sim.shocks import Shocks, Stream


@pytest.mark.parametrize(
    ("counter", "key", "words"),
    [  # known-answer vectors of the authors' library (Random123, philox4x32, 10 rounds)
        ((0,) * 4, (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
        ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
        (
            (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
            (0xA4093822, 0x299F31D0),
            (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
        ),
    ],
)
def test_generator_gives_the_published_words(
    counter: tuple[int, ...], key: tuple[int, int], words: tuple[int, ...]
) -> None:
    c = [np.array([w], np.uint64) for w in counter]
    assert tuple(int(w[0]) for w in philox((c[0], c[1], c[2], c[3]), key)) == words


@given(st.floats(1e-9, 1 - 1e-9))
def test_normal_quantile_agrees_with_the_standard_library(u: float) -> None:
    assert inverse_normal(np.array([u]))[0] == pytest.approx(NormalDist().inv_cdf(u), abs=2e-6)


def test_a_draw_depends_only_on_what_it_is_for() -> None:
    shocks = Shocks(5)
    many = shocks.uniforms(Stream.TRAITS, np.arange(50), 7)
    alone = shocks.uniforms(Stream.TRAITS, 31, 7)
    assert many[:, 31].tolist() == alone[:, 0].tolist()
    for other in (
        shocks.uniforms(Stream.TRAITS, 31, 8),
        shocks.uniforms(Stream.BIRTH, 31, 7),
        Shocks(6).uniforms(Stream.TRAITS, 31, 7),
    ):
        assert not np.isclose(other, alone).any()


def test_uniforms_are_even_and_unrelated() -> None:
    u = Shocks(1).uniforms(Stream.ROWS, np.arange(100_000) % 97, 3, np.arange(100_000))
    counts = np.histogram(u, bins=20, range=(0, 1))[0]
    expected = u.size / 20
    assert ((counts - expected) ** 2 / expected).sum() < 43.8  # chi-square, 19 degrees, 0.001
    assert np.abs(np.corrcoef(u) - np.eye(4)).max() < 0.015
    assert u.min() > 0 and u.max() < 1


def test_a_seed_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="seed -1"):
        Shocks(-1)


def test_a_block_is_the_campaigns_own_whoever_else_is_drawn_and_in_whatever_order() -> None:
    one, two = Shocks(5), Shocks(5)
    many = one.words(Stream.ORDERS, np.arange(40), 3, 100)
    two.words(Stream.LUCK, np.arange(9), 0, 7)
    some = two.words(Stream.ORDERS, np.array([31, 4]), 3, 100)
    assert some.tolist() == many[[31, 4]].tolist()
    for other in (
        one.words(Stream.ORDERS, np.array([31]), 4, 100),
        one.words(Stream.ORDERS, np.array([31]), 3, 100, page=1),
        one.words(Stream.EFFICIENCY, np.array([31]), 3, 100),
        Shocks(6).words(Stream.ORDERS, np.array([31]), 3, 100),
    ):
        assert not (other == some[:1]).any()


def test_normals_of_days_are_normal_and_unrelated() -> None:
    key = np.arange(300)
    days = [luck_of(Shocks(4), key, b"all", d, False, 0.0).day for d in (0, 31, 32)]
    eff = np.concatenate([efficiency_of(Shocks(4), key, b"all", d) for d in range(40)])
    assert abs(eff.mean()) < 0.01 and abs(eff.std() - 1) < 0.01
    assert abs((eff**4).mean() - 3) < 0.15
    assert np.abs(np.corrcoef(eff[:24]) - np.eye(24)).max() < 0.25
    assert np.abs(np.corrcoef(np.concatenate(days)) - np.eye(12)).max() < 0.25
    alone = luck_of(Shocks(4), key[7:8], b"seven", 31, False, 0.3)
    many = luck_of(Shocks(4), key, b"all", 31, False, 0.3)
    assert (
        alone.day[:, 0].tolist() == many.day[:, 7].tolist()
        and alone.traffic[:, 0].tolist() == many.traffic[:, 7].tolist()
    )


def test_words_are_even_bit_by_bit() -> None:
    words = Shocks(2).words(Stream.ORDERS, np.arange(200), 0, 1000)
    bits = np.array([((words >> np.uint64(k)) & np.uint64(1)).mean() for k in range(64)])
    assert np.abs(bits - 0.5).max() < 4 * 0.5 / words.size**0.5


def test_tables_are_shared_while_they_serve_and_drawn_again_with_the_same_bits() -> None:
    shocks, made = Shocks(1), []

    def table(n: int) -> int:
        made.append(n)
        return n

    for day in (10, 11, 12):
        shocks.reach(day)
        for _ in range(2):
            assert shocks.shared(day, range(day, day + 1), lambda day=day: table(day)) == day
    assert made == [10, 11, 12]
    assert shocks.shared(11, range(11, 12), lambda: table(11)) == 11 and made == [10, 11, 12]
    assert shocks.shared(10, range(10, 11), lambda: table(10)) == 10 and made[-1] == 10
    many = np.arange(5)
    first = shocks.kept_words(b"five", range(8, 16), Stream.ORDERS, many, 2, 8).copy()
    assert shocks.kept_words(b"five", range(8, 16), Stream.ORDERS, many, 2, 8).tolist() == first.tolist()
    shocks.reach(20)
    later = shocks.kept_words(b"five", range(20, 26), Stream.ORDERS, many, 3, 8).copy()
    assert (
        shocks.kept_words(b"five", range(8, 16), Stream.ORDERS, many, 2, 8).tolist() == first.tolist() != later.tolist()
    )
