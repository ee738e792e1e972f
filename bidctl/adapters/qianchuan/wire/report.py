"""Topic reports and hourly curves of a live account (qianchuan.md 9.2, 9.3). Money is yuan here."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import BeforeValidator, Field
from typing_extensions import TypedDict  # pydantic needs it before Python 3.12

from bidctl.adapters.openapi.wire import Items, Wire
from bidctl.adapters.qianchuan.wire.common import Paged

_Number = Annotated[float | None, BeforeValidator(lambda value: None if value in ("", "-", "--") else value)]


class Dimension(TypedDict):
    """A dimension of a row. `Value` is a float that loses the digits of an id, so only the text is read. Cells are dicts, not
    models: a first read has millions of them."""

    ValueStr: NotRequired[str]


class Metric(TypedDict):
    """A metric of a row. Its `ValueStr` may be scaled fixed-point text, so only the number is read."""

    Value: NotRequired[float | Literal["", "-", "--"] | None]


class TopicRow(Wire):
    dimensions: dict[str, Dimension]
    metrics: dict[str, Metric | None] = Field(default_factory=dict)

    def number(self, metric: str) -> float:
        """The metric, NaN where it is not reported."""
        value = (self.metrics.get(metric) or {}).get("Value")
        return value if isinstance(value, float) else float("nan")

    def text(self, dimension: str) -> str:
        return self.dimensions.get(dimension, {}).get("ValueStr", "")


class Topic(Paged):
    rows: Items[TopicRow] = ()


class AuthorHour(Wire):
    """An hour of a live account; its metrics stand in the row itself, as in the SDK's model."""

    stat_datetime: str
    stat_cost: _Number = None
    total_pay_order_gmv_include_coupon_for_roi2: _Number = None
    total_pay_order_count_for_roi2: _Number = None

    def number(self, metric: str) -> float:
        """The metric, NaN where it is not reported."""
        value = getattr(self, metric)
        return float("nan") if value is None else value


class AuthorCurve(Paged):
    rows: Items[AuthorHour] = Field((), validation_alias="list")
