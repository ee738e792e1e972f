"""Chance: the generator against its published vectors, its transforms against the standard library."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    many = one.block_words(Stream.ORDERS, np.arange(40), 3, 100)
    two.block_normals(Stream.LUCK, np.arange(9), 0, 7)
    some = two.block_words(Stream.ORDERS, np.array([31, 4]), 3, 100)
    assert some.tolist() == many[[31, 4]].tolist()
    for other in (
        one.block_words(Stream.ORDERS, np.array([31]), 4, 100),
        one.block_words(Stream.ORDERS, np.array([31]), 3, 100, page=1),
        one.block_words(Stream.EFFICIENCY, np.array([31]), 3, 100),
        Shocks(6).block_words(Stream.ORDERS, np.array([31]), 3, 100),
    ):
        assert not (other == some[:1]).any()
    normals = one.block_normals(Stream.LUCK, np.arange(400), 2, 500)
    assert abs(normals.mean()) < 0.01 and abs(normals.std() - 1) < 0.01
    assert np.abs(np.corrcoef(normals[:20]) - np.eye(20)).max() < 0.2


def test_words_are_even_bit_by_bit() -> None:
    words = Shocks(2).block_words(Stream.ORDERS, np.arange(200), 0, 1000)
    bits = np.array([((words >> np.uint64(k)) & np.uint64(1)).mean() for k in range(64)])
    assert np.abs(bits - 0.5).max() < 4 * 0.5 / words.size**0.5


def test_tables_are_shared_while_they_are_kept_and_the_newest_are() -> None:
    shocks, made = Shocks(1, most_bytes=2500), []

    def table(n: int) -> np.ndarray:
        made.append(n)
        return np.full(100, n, np.int64)

    first = shocks.shared(1, lambda: table(1))
    assert shocks.shared(1, lambda: table(1)) is first
    for n in (2, 3, 4):
        assert shocks.shared(n, lambda n=n: table(n))[0] == n
    assert shocks.shared(4, lambda: table(4))[0] == 4 and made == [1, 2, 3, 4]
    assert shocks.held_bytes <= 2500
    assert shocks.shared(1, lambda: table(1)) is not first
