"""The benchmark's arithmetic and its cut; figures themselves are printed, never asserted."""

import numpy as np
import onnx
import pytest

from benchmarks.explained_graph import bare_classifier, main, measure, median_ratio
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


def test_every_session_runs_in_every_round():
    session = open_session(tiny_onnx(), [CPU], threads=1)
    seconds = measure({"a": session, "b": session}, tiny_selfcheck()["image"][:1], rounds=3)
    assert {name: values.shape for name, values in seconds.items()} == {"a": (3,), "b": (3,)}
    assert all((values > 0).all() for values in seconds.values())


def test_without_a_bundle_it_says_what_to_do(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("benchmarks.explained_graph.DEMO", tmp_path)
    assert main([]) == 2
    assert "make demo-model" in capsys.readouterr().err
