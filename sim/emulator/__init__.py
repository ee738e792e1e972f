"""Emulated platforms that speak the real wire protocol on loopback, over a simulated world."""

from __future__ import annotations

from sim.emulator.server import Emulator, Running, running, serve

__all__ = ["Emulator", "Running", "running", "serve"]
