"""Figures of speed and size: what they mean is in docs/benchmarks.md."""
