"""The verbs as a user types them: one line for what is wrong, JSON for machines, files for the next verb."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inference.bundle import Bundle
from training.commands.main import main
from training.phantoms.layouts import LAYOUTS
from training.phantoms.made_data import MadeData

TABLE = """
paper = "002"
table = "3"
title = "made"
needs = "made images"
split = "test"
[data]
name = "busi"
task = "single"
classes = ["benign", "malignant"]
[split_rule]
selection = 0.15
calibration = 0.25
evaluation = 0.2
[input]
size = 32
[train]
epochs = 1
batch = 8
patience = 0
[loss]
name = "ce"
[calibration]
refits = 20
[explain]
methods = ["gradcam"]
overlays = 1
[[row]]
name = "First net"
model = { name = "compact", width = 4 }
expected = { acc = 0.9 }
[[row]]
name = "Second net"
model = { name = "compact", width = 4 }
train = { seed = 1 }
[[row]]
name = "Search"
kind = "tune"
model = { name = "compact", head = "gap-mlp", widths = [8], width = 4 }
tune = { engine = "keras-tuner", width = [8, 16, 8], budget = 1 }
"""
CPU = ("--accelerator", "cpu", "--devices", "1", "--precision", "32-true", "--workers", "1")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("busi")
    LAYOUTS["busi"](folder, MadeData(count=64, size=64, fast=True))
    return folder


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "002_made.toml"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory, made: Path, table: Path) -> Path:
    """Both rows fitted, calibrated and evaluated."""
    run = tmp_path_factory.mktemp("run")
    common = ("--run", str(run), "--data", str(made), *CPU)
    assert main(["fit", str(table), *common]) == 0
    for row in ("First net", "second-net"):
        assert main(["calibrate", *common, "--row", row]) == 0
        assert main(["evaluate", *common, "--row", row]) == 0
    return run


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """stderr of a verb that must fail, without the lines of other things."""
    capsys.readouterr()
    assert main(list(arguments)) == 1
    error = capsys.readouterr().err.strip()
    assert "\n" not in error
    return error


def test_one_verb_leaves_what_the_next_one_takes(fitted: Path, made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    metrics = json.loads((fitted / "first-net" / "metrics.json").read_text())
    assert metrics["calibration"]["split"] == "calibration"
    common = ("--run", str(fitted / "first-net"), "--data", str(made), *CPU, "--json")
    capsys.readouterr()
    assert main(["explain", *common, "--method", "grad", "--images", "2", "--overlays", "1"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["methods"]["grad"]["images"] == 2
    assert (fitted / "first-net" / "maps" / "grad.npz").is_file()
    assert (fitted / "first-net" / "maps" / "errors.csv").is_file()


def test_runs_are_compared_on_the_cases_both_hold(
    fitted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = [str(fitted / "first-net"), str(fitted / "second-net")]
    assert main(["compare", *folders, "--json", "--draws", "20", "--output", str(tmp_path / "c.json")]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report == json.loads((tmp_path / "c.json").read_text())
    assert set(report["pairs"][0]["auc"]) == {"benign", "malignant"}
    assert report["errors"]["n"] == report["pairs"][0]["n"]
    assert main(["compare", *folders, "--draws", "20"]) == 0
    assert "compare needs two or more" in told(capsys, "compare", folders[0])


@pytest.mark.slow
def test_a_run_is_exported_and_the_bundle_loads(fitted: Path, made: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "made.bundle"
    common = ("--run", str(fitted), "--row", "First net", "--data", str(made), *CPU)
    capsys.readouterr()
    assert main(["export", *common, "--output", str(target), "--name", "made-net", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    bundle = Bundle.load(target)
    assert (bundle.id, bundle.name) == (answer["id"], "made-net")
    assert max(answer["differences"].values()) < 1e-3


@pytest.mark.slow
def test_two_processes_fit_one_run_and_one_of_them_answers(table: Path, made: Path, tmp_path: Path) -> None:
    arguments = ["fit", str(table), "--row", "First net", "--run", str(tmp_path / "run"), "--data", str(made), "--json"]
    command = [sys.executable, "-m", "training", *arguments, "--accelerator", "cpu", "--devices", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=250)
    answer = json.loads(done.stdout)
    assert answer["rows"]["First net"]["best_epoch"] == 1
    lines = (tmp_path / "run" / "first-net" / "fit" / "epochs.csv").read_text().splitlines()
    assert len(lines) == 2


@pytest.mark.slow
def test_a_fit_killed_in_the_middle_goes_on_and_ends_as_if_nothing_had_been(made: Path, tmp_path: Path) -> None:
    table = tmp_path / "002_long.toml"
    table.write_text(TABLE.replace("epochs = 1\n", "epochs = 12\n"), encoding="utf-8")
    one_row = ("fit", str(table), "--row", "First net", "--data", str(made), *CPU, "--run")
    assert main([*one_row, str(tmp_path / "whole")]) == 0
    killed = subprocess.Popen(
        [sys.executable, "-m", "training", *one_row, str(tmp_path / "cut")], stderr=subprocess.DEVNULL
    )
    own, whole = (tmp_path / run / "first-net" for run in ("cut", "whole"))
    last = own / "fit" / "checkpoints" / "last.ckpt"
    while not last.is_file():
        assert killed.poll() is None, "the fit ended before it kept an epoch"
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    assert not (own / "net.pt").exists()
    assert main([*one_row, str(tmp_path / "cut")]) == 0
    ended, expected = (_last_row_of_each_epoch(folder / "fit" / "epochs.csv") for folder in (own, whole))
    assert list(expected) == [str(epoch) for epoch in range(1, 13)]
    assert ended == expected
    assert json.loads((own / "fit" / "stage.json").read_text()) == json.loads(
        (whole / "fit" / "stage.json").read_text()
    )


def _last_row_of_each_epoch(path: Path) -> dict[str, str]:
    """A resumed run may have repeated an epoch that was written and not yet kept."""
    return {line.split(",")[0]: line for line in path.read_text(encoding="utf-8").splitlines()[1:]}


def test_a_search_runs_from_the_command_line(table: Path, made: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    arguments = ["tune", str(table), "--run", str(tmp_path), "--data", str(made), *CPU, "--json"]
    assert main(arguments) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["counts"] == answer["planned"] == {"configurations": 1, "trials": 1, "epochs": 1}
    assert Path(answer["best_toml"]).is_file()


def test_calibrating_on_the_selecting_split_is_refused_without_the_flag(
    fitted: Path, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (fitted / "second-net" / "calibration.json").read_text()
    common = ("--run", str(fitted), "--row", "second-net", "--data", str(made), *CPU, "--split", "selection")
    assert "--same-split" in told(capsys, "calibrate", *common)
    assert (fitted / "second-net" / "calibration.json").read_text() == before


def test_a_folder_of_several_rows_asks_which(fitted: Path, made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = told(capsys, "evaluate", "--run", str(fitted), "--data", str(made))
    assert "holds 2 rows; name one with --row: first-net, second-net" in error


@pytest.mark.parametrize(
    ("broken", "wanted"),
    [
        ('[train]\nepoch = 3\n[[row]]\nname = "a"\nmodel = { name = "compact" }', "'epoch' is not one of epochs"),
        ('[[row]]\nname = "a"\nmodel = { name = "compact" }\n[train]\nbatch = 0', "batch = 0 is not at least 1"),
        (
            '[train]\nmonitor = "val_los"\n[[row]]\nname = "a"\nmodel = { name = "compact" }',
            "'val_los' is not one of val_loss",
        ),
        ("[[row]]\nname = ", "Invalid value"),
    ],
)
def test_a_wrong_experiment_file_is_one_line(
    broken: str, wanted: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = 'paper = "002"\ntable = "3"\ntitle = "t"\nneeds = "n"\n[data]\nname = "busi"\n[input]\nsize = 32\n'
    path = tmp_path / "002_broken.toml"
    path.write_text(head + broken, encoding="utf-8")
    error = told(capsys, "fit", str(path), "--run", str(tmp_path / "run"))
    assert wanted in error
    assert "002_broken.toml" in error
    assert not (tmp_path / "run").exists()


def test_unknown_rows_and_kinds_are_one_line(table: Path, made: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    common = ("--run", str(tmp_path / "run"), "--data", str(made))
    assert "row 'Third' is not one of 'First net', 'Second net'" in told(
        capsys, "fit", str(table), *common, "--row", "Third"
    )
    assert "is of kind tune" in told(capsys, "fit", str(table), *common, "--row", "Search")
    assert "is one of 003_t10_fused, 003_t12_trials, 003_t1_preprocess" in told(capsys, "fit", "003/t1", *common)
    assert not (tmp_path / "run").exists()


def test_missing_data_runs_and_devices_are_one_line(table: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    import torch

    run = str(tmp_path / "run")
    assert "is not data set busi" in told(capsys, "fit", str(table), "--run", run, "--data", str(tmp_path))
    assert "is no run folder" in told(capsys, "evaluate", "--run", run)
    if not torch.cuda.is_available():
        (tmp_path / "d").mkdir()
        LAYOUTS["busi"](tmp_path / "d", MadeData(count=8, size=64, fast=True))
        gpu = ("--accelerator", "gpu", "--data", str(tmp_path / "d"))
        assert "torch sees no CUDA device" in told(capsys, "fit", str(table), "--run", run, *gpu)


@pytest.mark.parametrize(
    "arguments", [["fot"], ["fit"], ["fit", "demo", "--scale", "huge"], ["tune", "x", "--engine", "grid"]]
)
def test_wrong_usage_is_exit_code_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as wrong:
        main(arguments)
    assert wrong.value.code == 2


def test_list_names_everything_an_experiment_file_may_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--json"]) == 0
    names = json.loads(capsys.readouterr().out)
    assert "demo" in names["experiments"]
    assert "003_t10_fused" in names["tables"]
    for key, wanted in (
        ("models", {"cnn1", "cnn2", "fused", "base", "mimo", "retinanet", "resnet152"}),
        ("heads", {"gap-linear", "wildcat", "spn"}),
        ("losses", {"ce", "bce", "wce", "focal", "aucm", "custom", "spn"}),
        (
            "explainers",
            {"gradcam", "smoothgrad", "ig", "sig", "gbp", "ggcam", "wildcat", "spn", "retinanet", "activations"},
        ),
        ("calibrators", {"temperature", "temperature-per-label", "platt", "vector", "beta", "isotonic", "histogram"}),
        ("datasets", {"chexpert", "chestxray14", "chestxray14_320", "rsna", "busi", "cub", "reviewed"}),
        ("optimisers", {"adam", "sgd", "rmsprop", "pesg"}),
        ("tuners", {"optuna", "keras-tuner"}),
        ("ensembles", {"average", "ga"}),
        ("metrics", {"auc", "fnfr", "ece15_width", "mass_in_box", "iou_mass95"}),
    ):
        assert wanted <= set(names[key]), key
