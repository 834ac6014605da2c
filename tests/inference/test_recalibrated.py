"""A bundle with another calibrator: the network's outputs keep every bit, thresholds call the same images, all checks pass."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.bundle import Bundle
from inference.calibration_forms import Beta, Ramps, ScaleBias
from inference.recalibrated import Naming, Refit, moved, moved_ceiling, write_recalibrated
from inference.session import CPU, open_session, run_session
from tests.conftest import REPOSITORY
from tests.inference.tiny_bundle import make_tiny_bundle, tiny_manifest

NAMING = Naming("named", "9.9.9", "2026-01-01T00:00:00Z", "Refitted.", {"site_calibration": {"base": "x"}}, "# Above")
BLOCK = {"n": 120, "n_positive": 60, "ece_before": None, "ece_after": None}
CURVE = ScaleBias(0.4, -1.3)
DEMO = REPOSITORY / "webapp/demo/demo-cxr-1.1.0.bundle"


def refit(curve: ScaleBias = CURVE) -> Refit:
    return Refit(curve, [ScaleBias(curve.scale + k / 1000, curve.bias) for k in range(20)], BLOCK)


def outputs(bundle: Bundle, images: np.ndarray) -> dict[str, np.ndarray]:
    return run_session(open_session(bundle.onnx_bytes, [CPU], threads=1), images)


@pytest.fixture(scope="module", params=["tiny", "demo"])
def pair(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Bundle]:
    folder = tmp_path_factory.mktemp("pair")
    path = DEMO if request.param == "demo" else folder / "base.bundle"
    if request.param == "tiny":
        make_tiny_bundle(path)
    base = Bundle.load(path, run_selfcheck=False)
    write_recalibrated(folder / "new.bundle", base, {"pleural_effusion": refit()}, NAMING)
    return base, Bundle.load(folder / "new.bundle")


def test_every_output_but_the_refitted_number_keeps_its_bytes(pair: tuple[Bundle, Bundle]) -> None:
    base, new = pair
    side = base.input_spec.height
    images = np.random.default_rng(1).random((3, 1, side, side), np.float32)
    before, after = outputs(base, images), outputs(new, images)
    assert list(before) == list(after)
    column = base.contents.keys.index("pleural_effusion")
    for name in before:
        if name != "probabilities":
            assert before[name].tobytes() == after[name].tobytes(), name
    others = [k for k in range(len(base.contents.keys)) if k != column]
    assert before["probabilities"][:, others].tobytes() == after["probabilities"][:, others].tobytes()
    expected = CURVE.apply(before["logits"][:, column])
    assert np.abs(after["probabilities"][:, column] - expected).max() < 1e-6
    assert (new.id, new.name, new.version) != (base.id, base.name, base.version)


def test_the_manifest_says_what_is_new_and_leaves_the_rest(pair: tuple[Bundle, Bundle]) -> None:
    base, new = pair
    for old, own in zip(base.manifest["findings"], new.manifest["findings"], strict=True):
        if own["key"] != "pleural_effusion":
            assert own == old
        else:
            assert own["calibration"]["n_positive"] == 60
            assert own["maps"] == old["maps"]
            assert [point[:2] for point in own["roc"]] == [point[:2] for point in old["roc"]]
            assert own["operating_point"]["sensitivity"] == old["operating_point"]["sensitivity"]
    assert new.manifest["input"] == base.manifest["input"]
    assert new.manifest["gate"] == base.manifest["gate"]
    assert new.manifest["evidence"]["site_calibration"] == {"base": "x"}
    assert new.card.startswith("# Above")
    assert not [n for n in new.manifest["evidence"]["metrics"] if n.startswith("ece") and "pleural" in n]


def test_thresholds_call_the_same_images_as_before(pair: tuple[Bundle, Bundle]) -> None:
    base, new = pair
    column = base.contents.keys.index("pleural_effusion")
    z = np.random.default_rng(2).normal(0, 4, 5000)
    old, own = base.contents.findings[column], new.contents.findings[column]
    before, after = old.calibrator.apply(z), own.calibrator.apply(z)
    assert (before >= old.operating_point.threshold).tolist() == (after >= own.operating_point.threshold).tolist()
    assert (before >= old.conformal.present_at_least).tolist() == (after >= own.conformal.present_at_least).tolist()
    assert (before <= old.conformal.absent_at_most).tolist() == (after <= own.conformal.absent_at_most).tolist()
    assert own.operating_point.threshold != old.operating_point.threshold


@pytest.mark.parametrize(
    "before", [ScaleBias(2.0, 1.0), Beta(0.5, 1.5, 0.2), Ramps(((-3.0, 0.1), (0.0, 0.1), (2.0, 0.7)))]
)
def test_a_threshold_follows_any_form(before: Any) -> None:
    z = np.random.default_rng(3).normal(0, 3, 4000)
    for t in (0.1, 0.35, 0.7, 0.95):
        assert ((before.apply(z) >= t) == (CURVE.apply(z) >= moved(t, before, CURVE))).all(), t
        assert ((before.apply(z) <= t) == (CURVE.apply(z) <= moved_ceiling(t, before, CURVE))).all(), t
    assert moved(0.0, before, CURVE) == 0.0
    assert moved_ceiling(1.0, before, CURVE) == 1.0


def test_a_bundle_that_was_refitted_is_refitted_again(tmp_path: Path) -> None:
    make_tiny_bundle(tmp_path / "a.bundle")
    for source, target, scale in (("a", "b", 0.5), ("b", "c", 0.7)):
        base = Bundle.load(tmp_path / f"{source}.bundle")
        new = {"lung_opacity": refit(ScaleBias(scale, 0.2))}
        write_recalibrated(tmp_path / f"{target}.bundle", base, new, NAMING)
    twice = Bundle.load(tmp_path / "c.bundle")
    assert twice.contents.findings[0].calibrator.parameters == ScaleBias(0.7, 0.2)


def test_what_is_calibrated_together_or_not_there_is_refused(tmp_path: Path) -> None:
    make_tiny_bundle(tmp_path / "a.bundle")
    base = Bundle.load(tmp_path / "a.bundle")
    with pytest.raises(ValueError, match="allowed: lung_opacity, pleural_effusion, cardiomegaly"):
        write_recalibrated(tmp_path / "b.bundle", base, {"mass": refit()}, NAMING)
    manifest = tiny_manifest()
    assert manifest["task"] == "multilabel"
    with pytest.raises(ValueError, match="refit of nothing"):
        write_recalibrated(tmp_path / "b.bundle", base, {}, NAMING)
    assert not (tmp_path / "b.bundle").exists()
