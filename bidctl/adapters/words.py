"""What the adapters at large say: keys of stored tokens, notices, in both languages."""

from __future__ import annotations

from bidctl.wording import Phrases


class Say(Phrases):
    """Refusals of a key, by code."""

    KEY_EMPTY = (
        "{source}: 没有密钥; 应为 Fernet 密钥 (32 字节, base64)",
        "{source}: holds no key; expected a Fernet key (32 bytes, base64)",
    )
    KEY_FORM = (
        "{source}: 密钥格式不对; 应为 Fernet 密钥 (32 字节, url-safe base64)",
        "{source}: is not a Fernet key; expected 32 bytes, url-safe base64",
    )
    KEY_WRONG = (
        "{source}: 密钥打不开已保存的授权; 请换回原来的密钥, 或重新授权: bidctl connect",
        "{source}: this key does not open the stored authorisation; restore the right key or connect again: bidctl connect",
    )
    KEY_MODE = (
        "{file}: 权限 {mode}, 应为 0600: chmod 600 {file}",
        "{file}: mode {mode}, must be 0600: chmod 600 {file}",
    )
    KEY_MISSING = (
        "{file}: 没有密钥文件, 也没有 {variable}; 请放回密钥, 或生成: bidctl init",
        "{file}: no key file and no {variable}; put the key back, or make one: bidctl init",
    )
    KEY_UNREADABLE = "{file}: 读不了密钥 ({error})", "{file}: the key cannot be read ({error})"
    KEY_EXISTS = "{file}: 密钥已存在, 不覆盖", "{file}: a key exists already and is not overwritten"
    KEY_NOT_WRITTEN = "{file}: 写不了密钥: {error}", "{file}: the key cannot be written: {error}"
    NOTICE_LOST = "通知未送达, 下次再发", "notice not delivered, it waits for the next time"
