"""Encryption at rest: a MultiFernet whose key lives outside the database, in the environment or in a file of mode 0600."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bidctl.adapters.words import Say
from bidctl.problem import Problem
from bidctl.wording import told_by_system

KEY_VARIABLE = "BIDCTL_SECRET_KEY"


class SecretError(Problem):
    """A key or a sealed text that cannot be used; one line for people, never the secret itself."""


class Cipher:
    """Seals and opens small texts. The first key seals; all keys open, so that keys can be rotated."""

    def __init__(self, keys: str, source: str) -> None:
        """`keys`: one or more Fernet keys, newest first, separated by commas or lines. `source` names them in errors.
        Raises SecretError."""
        parts = [part for part in keys.replace(",", "\n").split() if part]
        if not parts:
            raise SecretError(Say.KEY_EMPTY(source=source))
        try:
            self._fernet = MultiFernet([Fernet(part) for part in parts])
        except (ValueError, TypeError) as error:
            raise SecretError(Say.KEY_FORM(source=source)) from error
        self._source = source

    def seal(self, text: str) -> bytes:
        """Encrypt `text` with the newest key."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt. Raises SecretError where no key of ours made it."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SecretError(Say.KEY_WRONG(source=self._source)) from error


def load_cipher(key_file: Path, environ: Mapping[str, str] = os.environ) -> Cipher:
    """The cipher of `BIDCTL_SECRET_KEY`, else of `key_file` (mode 0600). Raises SecretError naming what is wrong."""
    if KEY_VARIABLE in environ:
        return Cipher(environ[KEY_VARIABLE], KEY_VARIABLE)
    try:
        mode = key_file.stat().st_mode
        if not stat.S_ISREG(mode) or mode & 0o077:
            raise SecretError(Say.KEY_MODE(file=key_file, mode=f"{stat.S_IMODE(mode):04o}"))
        return Cipher(key_file.read_text("ascii"), str(key_file))
    except FileNotFoundError as error:
        raise SecretError(Say.KEY_MISSING(file=key_file, variable=KEY_VARIABLE)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(Say.KEY_UNREADABLE(file=key_file, error=type(error).__name__)) from error


def create_key_file(path: Path) -> None:
    """Make a new key in a new file of mode 0600. Raises SecretError where the file exists or cannot be made."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise SecretError(Say.KEY_EXISTS(file=path)) from error
    except OSError as error:
        raise SecretError(Say.KEY_NOT_WRITTEN(file=path, error=told_by_system(error))) from error
    with os.fdopen(handle, "wb") as file:
        file.write(Fernet.generate_key() + b"\n")
