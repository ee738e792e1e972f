"""What the emulated shop answers instead of data: code and sub code (doudian-settlement.md 3). Texts are invented."""

from __future__ import annotations


class ShopError(Exception):
    """A refusal; goes out in the envelope under HTTP 200."""

    def __init__(self, code: int, sub_code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.sub_code, self.message = code, sub_code, message


def wrong(number: int, message: str) -> ShopError:
    """A parameter that the business check refuses."""
    return ShopError(40004, f"isv.parameter-invalid:{number}", message)


def denied(sub_code: str, message: str) -> ShopError:
    """What the platform's own check refuses."""
    return ShopError(40001 if sub_code.endswith("-missing") else 40003, sub_code, message)
