"""What the emulated platform answers instead of data."""

from __future__ import annotations


class ApiError(Exception):
    """A business error: goes out in the envelope under HTTP 200 (qianchuan.md 3). Texts are invented."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
