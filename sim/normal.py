"""Quantiles of the standard normal: Wichura (1988), algorithm AS 241, PPND7 (about seven digits)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]

_A = (5.9109374720e01, 1.5929113202e02, 5.0434271938e01, 3.3871327179e00)
_B = (6.7187563600e01, 7.8757757664e01, 1.7895169469e01, 1.0)
_C = (1.7023821103e-01, 1.3067284816e00, 2.7568153900e00, 1.4234372777e00)
_D = (1.2021132975e-01, 7.3700164250e-01, 1.0)
_E = (1.7337203997e-02, 4.2868294337e-01, 3.0812263860e00, 6.6579051150e00)
_F = (1.2258202635e-02, 2.4197894225e-01, 1.0)


def inverse_normal(u: Float) -> Float:
    """The value below which a standard normal lies with probability u, elementwise; u in (0, 1)."""
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
