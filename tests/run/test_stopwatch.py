"""The stopwatch: processor time by stage."""

from __future__ import annotations

import pytest

from async_db_lint.run.stopwatch import Stopwatch


def work() -> int:
    return sum(range(200_000))


def test_a_new_stopwatch_has_measured_nothing() -> None:
    assert Stopwatch().seconds == {}


def test_the_time_of_a_stage_is_measured() -> None:
    watch = Stopwatch()
    with watch.timed("read"):
        work()
    assert list(watch.seconds) == ["read"]
    assert 0 < watch.seconds["read"] < 10


def test_a_stage_that_comes_again_is_added_up() -> None:
    watch = Stopwatch()
    with watch.timed("read"):
        work()
    once = watch.seconds["read"]
    with watch.timed("other"):
        work()
    assert watch.seconds["read"] == once
    with watch.timed("read"):
        work()
    assert watch.seconds["read"] > once


def test_a_stage_that_fails_passes_the_error_on() -> None:
    watch = Stopwatch()
    with pytest.raises(ValueError, match="no"), watch.timed("read"):
        raise ValueError("no")
