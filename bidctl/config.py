"""One configuration tree from one TOML file and `BIDCTL_*` variables; unknown keys are errors with their place."""

from __future__ import annotations

import difflib
import math
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from bidctl.problem import UsageProblem
from bidctl.wording import LANGUAGES, Wording, told_by_parser, told_by_system
from bidctl.words import Say

PREFIX = "BIDCTL_"
OWN_VARIABLES = frozenset({"BIDCTL_CONFIG", "BIDCTL_SECRET_KEY", "BIDCTL_LANG"})
"""Variables that are not settings of the file; every setting is `BIDCTL_<SECTION>__<KEY>`."""
DEFAULT_FILE = "bidctl.toml"
SQLITE = "sqlite:///"
BOUNDS = {
    "greater_than": (Say.EXPECT_ABOVE, "gt"),
    "greater_than_equal": (Say.EXPECT_AT_LEAST, "ge"),
    "less_than": (Say.EXPECT_BELOW, "lt"),
    "less_than_equal": (Say.EXPECT_AT_MOST, "le"),
}
SHAPES = {
    "float_parsing": Say.EXPECT_NUMBER,
    "float_type": Say.EXPECT_NUMBER,
    "int_parsing": Say.EXPECT_NUMBER,
    "int_type": Say.EXPECT_NUMBER,
    "finite_number": Say.EXPECT_NUMBER,
    "bool_parsing": Say.EXPECT_FLAG,
    "bool_type": Say.EXPECT_FLAG,
    "string_type": Say.EXPECT_TEXT,
    "model_type": Say.EXPECT_TABLE,
    "dict_type": Say.EXPECT_TABLE,
    "tuple_type": Say.EXPECT_LIST,
}
"""Kinds of refusal by pydantic, in our words."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _no_flag(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError(Say.EXPECT_NUMBER().both)
    return value


def _address(url: str) -> str:
    """An address of the web, or none."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not url.split()[1:]
    except ValueError:  # a port that is none
        whole = None
    if url and not whole:
        raise ValueError(Say.ADDRESS().both)
    return url


Number = Annotated[float, BeforeValidator(_no_flag)]
Address = Annotated[str, AfterValidator(_address)]


def _loopback(url: str) -> bool:
    return urlsplit(url).hostname in {"127.0.0.1", "localhost", "::1"}


def _refuse_unsafe(url: str, emulated: bool) -> None:
    """What is for an emulator on loopback only; elsewhere the address is https."""
    if not _loopback(url) and emulated:
        raise ValueError(Say.EMULATOR_ONLY().both)
    if not _loopback(url) and not url.startswith("https://"):
        raise ValueError(Say.HTTPS(url=url).both)


class Store(_Section):
    """Where the ledger lives: `sqlite:///path` or `postgresql://...`."""

    url: str = "sqlite:///bidctl.db"

    @field_validator("url")
    @classmethod
    def _known(cls, url: str) -> str:
        if not url.startswith((SQLITE, "postgresql://", "postgresql+psycopg://")):
            raise ValueError(Say.STORE_URL().both)
        return url


class Platform(_Section):
    """The platform's open API. `limits = "off"` is for an emulator on loopback only."""

    name: Literal["qianchuan"] = "qianchuan"
    base_url: Address = "https://api.oceanengine.com"
    app_id: str = ""
    app_secret: SecretStr = SecretStr("")
    request_timeout_s: Number = Field(default=10.0, gt=0, le=120)
    limits: Literal["on", "off"] = "on"
    requests_per_second: Number = Field(default=2.0, gt=0, le=100, description="reads per advertiser")
    writes_per_second: Number = Field(default=1.0, gt=0, le=10)
    clock: Literal["system", "emulator"] = "system"

    @property
    def loopback(self) -> bool:
        return _loopback(self.base_url)

    @model_validator(mode="after")
    def _emulator_is_near(self) -> Platform:
        _refuse_unsafe(self.base_url, self.clock == "emulator" or self.limits == "off")
        return self


class Shop(_Section):
    """A shop's own open API (抖店), from which orders, refunds and bills are fetched. `account`: under which they are kept, "" = the
    shop's id. `limits = "off"` is for an emulator on loopback only."""

    base_url: Address = "https://openapi-fxg.jinritemai.com"
    app_key: str = ""
    app_secret: SecretStr = SecretStr("")
    shop_id: str = ""
    account: str = ""
    request_timeout_s: Number = Field(default=20.0, gt=0, le=120)
    limits: Literal["on", "off"] = "on"
    requests_per_second: Number = Field(default=5.0, gt=0, le=100)

    @model_validator(mode="after")
    def _emulator_is_near(self) -> Shop:
        _refuse_unsafe(self.base_url, self.limits == "off")
        return self

    @field_validator("shop_id", "account", mode="before")
    @classmethod
    def _ids_are_text(cls, value: Any) -> Any:
        if isinstance(value, float):
            raise ValueError(Say.FLOAT_ID().both)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Run(_Section):
    """The scheduler. `tick_minutes` between looks; `language` of every text an operator reads."""

    tick_minutes: Number = Field(default=10.0, ge=1, le=60)
    language: Literal["zh", "en"] = "zh"
    accounts: tuple[str, ...] = ()
    kill_file: str = "bidctl.kill"
    key_file: str = "bidctl.key"
    lease_s: Number = Field(default=60.0, ge=5, le=600)

    @field_validator("accounts", mode="before")
    @classmethod
    def _ids_are_text(cls, value: Any) -> Any:
        if isinstance(value, list | tuple) and any(isinstance(v, float) for v in value):
            raise ValueError(Say.FLOAT_ID().both)
        return tuple(str(v) for v in value) if isinstance(value, list | tuple) else value

    @field_validator("accounts")
    @classmethod
    def _ids_are_digits(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(v.isascii() and v.isdigit() for v in value):
            raise ValueError(Say.DIGITS().both)
        return value


class Stoploss(_Section):
    """R-STOPLOSS: limits in yuan, or "off". `approve` and `live` refuse to start until both are written."""

    spend_without_orders: float | Literal["off", "unset"] = "unset"
    loss_of_day: float | Literal["off", "unset"] = "unset"
    resume_at_midnight: bool = False

    @field_validator("spend_without_orders", "loss_of_day", mode="before")
    @classmethod
    def _a_limit(cls, value: Any) -> Any:
        """A limit that can be reached: NaN or infinity would be "off" without a word."""
        if value in ("off", "unset"):
            return value
        try:
            reachable = not isinstance(value, bool) and 0 < float(value) < math.inf
        except (TypeError, ValueError):
            reachable = False
        if not reachable:
            raise ValueError(Say.STOPLOSS_YUAN().both)
        return value

    @property
    def is_set(self) -> bool:
        return "unset" not in (self.spend_without_orders, self.loss_of_day)


class Cash(_Section):
    """What a yuan of ad cost takes from the till: shares of it that come back as a rebate (返点) or were paid from grants
    (赠款). Break-even and profit stand on what is left."""

    rebate_share: Number = Field(default=0.0, ge=0, lt=1)
    grant_share: Number = Field(default=0.0, ge=0, lt=1)

    @property
    def share(self) -> float:
        return 1.0 - self.rebate_share - self.grant_share

    @model_validator(mode="after")
    def _something_is_paid(self) -> Cash:
        if self.share <= 0:
            raise ValueError(Say.NOTHING_TO_PAY().both)
        return self


class Tables(_Section):
    """Files of the operator's own tables (.csv, .xlsx, .toml), read again whenever they change; empty = none."""

    stock: str = ""
    unshipped: str = ""
    hosts: str = ""
    cash: str = ""
    promotions: str = ""
    products: str = ""
    creators: str = ""
    grades: str = ""
    fields: str = ""


class Notify(_Section):
    """Where notices go; empty = only the log."""

    webhook: Address = ""
    feishu: Address = ""
    feishu_secret: SecretStr = SecretStr("")


class Settings(_Section):
    """Everything a run needs besides the ledger. `rules` overrides numbers of the rulebook; it may only tighten those
    that protect (R-BAND, R-SPACE, R-OBSERVE, R-QUOTA)."""

    store: Store = Store()
    platform: Platform = Platform()
    shop: Shop = Shop()
    run: Run = Run()
    stoploss: Stoploss = Stoploss()
    cash: Cash = Cash()
    tables: Tables = Tables()
    notify: Notify = Notify()
    rules: dict[str, float | int | bool | str] = {}


def load(path: Path | None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings of a file (default `bidctl.toml`, which may be absent) with `BIDCTL_*` on top; paths as they are from here.
    Raises UsageProblem."""
    named = path or (Path(environ["BIDCTL_CONFIG"]) if "BIDCTL_CONFIG" in environ else None)
    file = named or Path(DEFAULT_FILE)
    tree = _read(file) if named or file.exists() else {}
    said = _overlay(tree, environ)
    try:
        return _beside(file.parent, Settings.model_validate(tree), said)
    except ValidationError as error:
        raise UsageProblem(_one_line(str(file), error, said)) from None


def _beside(folder: Path, settings: Settings, said: Mapping[tuple[int | str, ...], str]) -> Settings:
    """Paths that the file names, and those it leaves as they are, lie beside it; those of variables where the call is made."""

    def moved(section: str, *keys: str) -> _Section:
        told: _Section = getattr(settings, section)
        paths = {key: getattr(told, key) for key in keys if (section, key) not in said}
        return told.model_copy(update={key: _path(folder, path) for key, path in paths.items() if path})

    sections = {"store": ("url",), "run": ("kill_file", "key_file"), "tables": tuple(Tables.model_fields)}
    return settings.model_copy(update={section: moved(section, *keys) for section, keys in sections.items()})


def _path(folder: Path, told: str) -> str:
    """A path, or the address of a ledger, as it is from here."""
    if "://" not in told:
        return str(folder / told)
    file = told.removeprefix(SQLITE)
    return told if file == told or file.startswith(("/", ":")) else f"{SQLITE}{folder / file}"


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise UsageProblem(Say.NO_CONFIG(file=file)) from None
    except OSError as error:
        raise UsageProblem(Say.CONFIG_UNREADABLE(file=file, error=told_by_system(error))) from None
    except UnicodeDecodeError:
        raise UsageProblem(Say.CONFIG_NOT_UTF8(file=file)) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageProblem(Say.CONFIG_NOT_TOML(file=file, error=told_by_parser(error))) from None


def _overlay(tree: dict[str, Any], environ: Mapping[str, str]) -> dict[tuple[int | str, ...], str]:
    """Puts the variables on top of the file; which of them said what, by section and key."""
    if environ.get("BIDCTL_LANG", "") not in ("", *LANGUAGES):
        raise UsageProblem(Say.LANGUAGE(found=environ["BIDCTL_LANG"], known=", ".join(LANGUAGES)))
    said: dict[tuple[int | str, ...], str] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in OWN_VARIABLES:
            continue
        section, _, key = name[len(PREFIX) :].lower().partition("__")
        model = Settings.model_fields.get(section)
        known = getattr(model.annotation, "model_fields", {}) if model else {}
        if key not in known:
            raise UsageProblem(Say.VARIABLE(name=name, prefix=PREFIX, hint=_meant(name, section)))
        value: Any = environ[name]
        if key == "accounts":
            value = [v.strip() for v in value.split(",") if v.strip()]
        if isinstance(tree.setdefault(section, {}), dict):
            tree[section][key] = value
            said[section, key] = name
    return said


def _meant(name: str, section: str) -> Wording:
    if section == "rules":
        return Say.RULES_IN_FILE()
    return _hint(difflib.get_close_matches(name, [*_variables(), *OWN_VARIABLES], n=1, cutoff=0.8))


def _variables() -> list[str]:
    return [f"{PREFIX}{s}__{k}".upper() for s, f in Settings.model_fields.items() for k in _keys(f.annotation)]


def _keys(annotation: object) -> list[str]:
    return list(getattr(annotation, "model_fields", {}))


def _hint(near: list[str]) -> Wording:
    return Say.MEANT_KEY(name=near[0]) if near else Say.REMOVE_KEY()


def _one_line(file: str, error: ValidationError, said: Mapping[tuple[int | str, ...], str]) -> Wording:
    first = error.errors(include_url=False)[0]
    source = Say.FROM_VARIABLE(name=said[first["loc"][:2]]) if first["loc"][:2] in said else file
    place = ".".join(str(p) for p in first["loc"] if not str(p).startswith(("float", "literal", "function")))
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(first["loc"][-1]), _siblings(first["loc"]), n=1)
        return Say.UNKNOWN_KEY(file=file, place=place, hint=_hint(near))
    shown = "secret" not in place and not isinstance(first.get("input"), dict)
    found = Say.FOUND(value=first.get("input")) if shown else ""
    return Say.WRONG_VALUE(file=source, place=place or "-", found=found, wrong=_expected(first))


def _expected(wrong: ErrorDetails) -> Wording:
    """What a refusal of pydantic's expects; of our own validators, their words."""
    kind, given = wrong["type"], wrong.get("ctx", {})
    if kind in BOUNDS:
        phrase, limit = BOUNDS[kind]
        return phrase(limit=given[limit])
    if kind == "literal_error":
        return Say.EXPECT_ONE_OF(allowed=given["expected"].replace(" or ", ", "))
    if kind in SHAPES:
        return SHAPES[kind]()
    return Wording.read(wrong["msg"].removeprefix("Value error, "))


def _siblings(loc: tuple[int | str, ...]) -> list[str]:
    fields = Settings.model_fields
    if len(loc) == 1:
        return [*fields, *(f"{name}.{key}" for name, field in fields.items() for key in _keys(field.annotation))]
    section = fields.get(str(loc[0]))
    return _keys(section.annotation) if section else []
