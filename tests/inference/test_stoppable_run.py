"""A run that does not end is stopped by its limit or because nobody wants its answer; one that cannot be stopped is told."""

import threading
import time
from contextlib import nullcontext

import numpy as np
import pytest

from inference import graph_checks, stoppable_run
from inference.bundle import Bundle
from inference.engine import Case, Engine
from inference.preprocessing import ModelInput
from inference.session import CPU
from inference.stoppable_run import RunTooLong, RunUnwanted, RunWatch, run_limit, run_watched
from tests.inference.changed_bundle import graph_with, rezipped
from tests.inference.endless_graph import OF_LOOPS, behind_the_probabilities_of_white
from tests.inference.tiny_bundle import make_tiny_bundle


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Of a bundle whose graph runs for a minute on white images."""
    monkeypatch.setattr(graph_checks, "GRAPH_OPERATORS", graph_checks.GRAPH_OPERATORS | OF_LOOPS)
    path = tmp_path / "slow.bundle"
    make_tiny_bundle(path)
    rezipped(path, lambda own: own.update({"model.onnx": graph_with(behind_the_probabilities_of_white)}))
    return Engine(Bundle.load(path), [CPU], threads=1, is_timed=True)


def case(brightness):
    image = np.full((1, 64, 64), brightness, np.float32)
    return Case(ModelInput(image, (0.0, 0.0, 640.0, 640.0), 640, 640, "ab" * 32))


def test_a_run_past_its_limit_is_stopped_and_the_next_one_runs(engine, monkeypatch):
    monkeypatch.setattr(stoppable_run, "LEAST_SECONDS", 0.5)
    began = time.monotonic()
    with pytest.raises(RunTooLong, match="stopped after 1 s; allowed: 0 s") as caught:
        engine.explain([case(1.0)], RunWatch())
    assert 0.5 < caught.value.seconds < time.monotonic() - began < 5
    assert caught.value.limit == 0.5
    assert engine.explain([case(0.4)], RunWatch())[0].document()["findings"]


def test_a_run_that_nobody_wants_is_stopped_within_a_second(engine):
    unwanted_from = time.monotonic() + 0.5
    with pytest.raises(RunUnwanted):
        engine.explain([case(1.0)], RunWatch(is_wanted=lambda: time.monotonic() < unwanted_from))
    assert time.monotonic() - unwanted_from < 1


def test_a_run_that_is_watched_gives_what_one_that_is_not_gives(engine):
    watched, alone = engine.explain([case(0.4)], RunWatch())[0], engine.explain([case(0.4)])[0]
    assert watched.logits == alone.logits


def test_an_error_of_the_graph_stays_its_own(engine):
    with pytest.raises(Exception, match="Got invalid dimensions"):
        run_watched(engine._session, np.zeros((1, 1, 8, 8), np.float32), RunWatch(), 10.0)


class Stuck:
    """A session caught inside one node: it looks at no flag."""

    def __init__(self):
        self.let_go = threading.Event()

    def get_outputs(self):
        return []

    def run(self, *arguments):
        assert self.let_go.wait(10)
        return []


@pytest.mark.parametrize("is_wanted", [True, False])
def test_a_run_that_goes_on_past_its_limit_is_told(monkeypatch, is_wanted):
    monkeypatch.setattr(stoppable_run, "STUCK_SECONDS", 0.3)
    session, told = Stuck(), []

    def tell(problem):
        told.append((problem, time.monotonic()))
        session.let_go.set()

    began = time.monotonic()
    run_watched(session, np.zeros((1, 1, 8, 8)), RunWatch(lambda: is_wanted, tell), 0.5)
    [(problem, at)] = told
    assert (problem.limit, at - began > 0.8) == (0.5, True)


class Stoppable(Stuck):
    """A session that looks at the flag, and ends by itself when it is let go."""

    def run(self, names, feed, options):
        while not self.let_go.wait(0.01):
            if options.terminate:
                raise RuntimeError("terminated")
        return []


@pytest.mark.parametrize(("bound", "is_stopped"), [(stoppable_run._MOST_BETWEEN_LOOKS, False), (1e9, True)])
def test_time_in_which_the_process_stood_still_is_none_of_the_run(monkeypatch, bound, is_stopped):
    """A machine that slept for an hour: the clock jumps, the run did not take so long."""
    monkeypatch.setattr(stoppable_run, "_MOST_BETWEEN_LOOKS", bound)
    real, session = time.monotonic, Stoppable()
    jumped_at = real() + 0.3
    monkeypatch.setattr(stoppable_run.time, "monotonic", lambda: real() + (3600 if real() > jumped_at else 0))
    threading.Timer(1.0, session.let_go.set).start()
    with pytest.raises(RunTooLong) if is_stopped else nullcontext():
        run_watched(session, np.zeros((1, 1, 8, 8)), RunWatch(), 3.0)


def test_in_hand_is_entered_while_the_graph_runs_and_left_when_it_was_stopped(engine, monkeypatch):
    monkeypatch.setattr(stoppable_run, "LEAST_SECONDS", 0.5)
    seen = []

    class InHand:
        def __enter__(self):
            seen.append("in")

        def __exit__(self, *problem):
            seen.append("out")

    engine.explain([case(0.4)], RunWatch(in_hand=InHand()))
    with pytest.raises(RunTooLong):
        engine.explain([case(1.0)], RunWatch(in_hand=InHand()))
    assert seen == ["in", "out"] * 2


@pytest.mark.parametrize(
    ("selfcheck", "images", "limit"),
    [(0.1, 1, 10.0), (1.0, 4, 20.0), (1.0, 2, 20.0), (1.0, 8, 40.0), (30.0, 1, 180.0)],
)
def test_the_limit_is_twenty_times_the_self_check_within_bounds(selfcheck, images, limit):
    assert run_limit(selfcheck, images, selfcheck_images=4) == limit


def test_an_engine_that_is_timed_knows_its_limit(engine):
    assert 0 < engine.selfcheck_seconds < 0.5
    assert engine.limit_seconds(1) == 10.0
    engine.selfcheck_seconds = 1.0
    assert (engine.limit_seconds(2), engine.limit_seconds(3)) == (20.0, 30.0)
