"""The papers' tables as files: all load, at every scale, with the numbers that the papers print."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.run.settings import SCALES
from training.settings_reader import ExperimentError
from training.tables.columns import heading
from training.tables.experiment_file import (
    Expected,
    PaperExperiment,
    find_experiments,
    load_paper_experiment,
    merged,
    paper_experiment_names,
)

# methods.md, section 2.
NAMES = (
    "000_t4_1_stages 000_t4_2_losses 000_t4_3_calibration 000_s4_5_backbones 000_mimo 001_t1_classification"
    " 001_t1_pointwise 001_t1_localization 002_t1_cub 002_t2_cub_loss 002_t3_busi 002_t4_busi_loss 003_t1_preprocess"
    " 003_t3_resizer 003_s3_1_cnn1 003_t5_cnn2 003_t7_tuner 003_t10_fused 003_t12_trials 003_s4_1_vgg16 003_s4_2_resnet"
    " 003_s4_3_chexnet 003_s5_errors 003_s7_ensemble 004_t2_sizes 004_t3_metrics 004_t4_cropped 004_f12_trust"
    " 004_tabular"
).split()

MINIMAL = """
paper = "003"
table = "0"
title = "made"
needs = "nothing"
[data]
name = "chestxray14"
[input]
size = 227
[train]
epochs = 30
patience = 5
[optim]
lr = 1e-4
eps = 1e-7
[[row]]
name = "first"
model = { name = "fused", width = 2048 }
expected = { acc = 0.6, f1_macro = { value = 0.5, sd = 0.1 } }
[[row]]
name = "second"
start = "first"
model = { name = "cnn2" }
optim = { lr = 1e-3 }
small = { train = { epochs = 7 } }
[small]
train = { epochs = 3 }
[smoke]
input = { size = 64 }
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "003_own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def loaded(name: str) -> PaperExperiment:
    return load_paper_experiment(find_experiments(name)[0])


def printed(name: str, row: str) -> dict[str, float]:
    return {key: own.value for key, own in loaded(name).row(row).expected.items()}


def test_every_table_of_the_papers_is_there() -> None:
    assert sorted(NAMES) == paper_experiment_names()


@pytest.mark.parametrize("scale", SCALES)
def test_every_table_loads_at_every_scale(scale: str) -> None:
    for name in paper_experiment_names():
        experiment = load_paper_experiment(find_experiments(name)[0], scale)  # type: ignore[arg-type]
        assert experiment.with_needed(experiment.run_rows)
        assert experiment.head.paper == name[:3]
        assert experiment.head.traps
        assert experiment.head.needs
        assert experiment.head.small_data


def test_every_printed_column_has_a_heading_of_its_own() -> None:
    for name in paper_experiment_names():
        columns = loaded(name).columns
        headings = [heading(key) for key in columns]
        assert len(set(headings)) == len(headings), name


# Copied from the papers, by hand and apart from the files (methods.md §13).
@pytest.mark.parametrize(
    ("name", "row", "numbers"),
    [
        ("000_t4_1", "Custom", {"auc_Edema": 0.645, "auc_mean": 0.745}),
        ("000_t4_2", "DeepAUC Loss", {"auc_Atelectasis": 0.7368, "auc_mean": 0.8291}),
        ("000_t4_3", "Focal Loss", {"ece_before": 0.1763, "ece_after": 0.1091}),
        ("001_t1_classification", "V-19 modified", {"auc_mean": 98.90}),
        ("001_t1_classification", "R-152 RetinaNet", {"auc_mean": 98.25}),
        ("001_t1_pointwise", "R-152 modified", {"pointwise_map_wildcat": 43.84}),
        ("001_t1_localization", "R-50 baseline", {"auprc_gradcam": 48.66, "auprc_ggcam": 39.49, "auprc_gbp": 31.36}),
        ("001_t1_localization", "V-19 baseline", {"auprc_gbp": 28.27, "auprc_grad": 25.09}),
        ("001_t1_localization", "R-152 RetinaNet", {"auprc_retinanet": 56.13}),
        ("002_t1", "R50 ours, 25 % of masks", {"f1_macro": 97.8, "specificity": 99.7}),
        ("002_t2", "L1, 25 % of masks", {"f1_macro": 97.1}),
        ("002_t3", "R34 ours, 25 % of masks", {"f1_macro": 73.7}),
        ("002_t4", "L2, all masks", {"precision": 87.9, "f1_macro": 87.0}),
        ("003_t1_", "Prep_fused", {"loss": 1.148516, "f1_No Finding": 0.524272}),
        ("003_t3", "Resizer_1", {"acc": 0.565015, "f1_macro": 0.551248}),
        ("003_t10", "Fused", {"acc": 0.617647, "auc_ovr": 0.836229, "parameters": 9211847}),
        ("003_t12", "no_da_yes_rs_2048", {"loss": 0.971031, "auc_ovr": 0.836235}),
        ("003_t7", "Tuner", {"loss": 0.996669, "f1_Infiltration": 0.624390}),
        ("003_t7", "Search (keras-tuner schedule)", {"configurations": 62, "trials": 90, "trial_epochs": 1290}),
        ("003_s3", "CNN-1", {"acc": 0.5537, "f1_macro": 0.4869, "parameters": 4741188}),
        ("003_s4_1", "4.1.1.3 GAP + 256 + dropout", {"best_epoch": 16, "loss": 1.0143, "acc": 59.25}),
        ("003_s4_3", "4.3.3.3 two blocks (clean)", {"best_epoch": 50, "acc": 69.97, "parameters_trainable": 5594244}),
        ("003_s5", "All five", {"all_wrong": 176, "all_right": 501, "only_right_CheXNet": 84}),
        ("003_s7", "CheXNet2", {"fnfr": 0.0886, "f1_macro": 0.7181}),
        ("003_s7", "Weighted average voting", {"acc": 0.7302, "fnfr": 0.0771, "weight_CNN From Scratch": 0.0417635}),
        ("004_t2", "Mnasnet 128", {"acc": 0.64}),
        ("004_t4", "MobilenetV2, crops of 100", {"f2_Lung Opacity": 0.68, "recall_Lung Opacity": 0.65}),
        ("004_f12", "MobilenetV2 128", {"mass_in_box_gradcam_best": 0.33, "iou_mass95_gradcam_best": 0.65}),
    ],
)
def test_rows_hold_the_numbers_of_the_papers(name: str, row: str, numbers: dict[str, float]) -> None:
    found = printed(name, row)
    assert {key: found[key] for key in numbers} == numbers


def test_identities_of_the_papers_tables_hold() -> None:
    """Sums and repetitions that the papers themselves print."""
    rows = loaded("001_t1_localization").rows
    modified = [row.expected["auprc_wildcat"].value for row in rows if "modified" in row.name]
    assert round(sum(modified) / len(modified), 2) == 48.04
    assert all(
        row.expected["auprc_grad"] == row.expected["auprc_gbp"]
        for row in rows
        if row.name[:2] in ("R-", "D-") and "baseline" in row.name
    )
    weights = [
        own.value
        for key, own in loaded("003_s7").row("Weighted average voting").expected.items()
        if key.startswith("weight")
    ]
    assert sum(weights) == pytest.approx(1, abs=1e-6)
    # Accuracies of 003 are whole counts of its sets.
    for name, n in (("003_t12", 1292), ("003_t3", 1292)):
        for row in loaded(name).rows:
            assert row.expected["acc"].value * n == pytest.approx(round(row.expected["acc"].value * n), abs=1e-3)
            assert row.settings.n == n


def test_a_baseline_prints_its_standard_deviation() -> None:
    assert loaded("002_t1").row("R50 baseline").expected["f1_macro"] == Expected(92.3, 3.9)
    assert loaded("002_t1").row("R50 baseline").seeds == (0, 1, 2, 3, 4, 5)


def test_a_prefix_takes_every_table_that_begins_with_it() -> None:
    assert [path.stem for path in find_experiments("003/t10")] == ["003_t10_fused"]
    assert [path.stem for path in find_experiments("003_t1")] == [
        "003_t10_fused",
        "003_t12_trials",
        "003_t1_preprocess",
    ]
    assert [path.stem for path in find_experiments("004")] == [name for name in sorted(NAMES) if name.startswith("004")]
    for wrong in ("005", "", "demo", "003/t10_fused_more"):
        with pytest.raises(ExperimentError, match=r"no experiment begins with .*000_mimo"):
            find_experiments(wrong)
    with pytest.raises(ExperimentError, match="no such file"):
        find_experiments("nothing.toml")


def test_a_row_is_merged_over_the_file_and_the_scale_over_both(tmp_path: Path) -> None:
    path = written(tmp_path, MINIMAL)
    first, second = load_paper_experiment(path).rows
    assert (first.settings.optim.lr, second.settings.optim.lr) == (1e-4, 1e-3)
    assert second.settings.optim.eps == 1e-7  # a row that sets one key keeps the table's others
    assert first.settings.train.epochs == 30
    assert first.settings.expected == {"acc": 0.6, "f1_macro": 0.5}
    first, second = load_paper_experiment(path, "small").rows
    assert (first.settings.train.epochs, second.settings.train.epochs) == (3, 7)  # the row's own scale comes last
    assert second.settings.train.patience == 5
    assert load_paper_experiment(path, "smoke").rows[0].settings.input.size == 64


def test_merging_changes_neither_table() -> None:
    base, over = {"a": {"x": 1, "y": [1, 2]}, "b": 1}, {"a": {"y": [3]}, "c": 2}
    assert merged(base, over) == {"a": {"x": 1, "y": [3]}, "b": 1, "c": 2}
    assert (base, over) == ({"a": {"x": 1, "y": [1, 2]}, "b": 1}, {"a": {"y": [3]}, "c": 2})


def test_smoke_runs_first_and_last_row_and_what_they_need(tmp_path: Path) -> None:
    experiment = load_paper_experiment(written(tmp_path, MINIMAL), "smoke")
    assert experiment.run_rows == ("first", "second")
    assert experiment.with_needed(("second",)) == ("first", "second")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs = 30", "epoch = 30", r"003_own.toml: row 'first': train: key 'epoch' is not one of epochs, batch"),
        ("[optim]", "[optimiser]", r"003_own.toml: key 'optimiser' is not one of paper, table, .*optim"),
        ("acc = 0.6", "accuracy = 0.6", r"row 'first': expected: column 'accuracy' is not one of auc_mean, .*acc"),
        ("acc = 0.6", "acc = 'high'", r"row 'first': expected: acc = 'high' is not a number"),
        ('start = "first"', 'start = "third"', r"row 'third' is not one of 'first', 'second'"),
        ('start = "first"', 'start = "second"', r"row 'second' needs itself through second"),
        ('name = "second"', 'name = "first"', r"row 'first' is there 2 times"),
        ("[smoke]", "[smoke]\nrows = ['third']", r"smoke: row 'third' is not one of 'first', 'second'"),
        ('name = "second"', 'name = "second"\nkind = "magic"', r"kind 'magic' is not one of fit, ensemble"),
        ('name = "second"', 'name = "second"\nkind = "ensemble"\nmembers = ["first"]', r"ensemble needs two or more"),
        ("[optim]", 'split = "exam"\n[optim]', r"row 'first': .*train: key 'split'"),
        ('title = "made"', 'title = "made"\nsplit = "exam"', r"row 'first': first: split 'exam' is not one of"),
        ('title = "made"', 'title = "made"\npercent = ["loss"]', r"percent: 'loss' is not one of acc, f1_macro"),
        ("lr = 1e-4", "lr = -1.0", r"row 'first': .*lr -1.0 is not above 0"),
        ("paper = ", "paper ", r"003_own.toml: "),
    ],
)
def test_what_is_wrong_is_named_with_file_row_key_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ExperimentError, match=message):
        load_paper_experiment(written(tmp_path, MINIMAL.replace(old, new, 1)), "smoke")
