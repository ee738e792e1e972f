"""Files that commands write where a person says."""

from __future__ import annotations

from pathlib import Path

from bidctl.cli.words import Say
from bidctl.problem import Problem
from bidctl.wording import told_by_system


def demand_ours(file: Path, begins: bytes) -> None:
    """Raises Problem where something stands that bidctl did not write: not empty, and it does not begin as ours do. A name
    given by mistake must not cost a table."""
    try:
        with file.open("rb") as stream:
            found = stream.read(len(begins))
    except FileNotFoundError:
        return
    except OSError as error:
        raise Problem(Say.NOT_WRITTEN(file=file, error=told_by_system(error))) from None
    if found and found != begins:
        raise Problem(Say.OTHER_FILE(file=file))
