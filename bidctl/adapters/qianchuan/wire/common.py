"""What all answers share: ids that never become floats, lists that may be null, page totals under three names."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field


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


class PageInfo(Wire):
    """The total of a page set: total_num, total_number, or the misspelt totol_numer."""

    total: int | None = Field(None, validation_alias=AliasChoices("total_num", "total_number", "totol_numer"))


class Paged(Wire):
    """An answer with pages."""

    page_info: PageInfo | None = None

    @property
    def total(self) -> int | None:
        return self.page_info.total if self.page_info else None
