"""The operation log is read whole once, then only a little more than what is new."""

from datetime import UTC, datetime, timedelta

from bidctl.engine.external import LOOK_BACK, LogWindow

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


def test_the_whole_look_back_until_it_was_read_once_then_half_an_hour_more_than_is_new():
    window = LogWindow()
    assert window.since(NOW) == window.since(NOW) == NOW - LOOK_BACK
    window.read(NOW)
    assert window.since(NOW + timedelta(minutes=10)) == NOW - LogWindow.OVERLAP


def test_after_a_long_silence_no_more_than_the_look_back():
    window = LogWindow()
    window.read(NOW)
    later = NOW + timedelta(days=9)
    assert window.since(later) == later - LOOK_BACK
