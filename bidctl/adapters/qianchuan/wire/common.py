"""Page totals under three names."""

from __future__ import annotations

from pydantic import AliasChoices, Field

from bidctl.adapters.openapi.wire import Wire


class PageInfo(Wire):
    """The total of a page set: total_num, total_number, or the misspelt totol_numer."""

    total: int | None = Field(None, validation_alias=AliasChoices("total_num", "total_number", "totol_numer"))


class Paged(Wire):
    """An answer with pages."""

    page_info: PageInfo | None = None

    @property
    def total(self) -> int | None:
        return self.page_info.total if self.page_info else None
