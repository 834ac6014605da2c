"""Every form of calibrator in a manifest and in a bundle: probabilities, intervals, decisions, and what is refused."""

import copy
import dataclasses
import json
from pathlib import Path

import jsonschema
import numpy as np
import onnx
import pytest
from onnx import helper
from scipy.special import expit, softmax

from inference.bundle import Bundle, BundleError, write_bundle
from inference.calibration_forms import Beta, Ramps, ScaleBias, checked_form, read_refit
from inference.decisions import decide_by_class_set
from inference.engine import Case, Engine
from inference.manifest import CALIBRATORS_FILE, ManifestError, bundle_schema, read_manifest
from inference.preprocessing import ModelInput
from inference.report_text import bundle_lines
from inference.session import CPU, open_session, run_session
from tests.inference.exam_questions import asked
from tests.inference.tiny_bundle import CARD, KEYS, tiny_manifest, tiny_onnx, tiny_selfcheck

BLOCKS = json.loads(CALIBRATORS_FILE.read_text("utf-8"))
IMAGE = np.full((1, 64, 64), 0.4, np.float32)
IMAGE[0, 8:24, 8:24] = 1.0


def manifest_with(example, /, task="multilabel", **changes):
    """The tiny manifest with one calibrator for all findings."""
    document = tiny_manifest(task=task)
    for finding in document["findings"]:
        finding["calibration"] = copy.deepcopy(BLOCKS[example]) | changes
    return document


def softmax_graph():
    """The tiny graph with a softmax over the findings in place of the sigmoid."""
    model = onnx.load_model_from_string(tiny_onnx())
    place = next(i for i, node in enumerate(model.graph.node) if node.op_type == "Sigmoid")
    del model.graph.node[place]
    model.graph.node.insert(place, helper.make_node("Softmax", ["calibrated"], ["probabilities"], axis=1))
    return model.SerializeToString(deterministic=True)


@pytest.fixture(scope="module")
def single_bundle(tmp_path_factory):
    path = tmp_path_factory.mktemp("single") / "tiny-cxr-1.0.0.bundle"
    graph = softmax_graph()
    images = tiny_selfcheck()["image"]
    selfcheck = {"image": images, **run_session(open_session(graph, [CPU], threads=1), images)}
    write_bundle(path, manifest_with("softmax", "single"), graph, CARD, selfcheck)
    return Bundle.load(path)


@pytest.mark.parametrize("form", BLOCKS)
def test_the_example_of_every_form_follows_the_schema(form):
    schema = bundle_schema()
    jsonschema.Draft202012Validator({"$ref": "#/$defs/calibrator", "$defs": schema["$defs"]}).validate(BLOCKS[form])


def test_a_calibration_that_names_no_form_is_a_scale_and_a_bias():
    # Bundles made before forms were named do not say it: the demo model of 0.1.0 is one.
    path = Path(__file__).parents[1] / "earlier_versions" / "demo-cxr-1.0.0.bundle"
    contents = Bundle.load(path, run_selfcheck=False).contents
    for part, own in zip(contents.document["findings"], contents.calibrators, strict=True):
        assert "form" not in part["calibration"]
        assert own.parameters == ScaleBias(part["calibration"]["scale"], part["calibration"]["bias"])
        assert own.refits[0].numbers() == part["calibration"]["bootstrap"][0]


def test_beta_and_ramps_by_hand():
    logits = np.array([[0.0, 1.25, -9.0]])
    beta = read_manifest(manifest_with("beta")).probabilities(logits)
    # z = 0: log p = log(1 - p) = -ln 2: sigmoid(-.9 ln 2 + .7 ln 2 - .2)
    assert beta[0, 0] == pytest.approx(expit(-0.2 * np.log(2) - 0.2))
    ramps = read_manifest(manifest_with("ramps")).probabilities(logits)
    # -1 -> .05 up to .5 -> .4 up to 2 -> .9: two thirds of the way, half of the way, level below
    assert ramps[0] == pytest.approx([0.05 + 2 / 3 * 0.35, 0.65, 0.05])


@pytest.mark.parametrize("form", ["beta", "ramps"])
def test_the_interval_is_the_middle_of_the_refits(form):
    contents = read_manifest(manifest_with(form))
    low, high = contents.intervals(np.array([0.3, 0.0, 0.0]))[0]
    values = [float(refit.apply(np.array(0.3))) for refit in contents.findings[0].calibrator.refits]
    assert len(values) == 20
    assert (low, high) == pytest.approx(tuple(np.percentile(values, [2.5, 97.5])))
    assert low < contents.probabilities(np.array([0.3, 0.0, 0.0]))[0] < high


def test_refits_of_a_softmax_are_taken_together():
    document = manifest_with("softmax", "single")
    for k, finding in enumerate(document["findings"]):  # refit b adds b to every bias alike: nothing may change
        finding["calibration"]["bootstrap"] = [[1.0, 0.1 * k + b] for b in range(20)]
    logits = np.array([1.0, 0.0, -1.0])
    expected = softmax(logits + np.array([0.0, 0.1, 0.2]))
    for k, (low, high) in enumerate(read_manifest(document).intervals(logits)):
        assert low == pytest.approx(expected[k]) == pytest.approx(high)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            manifest_with("softmax"),
            r"lung_opacity.calibration.form: 'softmax'; allowed: any form but 'softmax' for task",
        ),
        (manifest_with("beta", "single"), r"calibration.form: 'beta'; allowed: 'softmax' for task 'single'"),
        (manifest_with("beta", a=-1), r"findings.\d.calibration.a: -1 is less than the minimum"),
        (manifest_with("beta", bootstrap=[[1, 1]] * 20), r"bootstrap: \[1, 1\]; allowed: 3 numbers for form 'beta'"),
        (manifest_with("ramps", knots=[[1, 0.2], [0, 0.3]]), r"knots at \[1.0, 0.0\]; allowed: rising x"),
        (manifest_with("ramps", knots=[[0, 0.2], [1, 1.3]]), r"knots from 0.2 to 1.3; allowed: probabilities from 0"),
        (
            manifest_with("ramps", bootstrap=[[1, 1]] * 20),
            r"\[1, 1\]; allowed: a list of \[x, y\] knots for form 'ramps'",
        ),
        (manifest_with("beta", form="scale-bias"), r"'scale' is a required property"),
        (manifest_with("beta", form="spline"), r"calibration.form: 'spline' is not one of"),
        (manifest_with("beta", method="bbq"), r"calibration.method: 'bbq' is not one of"),
    ],
)
def test_a_calibrator_that_does_not_fit_is_named(document, message):
    with pytest.raises(ManifestError, match=message):
        read_manifest(document)


def test_missing_parameters_of_a_form_are_named():
    document = manifest_with("ramps")
    del document["findings"][1]["calibration"]["knots"]
    with pytest.raises(ManifestError, match=r"findings.1.calibration: 'knots' is a required property"):
        read_manifest(document)


def test_refits_of_a_softmax_must_be_as_many_for_every_class():
    document = manifest_with("softmax", "single")
    document["findings"][2]["calibration"]["bootstrap"].append([1.0, 0.0])
    with pytest.raises(
        ManifestError, match=r"cardiomegaly.calibration.bootstrap: 21 refits; allowed: 20, as the first"
    ):
        read_manifest(document)


def test_numbers_written_are_read_back():
    for own in (ScaleBias(0.8, -0.1), Beta(0.9, 0.7, -0.2), Ramps(((0.0, 0.2), (1.0, 0.3)))):
        form = {ScaleBias: "scale-bias", Beta: "beta", Ramps: "ramps"}[type(own)]
        assert read_refit(form, own.numbers()) == own


def test_a_softmax_bundle_answers_with_probabilities_of_sum_one(single_bundle):
    explanation = Engine(single_bundle, [CPU], threads=1).explain([_case()])[0]
    logits = np.array([explanation.logits[key] for key in KEYS])
    found = np.array([explanation.probabilities[key] for key in KEYS])
    assert found == pytest.approx(softmax(0.8 * logits - 0.1), abs=1e-6)
    assert found.sum() == pytest.approx(1)
    for part in explanation.document()["findings"]:
        low, high = part["interval"]
        assert low < part["probability"] < high


def test_a_softmax_bundle_decides_by_the_set_of_the_image(single_bundle):
    # thresholds .47 for every class: logits -1, -2, -2 give .527 and twice .237; only the opacity is left
    explanation = Engine(single_bundle, [CPU], threads=1).explain([_case()])[0]
    decisions = {part["key"]: part["decision"] for part in explanation.document()["findings"]}
    assert decisions == {"lung_opacity": "positive", "pleural_effusion": "negative", "cardiomegaly": "negative"}
    assert "calibration: vector, scale 0.8, bias -0.1" in "\n".join(bundle_lines(single_bundle))
    assert "one of the classes left if p >=" in "\n".join(bundle_lines(single_bundle))


def test_an_image_is_uncertain_unless_one_class_is_left():
    findings = read_manifest(manifest_with("softmax", "single")).findings
    limits = [
        dataclasses.replace(own, conformal=dataclasses.replace(own.conformal, present_at_least=t))
        for own, t in zip(findings, (0.5, 0.3, 0.3), strict=True)
    ]
    two = decide_by_class_set([0.3, 0.35, 0.35], limits)
    assert [own.decision for own in two] == ["negative", "uncertain", "uncertain"]
    assert two[1].reason == ("At 90 % confidence 2 classes cannot be told apart: Pleural effusion, Cardiomegaly.")
    none = decide_by_class_set([0.45, 0.28, 0.27], limits)
    assert {own.decision for own in none} == {"uncertain"}
    assert none[0].reason == "At 90 % confidence the scores fit no class."


def test_a_graph_whose_softmax_is_another_is_refused(tmp_path):
    selfcheck = tiny_selfcheck()  # of the sigmoid graph
    with pytest.raises(BundleError, match=r"calibration: lung_opacity: the graph gives .* as the softmax calibrator"):
        write_bundle(tmp_path / "x.bundle", manifest_with("softmax", "single"), softmax_graph(), CARD, selfcheck)


def _case():
    return Case(ModelInput(IMAGE, (0.0, 0.0, 64.0, 64.0), 64, 64, "ab" * 32), asked())


def test_a_scale_of_zero_would_give_every_image_the_same_answer():
    with pytest.raises(ValueError, match="scale 0; allowed: above 0"):
        checked_form(ScaleBias(0.0, 1.0))
