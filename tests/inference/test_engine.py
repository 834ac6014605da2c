"""The engine on the tiny bundle, whose every output can be computed on paper."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from scipy.special import expit

from inference.bundle import Bundle
from inference.engine import Case, Engine, NonFiniteOutput
from inference.preprocessing import ModelInput
from inference.session import CPU, CUDA, ProviderError, open_session, provider_of
from tests.inference.exam_questions import asked
from tests.inference.prepared_array import prepare_array
from tests.inference.tiny_bundle import KEYS, make_tiny_bundle, tiny_manifest, tiny_onnx


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    path = tmp_path_factory.mktemp("bundle") / "tiny-cxr-1.0.0.bundle"
    make_tiny_bundle(path)
    return Bundle.load(path)


@pytest.fixture(scope="module")
def engine(bundle):
    return Engine(bundle, [CPU], threads=1)


def case(image=None, region=(0.0, 0.0, 640.0, 640.0), **changes):
    """A bright 16 x 16 square (four blocks) on 0.4 gray, seen by the model as it is; source 640 x 640."""
    if image is None:
        image = np.full((1, 64, 64), 0.4, np.float32)
        image[0, 8:24, 8:24] = 1.0
    prepared = ModelInput(image, region, 640, 640, "ab" * 32)
    return Case(prepared, asked(**changes))


def finding(explanation, key):
    return next(part for part in explanation.document()["findings"] if part["key"] == key)


def test_the_closed_form_comes_out(engine):
    # four blocks of 1.0: evidence 0.4 each, mean over 64 cells 4 * 0.4 / 64 = 0.025, logit 40 * 0.025 - 2 = -1
    explanation = engine.explain([case()])[0]
    assert explanation.logits["lung_opacity"] == pytest.approx(-1.0, abs=1e-5)
    assert explanation.probabilities["lung_opacity"] == pytest.approx(expit(0.8 * -1 - 0.1), abs=1e-6)
    assert explanation.maps["gradcam"][0, 1, 1] == pytest.approx(0.4 * 40 / 64, abs=1e-6)
    assert explanation.maps["classmaps"][0, 1, 1] == pytest.approx(40 * 0.4 - 2, abs=1e-4)
    assert explanation.maps["classmaps"][0, 0, 0] == pytest.approx(40 * -0.2 - 2, abs=1e-4)


def test_the_mean_of_gradcam_is_the_logit_without_its_bias(engine):
    explanation = engine.explain([case()])[0]
    sums = explanation.maps["gradcam"].sum(axis=(1, 2))
    np.testing.assert_allclose(sums, np.array(list(explanation.logits.values())) + 2.0, atol=1e-5)


def test_the_document_names_where_each_number_comes_from(engine, bundle):
    document = engine.explain([case()])[0].document()
    origin = {key: document[key] for key in ("bundle", "bundle_name", "bundle_version", "provider", "input_sha256")}
    assert origin == {
        "bundle": bundle.id,
        "bundle_name": "tiny-cxr",
        "bundle_version": "1.0.0",
        "provider": CPU,
        "input_sha256": "ab" * 32,
    }


def test_the_document_is_plain_json(engine):
    document = engine.explain([case()])[0].document()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert [part["kind"] for part in document["maps"]] == ["gradcam", "classmaps"]
    assert document["maps"][0]["method"] == "Grad-CAM"
    assert document["maps"][0]["findings"] == list(KEYS)
    assert document["maps"][0]["region"] == [0, 0, 640, 640]


def test_a_map_without_evidence_is_named_zero(engine):
    # the square lies in the zone of opacity only; the middle zone (cardiomegaly) touches one block of it
    maps = engine.explain([case()])[0].document()["maps"]
    assert maps[0]["is_zero"] == [False, True, False]
    assert maps[0]["maximum"][1] == 0
    assert maps[1]["is_zero"] == [False, True, False]
    assert maps[1]["minimum"][1] < 0


def test_a_negative_finding_has_a_probability_and_no_box(engine):
    found = finding(engine.explain([case()])[0], "lung_opacity")  # p = .289, absent if p <= .38
    assert (found["decision"], found["boxes"], found["reason"]) == ("negative", [], None)
    assert found["interval"][0] < found["probability"] < found["interval"][1]


def bright_case(**changes):
    """A 32 x 32 square of 1.0 (16 blocks): logit 40 * 16 * 0.4 / 64 - 2 = 2, p = sigmoid(1.5) = .818."""
    image = np.full((1, 64, 64), 0.4, np.float32)
    image[0, 0:32, 0:32] = 1.0
    return case(image, **changes)


def test_boxes_of_a_positive_finding_lie_on_its_evidence(engine):
    found = finding(engine.explain([bright_case()])[0], "lung_opacity")
    boxes = {(box["map"], box["rule"]): box for box in found["boxes"]}
    assert found["decision"] == "positive"
    assert set(boxes) == {
        ("gradcam", "component"),
        ("gradcam", "mass95"),
        ("classmaps", "component"),
        ("classmaps", "mass95"),
        ("classmaps", "classmap-fixed"),
    }
    mass95 = boxes["gradcam", "mass95"]  # all 16 blocks are needed for 95 %
    assert [mass95[side] for side in "xywh"] == [0, 0, 320, 320]
    fixed = boxes["classmaps", "classmap-fixed"]  # first of equal peaks, one block of 8 px, 10 source pixels each
    assert [fixed[side] for side in "xywh"] == [0, 0, 80, 80]


def test_boxes_follow_the_region_of_a_letterbox(engine):
    moved = bright_case()
    shifted = dataclasses.replace(moved.input, region=(-160.0, 0.0, 800.0, 960.0))  # 15 source pixels per model pixel
    explanation = engine.explain([dataclasses.replace(moved, input=shifted)])[0]
    box = next(box for box in explanation.boxes["lung_opacity"] if box.rule == "mass95")
    assert (box.x, box.y, box.w, box.h) == (0, 0, 320, 480)  # -160 .. 320 clipped at the image's left edge


def test_uncertain_says_why(engine, tmp_path):
    manifest = tiny_manifest()
    manifest["findings"][0]["conformal"] |= {"present_at_least": 0.1, "absent_at_most": 0.9}
    make_tiny_bundle(tmp_path / "a.bundle", findings=manifest["findings"])
    explanation = Engine(Bundle.load(tmp_path / "a.bundle"), [CPU], threads=1).explain([bright_case()])[0]
    found = finding(explanation, "lung_opacity")
    assert found["decision"] == "uncertain"
    assert "90 %" in found["reason"]
    assert found["boxes"]  # above the operating point


def test_a_refused_image_gets_no_number_no_map_and_no_box(engine):
    explanation = engine.explain([bright_case(view="LL")])[0]
    document = explanation.document()
    assert document["gate"]["verdict"] == "refused"
    assert document["maps"] == []
    assert explanation.maps == {}
    for found in document["findings"]:
        assert (found["probability"], found["interval"], found["boxes"]) == (None, None, [])
        assert found["decision"] == "refused"
        assert found["reason"] == "View Position says LL (left lateral); the model may be asked for PA, AP."


def test_an_unlike_image_is_refused_by_its_embedding(engine):
    blank = case(np.zeros((1, 64, 64), np.float32))  # halves 0 and 0: distance sqrt(2) * 4.5 = 6.36 > 6.2
    gate = engine.explain([blank])[0].document()["gate"]
    assert gate["verdict"] == "refused"
    assert gate["checks"][-1]["value"] == pytest.approx(6.364, abs=1e-3)


def test_missing_age_and_view_are_unknown_and_answered(engine):
    document = engine.explain([bright_case(view="", age="")])[0].document()
    assert document["gate"]["verdict"] == "unknown"
    assert document["findings"][0]["probability"] == pytest.approx(expit(1.5), abs=1e-5)


def test_batches_change_nothing(bundle, engine):
    images = np.random.default_rng(0).random((5, 1, 64, 64), np.float32)
    cases = [case(image) for image in images]
    together = Engine(bundle, [CPU], threads=1, batch=2).explain(cases)
    alone = [engine.explain([one])[0] for one in cases]
    for left, right in zip(together, alone, strict=True):
        np.testing.assert_allclose(list(left.logits.values()), list(right.logits.values()), atol=1e-5)


def test_no_cases_no_answers(engine):
    assert engine.explain([]) == []


def test_a_wrong_input_size_is_named(engine):
    with pytest.raises(ValueError, match=r"float32 \(1, 32, 32\); allowed: float32 \(1, 64, 64\)"):
        engine.explain([case(np.zeros((1, 32, 32), np.float32))])


def test_nan_is_an_error_that_names_output_and_input(bundle):
    model = onnx.load_model_from_string(tiny_onnx())
    model.graph.node[-1].output[0] = "flat_halves"
    model.graph.node.append(helper.make_node("Sub", ["flat_halves", "level"], ["below_zero"]))
    model.graph.node.append(helper.make_node("Log", ["below_zero"], ["embedding"]))
    broken = dataclasses.replace(bundle, onnx_bytes=model.SerializeToString())
    with pytest.raises(
        NonFiniteOutput, match=r"tiny-cxr 1.0.0: output 'embedding' is not finite for input abababababab"
    ):
        Engine(broken, [CPU], threads=1).explain([case()])  # log of 0.4 - 0.6


def test_an_unknown_provider_is_named(bundle):
    with pytest.raises(ProviderError, match=r"provider WarpDrive; allowed here: .*CPUExecutionProvider"):
        open_session(bundle.onnx_bytes, ["WarpDrive"])


def test_the_answer_says_which_provider_ran(bundle):
    engine = Engine(bundle, threads=1)  # CUDA where it works, else CPU
    assert engine.provider in (CPU, CUDA)
    assert engine.explain([case()])[0].document()["provider"] == engine.provider


def test_cuda_without_a_driver_becomes_cpu(bundle, monkeypatch):
    if Path("/dev/nvidiactl").exists():
        pytest.skip("this machine has an NVIDIA device, /dev/nvidiactl")
    monkeypatch.setattr("inference.session._has_nvidia_device", lambda: True)
    assert provider_of(open_session(bundle.onnx_bytes, threads=1)) == CPU


def test_the_whole_way_from_an_array(engine, bundle):
    gray = np.full((480, 640), 100, np.uint8)
    gray[100:200, 200:300] = 220
    gray[:20] = 0
    explanation = engine.explain([Case(prepare_array(gray, bundle.input_spec), asked("AP"))])[0]
    assert explanation.region == (0, -80, 640, 560)
    row, column = np.unravel_index(explanation.maps["gradcam"][0].argmax(), (8, 8))
    assert 200 <= (column + 0.5) * 80 <= 300  # the brightest cell lies on the bright square
    assert 100 <= (row + 0.5) * 80 - 80 <= 200


def test_numbers_alone_are_those_of_the_explanation(engine):
    """What is shown of erased copies goes the same way: calibration, interval, decision and refusal."""
    dark = np.full((1, 64, 64), 0.1, np.float32)
    items = [case(), case(dark), case(modality="CT")]
    explained = [item.document()["findings"] for item in engine.explain(items)]
    without_boxes = [[{**row, "boxes": []} for row in rows] for rows in explained]
    assert engine.numbers(items) == without_boxes
    assert [rows[0]["decision"] for rows in without_boxes][2] == "refused"
    assert without_boxes[2][0]["probability"] is None


def test_numbers_that_are_not_finite_are_named(bundle):
    broken = Engine(bundle, [CPU], threads=1)
    image = np.full((1, 64, 64), np.nan, np.float32)
    with pytest.raises(NonFiniteOutput, match="is not finite"):
        broken.numbers([case(image)])


def test_numbers_of_another_size_are_refused(engine):
    with pytest.raises(ValueError, match="model input is float32"):
        engine.numbers([case(np.zeros((1, 32, 32), np.float32))])
