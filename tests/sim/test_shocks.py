"""Chance: the generator against its published vectors, its transforms against the standard library."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.shocks import Shocks, Stream, inverse_normal, philox, poisson_quantile


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


@given(st.floats(1e-6, 1 - 1e-6), st.floats(0.01, 29.9))
def test_poisson_quantile_inverts_the_distribution(u: float, mean: float) -> None:
    k = int(poisson_quantile(np.array([u]), np.array([mean]))[0])

    def below(n: int) -> float:
        return math.fsum(math.exp(-mean + j * math.log(mean) - math.lgamma(j + 1)) for j in range(n + 1))

    assert below(k) >= u - 1e-9
    assert k == 0 or below(k - 1) < u + 1e-9


@given(st.floats(1e-6, 1 - 1e-6), st.floats(30, 5000))
def test_large_poisson_quantile_is_within_one_order(u: float, mean: float) -> None:
    k = int(poisson_quantile(np.array([u]), np.array([mean]))[0])

    def below(n: int) -> float:
        return math.fsum(math.exp(-mean + j * math.log(mean) - math.lgamma(j + 1)) for j in range(n + 1))

    assert below(k + 1) >= u - 1e-9
    assert k <= 1 or below(k - 2) < u + 1e-9


@given(st.floats(0.001, 0.999), st.floats(0.1, 200), st.floats(1.0, 1.5))
def test_more_expected_never_means_fewer_orders(u: float, mean: float, factor: float) -> None:
    few, many = poisson_quantile(np.array([u, u]), np.array([mean, mean * factor]))
    assert few <= many + (1 if mean < 30 <= mean * factor else 0)


def test_poisson_of_nothing_is_nothing() -> None:
    assert poisson_quantile(np.array([0.999]), np.array([0.0])).tolist() == [0]


def test_a_draw_depends_only_on_what_it_is_for() -> None:
    shocks = Shocks(5)
    many = shocks.uniforms(Stream.COUNT, np.arange(50), 7)
    alone = shocks.uniforms(Stream.COUNT, 31, 7)
    assert many[:, 31].tolist() == alone[:, 0].tolist()
    for other in (
        shocks.uniforms(Stream.COUNT, 31, 8),
        shocks.uniforms(Stream.HOUR, 31, 7),
        Shocks(6).uniforms(Stream.COUNT, 31, 7),
    ):
        assert not np.isclose(other, alone).any()


def test_uniforms_are_even_and_unrelated() -> None:
    u = Shocks(1).uniforms(Stream.ORDER, np.arange(100_000) % 97, 3, np.arange(100_000))
    counts = np.histogram(u, bins=20, range=(0, 1))[0]
    expected = u.size / 20
    assert ((counts - expected) ** 2 / expected).sum() < 43.8  # chi-square, 19 degrees, 0.001
    assert np.abs(np.corrcoef(u) - np.eye(4)).max() < 0.015
    assert u.min() > 0 and u.max() < 1


def test_a_seed_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="seed -1"):
        Shocks(-1)
