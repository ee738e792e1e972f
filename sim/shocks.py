"""All chance of the simulated world: draws that are pure functions of (seed, stream, campaign, slot, ordinal).

A counter-based generator (Philox4x32, ten rounds; Salmon et al. 2011) is evaluated for whole arrays of campaigns. Nothing
is consumed, so no action of one campaign can shift a draw of another, nor a later draw of its own: two policies on the
same seed meet the same luck.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Words = NDArray[np.uint64]

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = 0x9E3779B9, 0xBB67AE85
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_CUT = 30.0  # below: exact Poisson quantile by summing; above: Cornish-Fisher, off by at most one order


class Stream(IntEnum):
    """What a draw is for. A number is never used for another purpose later."""

    TRAITS = 0
    MARKET = 1
    DEMAND = 2
    HOUR = 3
    COUNT = 4
    ORDER = 5
    SESSION = 6
    REVISION = 7
    RESAMPLE = 100  # of a bootstrap, not of a world


class Shocks:
    """The luck of one world. `seed`: 0 .. 2**64 - 1."""

    def __init__(self, seed: int) -> None:
        if not 0 <= seed < 2**64:
            raise ValueError(f"seed {seed}: expected 0 .. 2**64 - 1")
        self.seed = seed
        self._key = (seed & 0xFFFFFFFF, seed >> 32)

    def uniforms(self, stream: Stream, campaign: ArrayLike, slot: ArrayLike, ordinal: ArrayLike = 0) -> Float:
        """Four uniforms in (0, 1) for every (campaign, slot, ordinal), broadcast to n: shape (4, n)."""
        parts = np.broadcast_arrays(
            *(np.atleast_1d(np.asarray(a)).astype(np.uint64) for a in (slot, ordinal, campaign))
        )
        words = philox((parts[0], parts[1], parts[2], np.full(parts[0].shape, int(stream), np.uint64)), self._key)
        return (np.stack(words).astype(np.float64) + 0.5) * 2.0**-32

    def normals(self, stream: Stream, campaign: ArrayLike, slot: ArrayLike, ordinal: ArrayLike = 0) -> Float:
        """Four standard normals for every (campaign, slot, ordinal): shape (4, n)."""
        return inverse_normal(self.uniforms(stream, campaign, slot, ordinal))


def philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, Words, Words, Words]:
    """Philox4x32-10 over arrays: four 32-bit counter words (held in uint64) to four 32-bit output words."""
    c0, c1, c2, c3 = (c & _LOW for c in counter)
    k0, k1 = key
    for _ in range(10):
        p0, p1 = c0 * _M0, c2 * _M1
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ np.uint64(k0), p1 & _LOW, (p0 >> _HALF) ^ c3 ^ np.uint64(k1), p0 & _LOW
        k0, k1 = (k0 + _W0) & 0xFFFFFFFF, (k1 + _W1) & 0xFFFFFFFF
    return c0, c1, c2, c3


# Wichura (1988), algorithm AS 241, PPND7: about seven digits, far finer than a 32-bit uniform needs.
_A = (5.9109374720e01, 1.5929113202e02, 5.0434271938e01, 3.3871327179e00)
_B = (6.7187563600e01, 7.8757757664e01, 1.7895169469e01, 1.0)
_C = (1.7023821103e-01, 1.3067284816e00, 2.7568153900e00, 1.4234372777e00)
_D = (1.2021132975e-01, 7.3700164250e-01, 1.0)
_E = (1.7337203997e-02, 4.2868294337e-01, 3.0812263860e00, 6.6579051150e00)
_F = (1.2258202635e-02, 2.4197894225e-01, 1.0)


def inverse_normal(u: Float) -> Float:
    """Quantile of the standard normal at u in (0, 1); AS 241 (Wichura 1988)."""
    q = np.asarray(u, np.float64) - 0.5
    r = 0.180625 - q * q
    out = q * np.polyval(_A, r) / np.polyval(_B, r)
    tail = np.abs(q) > 0.425
    if tail.any():
        qt = q[tail]
        s = np.sqrt(-np.log(0.5 - np.abs(qt)))
        near, far = s - 1.6, s - 5.0
        z = np.where(s <= 5.0, np.polyval(_C, near) / np.polyval(_D, near), np.polyval(_E, far) / np.polyval(_F, far))
        out[tail] = np.copysign(z, qt)
    return np.asarray(out, np.float64)


def poisson_quantile(u: Float, mean: Float) -> Int:
    """Smallest k with P(N <= k) >= u for N Poisson(mean), elementwise; larger means never give fewer at the same u."""
    out = np.zeros(mean.shape, np.int64)
    small = np.flatnonzero((mean > 0) & (mean < _CUT))
    out[small] = _by_summing(u[small], mean[small])
    large = np.flatnonzero(mean >= _CUT)
    out[large] = _by_expansion(u[large], mean[large])
    return out


def _by_summing(u: Float, mean: Float) -> Int:
    out = np.zeros(mean.shape, np.int64)
    term = np.exp(-mean)
    total = term.copy()
    left = np.flatnonzero(u > total)
    term, total, u, mean = term[left], total[left], u[left], mean[left]
    for k in range(1, 100):  # P(N >= 100) at mean 30 is below the finest 32-bit uniform
        if not len(left):
            break
        out[left] = k
        term = term * mean / k
        total = total + term
        on = u > total
        left, term, total, u, mean = left[on], term[on], total[on], u[on], mean[on]
    return out


def _by_expansion(u: Float, mean: Float) -> Int:
    z, root = inverse_normal(u), np.sqrt(mean)
    x = mean + root * z + (z * z - 1) / 6 + (z - z**3) / (72 * root)
    return np.asarray(np.maximum(np.ceil(x - 0.5), 0), np.int64)
