"""The card of a row: every figure says on whom it was measured, and nothing is said that was not measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from training.data.paper_splits import SplitRule
from training.data.settings import DataSettings
from training.losses import LossTable
from training.run.card import CardFacts, row_card
from training.run.manifest import MapPart

ONES = ("lung_opacity", "cardiomegaly")


def estimate(value: float, n: int, **more: Any) -> dict[str, Any]:
    return {"value": value, "ci": [value - 0.1, value + 0.1], "n": n, "method": "made"} | more


def figures(n: int, area: float) -> dict[str, Any]:
    ece = {f"ece15_width_{name}": estimate(0.2, n, noise_floor={"mean": 0.05, "range": [0.03, 0.07]})
           for name in ("mean", *ONES)}  # fmt: skip
    return {
        "n": n, "patients": n - 1, "metrics": {f"auc_{name}": estimate(area, n, n_positive=11) for name in ONES},
        "auc_by_view": {view: {name: estimate(area, n // 2, n_positive=5) for name in ONES} for view in ("AP", "PA")},
        "gate": {"refused": estimate(0.15, n)},
        "calibration": {
            "before": ece, "after": ece, "method": "platt", "split": "calibration", "note": "Made.",
            "sources": {"lung_opacity": "real", "cardiomegaly": "phantom"},
        },
        "localisation": {"gradcam": {"pointing": estimate(0.5, n, chance=0.2)}},
    }  # fmt: skip


@pytest.fixture
def facts(small_row) -> CardFacts:  # type: ignore[no-untyped-def]
    """A network of fold 2 with phantoms beside real images."""
    row = small_row(
        data=DataSettings("chestxray14_320"), split_rule=SplitRule("folds", folds=5, fold=2),
        loss=LossTable("two-heads", map_weight=0.3), paper="", table="demo", name="demo",
    )  # fmt: skip
    data = {
        "name": "chestxray14_320+phantoms", "images": 500, "patients": 480, "fingerprint": "ab" * 32,
        "splits": {"train": 400, "selection": 0, "calibration": 60, "evaluation": 40},
        "positives": {"train": {"lung_opacity": 30, "cardiomegaly": 20}}, "phantoms": {"train": 300, "evaluation": 20},
    }  # fmt: skip
    metrics = {
        "classes": list(ONES), "task": "multilabel", "split": "test", "scale": "full", "data": data, **figures(134, 0.75),
        "phantoms": figures(300, 0.85),
    }  # fmt: skip
    point = {"rule": "youden", "threshold": 0.6, "sensitivity": estimate(0.83, 12), "specificity": estimate(0.89, 48)}
    classes = {
        "lung_opacity": {"n": 60, "n_positive": 12, "operating_point": point},
        "cardiomegaly": {"n": 300, "n_positive": 64, "operating_point": point},
    }
    evidence = (estimate(0.4, 6, chance=0.1, data="real images"), estimate(0.8, 73, chance=0.2, data="phantoms"))
    maps = {"gradcam": MapPart("gap-mlp", "trunk", (14, 14), (0.5, 0.5), evidence)}
    return CardFacts("demo", "1.1.0", row, metrics, {"logits": 1e-6}, maps, classes, "phantoms")


def sections(card: str) -> dict[str, str]:
    """Text below each heading; headings of the phantoms' part carry `Phantoms/`."""
    found: dict[str, str] = {}
    part, heading = "", ""
    for line in card.splitlines():
        if line.startswith("# Phantoms"):
            part = "Phantoms/"
        elif line.startswith("# "):
            part, heading = "", line.strip("# ")
        elif line.startswith("## "):
            heading = part + line.strip("# ")
        found[heading] = found.get(heading, "") + line + "\n"
    return found


def test_results_say_on_whom_how_many_and_by_view(facts: CardFacts) -> None:
    found = sections(row_card(facts))
    assert "Split test: 134 real images of 133 patients." in found["Results"]
    assert "| auc_lung_opacity | 0.750 | 0.650-0.850 | 134 | 11 |" in found["Results"]
    assert "| auc_cardiomegaly, PA | 0.750 | 0.650-0.850 | 67 | 5 |" in found["Results"]
    assert "likeness check refuses 0.150 (0.050-0.250), n 134 of these images" in found["Results"]
    assert "300 drawn phantoms of 299 patients" in found["Phantoms/Results"]
    assert "| auc_lung_opacity, AP | 0.850 | 0.750-0.950 | 150 | 5 |" in found["Phantoms/Results"]


def test_calibration_and_operating_points_say_of_what_cases_they_are(facts: CardFacts) -> None:
    found = sections(row_card(facts))
    assert "| ECE-15 after, cardiomegaly | 0.200 | 0.100-0.300 | 134 | 0.050 (0.030-0.070) |" in found["Calibration"]
    points = found["Operating points"]
    assert "measured on the cases that chose the thresholds" in points
    assert (
        "| lung_opacity | 60 real images, 12 positive | youden | 0.600 | 0.830 (0.730-0.930), n 12 | 0.890 (0.790-0.990), n 48 |"
        in points
    )
    assert "| cardiomegaly | 300 phantoms, 64 positive |" in points
    limits = found["Limits and failure modes"]
    assert "cardiomegaly was calibrated on phantoms: on real images its probability" in limits
    assert "lung_opacity was calibrated on 12 positives" in limits


def test_maps_by_class_say_whether_places_were_on_phantoms(facts: CardFacts) -> None:
    found = sections(row_card(facts))["Maps by class"]
    assert "| lung_opacity, gradcam | 0.400 | 0.300-0.500 | 6 | 0.100 | real images |" in found
    assert "| cardiomegaly, gradcam | 0.800 | 0.700-0.900 | 73 | 0.200 | phantoms |" in found
    assert "gradcam 14 x 14" in found


def test_the_data_and_the_start_are_named(facts: CardFacts) -> None:
    found = sections(row_card(facts))
    data = found["Data"]
    assert "Of 5 folds of the patients, fold 2 evaluates" in data
    assert "The NIH Clinical Center is the data provider" in data
    assert "lung opacity is Pneumonia, Consolidation or Infiltration" in data
    assert "320 of them drawn phantoms" in data
    assert "| train | 400 | 300 | lung_opacity 30, cardiomegaly 20 |" in data
    assert 'start weights those of row "phantoms"' in found["Making"]


def test_what_was_not_measured_is_not_said(facts: CardFacts) -> None:
    bare = {name: own for name, own in facts.metrics.items() if name not in ("phantoms", "auc_by_view", "gate")}
    bare["calibration"] = {name: own for name, own in facts.metrics["calibration"].items() if name != "sources"}
    bare["data"] = {name: own for name, own in facts.metrics["data"].items() if name != "phantoms"}
    unplaced = {"gradcam": replace(facts.maps["gradcam"], evidence=(None, None))}
    row = replace(
        facts.row, split_rule=SplitRule("fractions"), loss=LossTable("bce", map_weight=0.3), data=DataSettings("folder")
    )
    card = row_card(replace(facts, metrics=bare, maps=unplaced, row=row, start=""))
    for word in (
        "phantom",
        "By view",
        "gate's likeness",
        "Maps by class",
        "folds",
        "NIH",
        "Label rules",
        "Class maps were",
        "of row",
    ):
        assert word not in card, word
    assert "Split test: 134 images of 133 patients." in card
    assert "start weights none" in card
