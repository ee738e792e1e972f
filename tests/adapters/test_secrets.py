"""The key: from the environment or a file of mode 0600, one line for every way it can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bidctl.adapters.secrets import KEY_VARIABLE, Cipher, SecretError, create_key_file, load_cipher


def key() -> str:
    return Fernet.generate_key().decode()


def test_what_is_sealed_opens_and_does_not_show() -> None:
    cipher = Cipher(key(), "here")
    sealed = cipher.seal("机密 token")
    assert b"token" not in sealed and cipher.open(sealed) == "机密 token"


def test_an_old_key_still_opens_after_a_new_one_was_put_first() -> None:
    old, new = key(), key()
    sealed = Cipher(old, "here").seal("x")
    assert Cipher(f"{new},{old}", "here").open(sealed) == "x"
    with pytest.raises(SecretError, match="does not open"):
        Cipher(new, "here").open(sealed)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    create_key_file(tmp_path / "key")
    mine = key()
    assert load_cipher(tmp_path / "key", {KEY_VARIABLE: mine}).open(Cipher(mine, "x").seal("a")) == "a"


def test_a_made_key_file_is_private_and_works(tmp_path: Path) -> None:
    path = tmp_path / "private" / "key"
    create_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_cipher(path, {}).open(load_cipher(path, {}).seal("a")) == "a"
    with pytest.raises(SecretError, match="not overwritten"):
        create_key_file(path)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_key_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    create_key_file(path)
    path.chmod(mode)
    with pytest.raises(SecretError, match="0600"):
        load_cipher(path, {})


def test_every_bad_key_is_one_line_that_names_its_place(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"\xff\xfe")
    bad.chmod(0o600)
    cases = [
        (tmp_path / "none", {}),
        (bad, {}),
        (tmp_path, {}),
        (bad, {KEY_VARIABLE: ""}),
        (bad, {KEY_VARIABLE: "short-key"}),
    ]
    for path, environ in cases:
        with pytest.raises(SecretError) as error:
            load_cipher(path, environ)
        text = str(error.value)
        assert "\n" not in text and (str(path) in text or KEY_VARIABLE in text) and "short-key" not in text
