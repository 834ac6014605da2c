"""Numbers of a manifest as the model page writes them."""

import pytest

from webapp.deployments.manifest_rows import finding_rows, measured, measured_on, metric_rows


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "not stated"),
        (0.41999, "0.42"),
        ({"value": 0.83, "ci": [0.79, 0.87], "n": 120}, "0.83 (95 % CI 0.79 to 0.87, n 120)"),
        ({"value": 0.03, "noise_floor": 0.0234}, "0.03 (noise floor 0.0234)"),
        # The demo model's page showed a Python dictionary here.
        (
            {"value": 0.03, "noise_floor": {"mean": 0.023378, "range": [0.01657, 0.031569]}, "n": 300},
            "0.03 (noise floor 0.0234 (0.0166 to 0.0316), n 300)",
        ),
    ],
)
def test_a_measured_value_reads_as_a_sentence(value: object, text: str) -> None:
    assert measured(value) == text


POINTING = {"value": 0.5, "ci": [0.4, 0.6], "n": 81}


@pytest.mark.parametrize("spelling", ["localization", "localisation"])
def test_how_well_maps_point_is_shown_under_either_spelling(spelling: str) -> None:
    manifest = {"evidence": {"metrics": {"acc": {"value": 0.9}}, spelling: {"gradcam": {"pointing": POINTING}}}}
    assert metric_rows(manifest) == [
        ("acc", "0.9"), ("gradcam / pointing", "0.5 (95 % CI 0.4 to 0.6, n 81)")
    ]  # fmt: skip


def test_figures_of_phantoms_and_of_real_images_are_told_apart() -> None:
    own = {"n": 300, "metrics": {"acc": {"value": 0.95}}, "localisation": {"wildcat": {"pointing": POINTING}}}
    manifest = {
        "evidence": {
            "data": {"name": "chests"}, "split": "test", "n": 134, "metrics": {"acc": {"value": 0.8}}, "phantoms": own,
        }
    }  # fmt: skip
    manifest["evidence"]["auc_by_view"] = {"AP": {"opacity": {"value": 0.7}}}
    assert metric_rows(manifest) == [
        ("real images / acc", "0.8"),
        ("real images / auc_by_view / AP / opacity", "0.7"),
        ("drawn phantoms / acc", "0.95"),
        ("drawn phantoms / wildcat / pointing", "0.5 (95 % CI 0.4 to 0.6, n 81)"),
    ]
    assert measured_on(manifest) == "134 real images and 300 drawn phantoms of data set chests, split test."


def test_on_whom_is_said_where_a_manifest_says_it_and_nowhere_else() -> None:
    assert measured_on({"evidence": {"split": "val", "n": 12, "data": {"name": "mine"}}}) == (
        "12 images of data set mine, split val."
    )
    assert measured_on({"evidence": {"split": {"by": "patient"}}}) == ""
    assert measured_on({}) == ""


def test_a_map_says_on_what_it_was_measured() -> None:
    maps = {"gradcam": {"evidence": POINTING | {"metric": "pointing", "data": "phantoms"}}, "classmaps": {}}
    row = finding_rows({"findings": [{"key": "opacity", "maps": maps}]})[0]
    assert row.maps == [
        ("gradcam", "pointing 0.5 (95 % CI 0.4 to 0.6, n 81), on phantoms"), ("classmaps", "not measured")
    ]  # fmt: skip


def test_a_finding_says_whether_phantoms_calibrated_it() -> None:
    fitted = {"n": 300, "n_positive": 64}
    findings = [{"key": key, "calibration": fitted} for key in ("heart", "opacity", "other")]
    sources = {"heart": "phantom", "opacity": "real"}
    rows = finding_rows({"findings": findings, "evidence": {"calibration": {"sources": sources}}})
    assert [row.calibrated_on for row in rows] == [
        "300 drawn phantoms, 64 with the finding", "300 real images, 64 with the finding", "300 cases, 64 with the finding"
    ]  # fmt: skip
