"""The envelope {code, message, request_id, data} of an answer, parsed once and without guessing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from bidctl.adapters.openapi.errors import BadEnvelope
from bidctl.adapters.openapi.words import Say

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One parsed answer. `data` is what JSON held, to be read by a model; `sub_code`, `sub_message`: what Doudian adds."""

    path: str
    code: int
    message: str
    request_id: str | None
    data: object
    sub_code: str = ""
    sub_message: str = ""

    def read(self, model: type[Model]) -> Model:
        """`data` as a wire model; null counts as {}. Raises BadEnvelope naming the first place that does not fit."""
        try:
            return model.model_validate({} if self.data is None else self.data)
        except ValidationError as error:
            raise BadEnvelope(self.path, _first(error)) from error


def parse(path: str, body: bytes) -> Envelope:
    """Parse the bytes of an answer. Raises BadEnvelope."""
    try:
        found = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise BadEnvelope(path, f"{error}; {body[:60]!r}") from error
    if not isinstance(found, dict):
        raise BadEnvelope(path, Say.NO_OBJECT(found=type(found).__name__).both)
    code = found.get("code")
    if not isinstance(code, int) or isinstance(code, bool):
        raise BadEnvelope(path, Say.NO_CODE(found=code).both)
    request_id = found.get("request_id", found.get("log_id"))
    return Envelope(
        path,
        code,
        str(found.get("message") or found.get("msg") or ""),
        None if request_id is None else str(request_id),
        found.get("data"),
        str(found.get("sub_code") or ""),
        str(found.get("sub_msg") or ""),
    )


def _first(error: ValidationError) -> str:
    one = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in one["loc"]) or "data"
    return Say.NO_FIT(place=place, expected=one["msg"], found=repr(str(one["input"])[:60])).both
