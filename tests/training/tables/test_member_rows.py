"""Ensembles and error analyses of made predictions, counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from training.run.files import RunError
from training.tables.experiment_file import PaperRow, find_experiments, load_paper_experiment
from training.tables.member_rows import ensemble_row, errors_row, read_members
from training.tables.run_evidence import confusion, read_curves, reliability, weighted_rates

CLASSES = ("Effusion", "Infiltration", "No Finding")
# Two images per class; which class each member says.
TRUTH = (0, 0, 1, 1, 2, 2)
SAID = {"A": (0, 0, 1, 1, 2, 2), "B": (0, 1, 1, 2, 2, 2), "C": (1, 1, 1, 2, 2, 0)}
SURE = 2.0  # logit of the class that is said; the others have 0


def write_member(folder: Path, said: Sequence[int], splits: Sequence[str] = ("selection", "evaluation")) -> Path:
    """predictions.csv as `evaluate` leaves it, the same images in every split."""
    folder.mkdir(parents=True)
    lines = ["image,patient,split,class,label,logit,probability"]
    for split in splits:
        for image, (truth, answer) in enumerate(zip(TRUTH, said, strict=True)):
            for k, name in enumerate(CLASSES):
                logit = SURE if k == answer else 0.0
                lines.append(f"{split}-{image},p{image},{split},{name},{int(k == truth)},{logit},0.5")
    (folder / "predictions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    return {name: write_member(tmp_path / name, said) for name, said in SAID.items()}


def row(name: str) -> PaperRow:
    experiment = load_paper_experiment(find_experiments("003_s7")[0], "smoke")
    return experiment.row(name)


def errors() -> PaperRow:
    return load_paper_experiment(find_experiments("003_s5")[0]).row("All five")


def test_the_error_analysis_counts_what_all_none_and_one_get_wrong(folders: dict[str, Path]) -> None:
    """A is right on all six, B on 0, 2, 4, 5, C on 2, 4. All right: 2, 4. All wrong: none. Only A right: 1, 3. Only C wrong:
    0, 5."""
    found = errors_row(errors(), folders, "single")
    values = {key: document["value"] for key, document in found["metrics"].items()}
    assert values == {
        "all_wrong": 0, "all_right": 2, "only_wrong_A": 0, "only_right_A": 2, "only_wrong_B": 0, "only_right_B": 0,
        "only_wrong_C": 2, "only_right_C": 0,
    }  # fmt: skip
    assert found["lists"]["only_right_A"] == ["evaluation-1", "evaluation-3"]
    assert found["lists"]["only_wrong_C"] == ["evaluation-0", "evaluation-5"]
    with pytest.raises(RunError, match="needs a single-label task, not 'multilabel'"):
        errors_row(errors(), folders, "multilabel")


def test_average_voting_takes_the_mean_of_the_probabilities(folders: dict[str, Path]) -> None:
    """Two of three members decide: images 1 (B and C say 1) and 3 (B and C say 2) are wrong, so accuracy is 4/6; of the four
    images with a finding, image 3 is called No Finding: FNFR 1/4."""
    found = ensemble_row(row("Average voting"), folders, "single", draws=20)
    metrics = found["metrics"]
    assert metrics["acc"]["value"] == pytest.approx(4 / 6, abs=1e-5)
    assert metrics["fnfr"]["value"] == pytest.approx(1 / 4)
    assert metrics["weight_A"]["value"] == pytest.approx(1 / 3)
    assert "loss" not in metrics  # the paper prints none for a vote
    e = np.exp(SURE)
    assert found["predictions"].probabilities[0] == pytest.approx(
        [(2 * e + 1) / 3 / (e + 2), (2 + e) / 3 / (e + 2), 1 / (e + 2)]
    )


def test_the_genetic_algorithm_finds_the_member_that_is_always_right(folders: dict[str, Path]) -> None:
    found = ensemble_row(row("Weighted average voting"), folders, "single", draws=20)
    assert found["metrics"]["acc"]["value"] == pytest.approx(1.0)
    weights = [found["metrics"][f"weight_{name}"]["value"] for name in folders]
    assert sum(weights) == pytest.approx(1)
    assert weights[0] > 0.5
    assert any("restarts" in name for name, _ in found["facts"])


def test_members_that_saw_other_images_are_refused(tmp_path: Path, folders: dict[str, Path]) -> None:
    other = write_member(tmp_path / "D", SAID["A"], ("selection",))
    with pytest.raises(RunError, match="no image of split evaluation"):
        read_members({**folders, "D": other}, ("evaluation",), "single")
    lines = (folders["B"] / "predictions.csv").read_text(encoding="utf-8").splitlines()
    (folders["B"] / "predictions.csv").write_text("\n".join(lines[:-3]) + "\n", encoding="utf-8")
    with pytest.raises(RunError, match="member 'B' predicts 5 other images or classes than 'A'"):
        read_members(folders, ("evaluation",), "single")


def test_given_weights_need_one_for_each_member(folders: dict[str, Path]) -> None:
    with pytest.raises(RunError, match="6 weights for 3 members"):
        ensemble_row(row("Weighted average voting, the paper's weights"), folders, "single", draws=20)


def test_confusion_and_weighted_rates_follow_from_the_answers(folders: dict[str, Path]) -> None:
    """B: class 0 right once, once called 1; class 1 right once, once called 2; class 2 right twice. Precision 1, 1/2, 2/3,
    recall 1/2, 1/2, 1, each of two images: weighted precision .7222, recall 4/6."""
    from training.run.predictions import read_predictions

    predictions = read_predictions(folders["B"] / "predictions.csv", ("evaluation",))
    assert confusion(predictions, "single")[""]["counts"] == [[1, 1, 0], [0, 1, 1], [0, 0, 2]]
    rates = weighted_rates(predictions)
    assert rates["precision_weighted"]["value"] == pytest.approx((1 + 1 / 2 + 2 / 3) / 3)
    assert rates["recall_weighted"]["value"] == pytest.approx(4 / 6)
    bins = reliability(predictions, "single")["the answer"]["raw"]
    assert sum(own["count"] for own in bins) == 6
    assert max(own["count"] for own in bins) == 6  # every answer is equally sure: e^2 / (e^2 + 2) = .787
    binary = confusion(predictions, "multilabel")
    assert list(binary) == ["Effusion", "Infiltration"]


def test_learning_curves_join_the_stages_and_leave_out_what_is_no_number(tmp_path: Path) -> None:
    for stage, lines in (("stage-1", ["1,0.9,nan", "2,0.8,0.5"]), ("stage-2", ["1,0.7,0.6"])):
        (tmp_path / stage).mkdir()
        text = "\n".join(["epoch,train_loss,val_acc", *lines]) + "\n"
        (tmp_path / stage / "epochs.csv").write_text(text, encoding="utf-8")
    assert read_curves(tmp_path) == {
        "epoch": [1.0, 2.0, 3.0],
        "train_loss": [0.9, 0.8, 0.7],
        "val_acc": [None, 0.5, 0.6],
    }
    assert read_curves(tmp_path / "stage-1") == {}
