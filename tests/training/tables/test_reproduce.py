"""A table from its file to its page: what is run, what is not run twice, and what is told when it cannot be."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from training.commands import reproduce as command
from training.data.samples import SampleSet
from training.run.hardware import Machine
from training.settings_reader import ExperimentError
from training.tables.experiment_file import PaperRow, find_experiments, load_paper_experiment
from training.tables.reproduce import ReproductionError, Request, check_runnable, reproduce_table
from training.tables.row_results import Finished, row_key, slug
from training.tables.row_runs import Place

CPU = Machine("cpu", "1", "32-true")
Called = list[tuple[str, int]]


def request(out: Path, scale: Any = "smoke", data: Path | None = None, **options: Any) -> Request:
    return Request(data, scale, out, CPU, **options)


def fake_run(called: Called, broken: str = "", killed: str = "") -> Callable[..., Finished]:
    """A runner that fits nothing: accuracy .5 + seed / 100 for every row."""

    def run(row: PaperRow, samples: SampleSet | None, task: str, place: Place) -> Finished:
        if row.name == killed:
            raise KeyboardInterrupt
        if row.name == broken:
            raise ValueError(f"{row.name} cannot be fitted")
        called.append((row.name, row.settings.train.seed))
        place.folder.mkdir(parents=True, exist_ok=True)
        value = 0.5 + row.settings.train.seed / 100
        metrics = {"acc": {"value": value, "ci": [0.4, 0.7], "n": 10, "method": "made"}}
        return Finished(place.key, place.folder, task, row.settings.train.seed, 1.0, metrics)

    return run


def table(name: str, out: Path, called: Called, **options: Any) -> dict[str, Any]:
    runner = {key: options.pop(key) for key in ("broken", "killed") if key in options}
    experiment = load_paper_experiment(find_experiments(name)[0], "smoke")
    return reproduce_table(experiment, request(out, **options), lambda text: None, fake_run(called, **runner))


def test_smoke_runs_the_named_rows_and_writes_document_and_page(tmp_path: Path) -> None:
    called: Called = []
    document = table("003_t1_", tmp_path, called)
    assert called == [("Prep_scratch", 0), ("No_prep_fused", 0)]
    folder = tmp_path / "003_t1_preprocess"
    assert json.loads((folder / "table.json").read_text(encoding="utf-8")) == json.loads(json.dumps(document))
    assert "Prep_scratch" in (folder / "report.html").read_text(encoding="utf-8")
    assert document["rows"][0]["cells"][0] == {
        "key": "acc", "paper": 0.578173, "paper_sd": None, "ours": 0.5, "ours_sd": None, "ci": [0.4, 0.7],
        "difference": pytest.approx(-0.078173), "agrees": True, "n": 10, "method": "made", "note": "",
    } | {"ci": (0.4, 0.7)}  # fmt: skip
    assert document["data"][0]["is_made"] is True


def test_a_killed_table_goes_on_where_it_stopped(tmp_path: Path) -> None:
    called: Called = []
    with pytest.raises(KeyboardInterrupt):
        table("003_t1_", tmp_path, called, killed="No_prep_fused")
    kept = json.loads((tmp_path / "003_t1_preprocess" / "table.json").read_text(encoding="utf-8"))
    assert [row["name"] for row in kept["rows"]] == ["Prep_scratch"]
    table("003_t1_", tmp_path, called)
    assert called == [("Prep_scratch", 0), ("No_prep_fused", 0)]
    table("003_t1_", tmp_path, called, fresh=True)
    assert len(called) == 4


def test_rows_of_other_settings_data_or_scale_are_run_again() -> None:
    [row] = load_paper_experiment(find_experiments("003/t5")[0]).rows
    other = replace(row, settings=replace(row.settings, train=replace(row.settings.train, epochs=1)))
    keys = {
        row_key(row, "full", "data", {}), row_key(other, "full", "data", {}), row_key(row, "small", "data", {}),
        row_key(row, "full", "other data", {}), row_key(row, "full", "data", {"start": "k"}),
    }  # fmt: skip
    assert len(keys) == 5
    printed = replace(row, expected={}, settings=replace(row.settings, expected={}))
    assert row_key(printed, "full", "data", {}) == row_key(row, "full", "data", {})  # the paper's numbers change no fit


def test_a_row_that_fails_is_told_and_takes_only_those_that_need_it_along(tmp_path: Path) -> None:
    called: Called = []
    document = table("003_s7", tmp_path, called, broken="Fused")
    notes = {row["name"]: (row["status"], row["note"]) for row in document["rows"]}
    assert notes["Fused"] == ("failed", "failed: ValueError: Fused cannot be fitted")
    assert notes["Average voting"] == ("failed", "not run: Fused failed")
    assert notes["CNN From Scratch"] == ("done", "")


def test_every_seed_is_a_run_and_002_splits_anew_with_each(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    experiment = load_paper_experiment(find_experiments("002_t3")[0], "smoke")
    rows = tuple(replace(row, settings=replace(row.settings, seeds=(0, 1))) for row in experiment.rows)
    run = fake_run([])

    def watch(row: PaperRow, samples: SampleSet | None, task: str, place: Place) -> Finished:
        seen.append((row.settings.train.seed, row.settings.split_rule.seed))
        return run(row, samples, task, place)

    own = replace(experiment, rows=rows, run_rows=(rows[0].name,))
    document = reproduce_table(own, request(tmp_path), lambda text: None, watch)
    assert seen == [(0, 0), (1, 1)]
    assert document["rows"][0]["seeds"] == [0, 1]


def test_a_row_begins_with_the_weights_of_the_row_it_names(tmp_path: Path) -> None:
    starts: dict[str, Path | None] = {}
    run = fake_run([])

    def watch(row: PaperRow, samples: SampleSet | None, task: str, place: Place) -> Finished:
        starts[row.name] = place.start
        return run(row, samples, task, place)

    experiment = load_paper_experiment(find_experiments("003_s4_1")[0], "smoke")
    reproduce_table(experiment, request(tmp_path), lambda text: None, watch)
    before = tmp_path / "003_s4_1_vgg16" / "rows" / "4-1-3-1-more-data" / "seed-0" / "net.pt"
    assert starts["4.1.3.3 last three blocks"] == before
    assert starts["4.1.3.1 more data"] is None


def test_start_weights_can_be_replaced_where_they_cannot_be_fetched(tmp_path: Path) -> None:
    weights: list[str] = []
    run = fake_run([])

    def watch(row: PaperRow, samples: SampleSet | None, task: str, place: Place) -> Finished:
        weights.append(row.settings.model.weights)
        return run(row, samples, task, place)

    experiment = load_paper_experiment(find_experiments("003_s4_1")[0], "full")
    own = replace(experiment, scale="smoke", run_rows=("4.1.3.1 more data",))
    document = reproduce_table(own, request(tmp_path, weights="none"), lambda text: None, watch)
    assert weights == ["none"]
    assert "start weights 'none' in place of ImageNet's" in document["choices"]


def test_missing_data_says_what_is_needed_and_where_it_goes(tmp_path: Path) -> None:
    experiment = load_paper_experiment(find_experiments("003/t10")[0])
    with pytest.raises(ReproductionError, match=r"003_t10_fused needs ChestX-ray14 .*; give its folder with --data"):
        check_runnable(experiment, request(tmp_path, "full"))
    with pytest.raises(
        ReproductionError, match=r"needs ChestX-ray14 .* folder given with --data .*Data_Entry_2017.csv"
    ):
        check_runnable(experiment, request(tmp_path, "full", tmp_path))


def test_the_full_scale_refuses_a_set_of_another_size(tmp_path: Path) -> None:
    table("003_t1_", tmp_path, [])  # draws made images
    experiment = load_paper_experiment(find_experiments("003/t10")[0])
    [made] = (tmp_path / "made").iterdir()
    with pytest.raises(ReproductionError, match=r"split 'val' of chestxray14 has \d+ images; the paper's has 1292"):
        check_runnable(experiment, request(tmp_path, "full", made))


def test_a_table_without_small_data_says_why(tmp_path: Path) -> None:
    experiment = load_paper_experiment(find_experiments("002/t1")[0], "small")
    with pytest.raises(ReproductionError, match="002_t1_cub has no small scale: none: no bird photographs"):
        check_runnable(experiment, request(tmp_path, "small", tmp_path))


def test_an_unknown_row_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    experiment = load_paper_experiment(find_experiments("003/t10")[0], "smoke")
    with pytest.raises(ExperimentError, match="row 'Fuse' is not one of 'Fused', 'Base'"):
        check_runnable(experiment, request(tmp_path, rows=("Fuse",)))


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def test_exit_codes_tell_usage_from_missing_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(arguments("009", "--out", str(tmp_path))) == command.USAGE
    assert "no experiment begins with '009'" in capsys.readouterr().err
    assert (
        command.run(arguments("003/t10", "--row", "Fuse", "--scale", "smoke", "--out", str(tmp_path))) == command.USAGE
    )
    capsys.readouterr()
    assert command.run(arguments("003/t10", "--out", str(tmp_path))) == command.FAILED
    assert capsys.readouterr().err.startswith("reproduce: 003_t10_fused needs ChestX-ray14")


def test_the_plain_table_shows_paper_ours_and_mark(tmp_path: Path) -> None:
    text = command.plain_table(table("003_t1_", tmp_path, []), tmp_path)
    first = next(line for line in text.splitlines() if line.startswith("Prep_scratch"))
    assert first.split() == [
        "Prep_scratch",
        "accuracy",
        "0.5782",
        "0.5000",
        "-0.0782",
        "0.4000",
        "..",
        "0.7000",
        "10",
        "yes",
    ]


def test_the_listing_names_every_table() -> None:
    found = command.listing()
    assert (
        found["003_t10_fused"] == "paper 003, table 10-11: Fused architecture against its base (2 rows, no small scale)"
    )
    assert found["001_t1_pointwise"].endswith("(13 rows)")


def test_rows_get_folders_of_their_own() -> None:
    for path in find_experiments("00"):
        names = [slug(row.name) for row in load_paper_experiment(path).rows]
        assert len(set(names)) == len(names), path.stem
