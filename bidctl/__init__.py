"""bidctl: a controller for ROI-target ad plans that keeps the platform's rules, and proves it."""

__version__ = "0.1.0"
