"""Small types of the wire: ids that never become floats, lists that may be null."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Wire(BaseModel):
    """Base of all wire models: read-only, unknown fields ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _id_text(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("an id must be an integer or text, never a float")
    return str(value)


Id = Annotated[str, BeforeValidator(_id_text)]
"""An id: an int64 or a text on the wire, a str here."""

OptionalId = Annotated[Id | None, BeforeValidator(lambda value: None if value in (None, "", 0) else value)]
"""An id that may be absent, null, empty or 0; all four mean none."""

Item = TypeVar("Item")
Items = Annotated[tuple[Item, ...], BeforeValidator(lambda value: () if value is None else value)]
"""A list that may be null."""
