"""The benchmark's arithmetic and its cut; figures themselves are printed, never asserted."""

import numpy as np
import onnx
import pytest

from benchmarks.explained_graph import main
from benchmarks.explained_over_bare import bare_classifier, explained_over_bare
from benchmarks.paired_timing import median_ratio, time_in_turns
from inference.session import CPU, open_session, run_session
from tests.inference.tiny_bundle import tiny_onnx, tiny_selfcheck


def test_the_bare_classifier_gives_the_same_probabilities_and_no_maps():
    bare = bare_classifier(tiny_onnx())
    model = onnx.load_model_from_string(bare)
    outputs = run_session(open_session(bare, [CPU], threads=1), tiny_selfcheck()["image"])
    assert list(outputs) == ["probabilities"]
    np.testing.assert_array_equal(outputs["probabilities"], tiny_selfcheck()["probabilities"])
    assert "classmaps" not in {name for node in model.graph.node for name in node.output}


def test_the_ratio_is_paired():
    below = np.array([1.0, 10.0, 100.0])
    found = median_ratio(below * np.array([1.1, 1.2, 1.3]), below)
    assert found["median"] == pytest.approx(1.2)
    assert 1.1 <= found["ci"][0] <= 1.2 <= found["ci"][1] <= 1.3


def test_blocks_are_resampled_whole():
    # Two blocks, each with a ratio of its own: the interval spans both, however many rounds a block has.
    below = np.ones((2, 50))
    found = median_ratio(below * np.array([[1.0], [1.2]]), below)
    assert found["rounds"] == 100
    assert found["ci"] == pytest.approx([1.0, 1.2])


def test_every_task_runs_once_in_every_round_and_the_order_changes():
    calls = []
    tasks = {name: lambda own=name: calls.append(own) for name in "abc"}
    seconds = time_in_turns(tasks, rounds=30, warm_up=0)
    assert {name: values.shape for name, values in seconds.items()} == {"a": (30,), "b": (30,), "c": (30,)}
    orders = ["".join(calls[start : start + 3]) for start in range(0, 90, 3)]
    assert all(sorted(order) == ["a", "b", "c"] for order in orders)
    assert len(set(orders)) == 6


def test_the_explained_graph_is_timed_against_its_own_file_and_a_control():
    found = explained_over_bare(tiny_onnx(), tiny_selfcheck()["image"][:1], rounds=24, threads=1, providers=[CPU])
    assert set(found["milliseconds"]) == {"explained", "bare", "bare_again"}
    assert min(found["milliseconds"].values()) > 0
    assert found["control_same_file"]["rounds"] == found["explained_over_bare"]["rounds"] == 24


def test_without_a_bundle_it_says_what_to_do(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("benchmarks.explained_graph.DEMO", tmp_path)
    assert main([]) == 2
    assert "make demo-model" in capsys.readouterr().err
