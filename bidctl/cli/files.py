"""Files that commands write where a person says."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from bidctl.cli.words import Say
from bidctl.problem import Problem
from bidctl.wording import told_by_system


def demand_ours(file: Path, begins: bytes) -> None:
    """Raises Problem where it cannot be written, or something stands that bidctl did not write: not empty, and it does not begin as
    ours do. A name given by mistake must not cost a table."""
    if file.exists() and not file.is_file() and not file.is_dir():
        return  # a pipe or a terminal holds nothing to lose
    try:
        with file.open("rb") as stream:
            found = stream.read(len(begins))
    except FileNotFoundError as error:
        if not os.access(file.parent, os.W_OK):  # better told before the work than after it
            denied = PermissionError(errno.EACCES, os.strerror(errno.EACCES)) if file.parent.exists() else error
            raise Problem(Say.NOT_WRITTEN(file=file, error=told_by_system(denied))) from None
        return
    except OSError as error:
        raise Problem(Say.NOT_WRITTEN(file=file, error=told_by_system(error))) from None
    if found and found != begins:
        raise Problem(Say.OTHER_FILE(file=file))
