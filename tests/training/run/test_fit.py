"""The fit loop: it learns, resumes, stops with advice, keeps stages and caches frozen trunks."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.data.settings import DataSettings
from training.losses import LossTable
from training.models.model_table import ModelTable
from training.optim import OptimTable
from training.run import fit, module
from training.run.data import RowData, row_data
from training.run.files import RunError
from training.run.fit import FitOptions, begin_with, build_row_model, fit_model, fitted_model, stage_documents
from training.run.folder import RowFolder
from training.run.module import FitStopped
from training.run.scaling import LIMITS
from training.run.settings import RowSettings, StageTable, TrainTable


def data_of(row: RowSettings, samples, folder: Path) -> RowData:  # type: ignore[no-untyped-def]
    place = RowFolder(folder)
    place.freeze(row)
    return row_data(row, samples, place, LIMITS["full"], None)


def test_a_fit_leaves_weights_epochs_and_records(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(epochs=6, batch=8))
    data = data_of(row, pictures(), tmp_path)
    model = fit_model(row, data, tmp_path, FitOptions(cpu))
    lines = (tmp_path / "fit" / "epochs.csv").read_text().splitlines()
    losses = [float(line.split(",")[1]) for line in lines[1:]]
    assert len(losses) == 6
    assert losses[-1] < losses[0]
    assert stage_documents(tmp_path)[0]["best"]["val_loss"] == min(float(line.split(",")[3]) for line in lines[1:])
    assert {"metrics.csv", "log.txt", "tensorboard", "checkpoints"} <= {
        own.name for own in (tmp_path / "fit").iterdir()
    }
    again = fitted_model(row, data, tmp_path)
    images = torch.rand(2, 1, 32, 32)
    assert torch.allclose(model(images).logits, again(images).logits, atol=1e-6)
    assert not model.training


def test_an_interrupted_fit_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, small_row, pictures, cpu, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    row = small_row(model=ModelTable("compact", width=4, head="gap-mlp", widths=(8,), dropout=0.5))
    data = data_of(row, pictures(), tmp_path / "data")
    whole = fit_model(row, data, tmp_path / "whole", FitOptions(cpu))
    with monkeypatch.context() as patched:
        patched.setattr(fit, "RowModule", _halting())
        with pytest.raises(ConnectionError):
            fit_model(row, data, tmp_path / "cut", FitOptions(cpu))
    assert not (tmp_path / "cut" / "net.pt").exists()
    resumed = fit_model(row, data, tmp_path / "cut", FitOptions(cpu))
    for name, value in whole.state_dict().items():
        assert torch.allclose(value.float(), resumed.state_dict()[name].float(), atol=1e-5), name
    assert len((tmp_path / "cut" / "fit" / "epochs.csv").read_text().splitlines()) == 3


def test_an_interrupted_fit_goes_on_after_its_last_epoch_although_an_earlier_one_was_better(
    tmp_path: Path, small_row, pictures, cpu, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    model = ModelTable("compact", width=4, head="gap-mlp", widths=(8,), dropout=0.5)
    row = small_row(model=model, train=TrainTable(epochs=5, batch=8, patience=0, select="val_auc_mean"))
    data = data_of(row, pictures(), tmp_path / "data")
    whole = fit_model(row, data, tmp_path / "whole", FitOptions(cpu))
    best = stage_documents(tmp_path / "whole")[0]["best_epoch"]
    assert best < 4, "the setting is to have its best epoch before the last one that is kept"
    with monkeypatch.context() as patched:
        patched.setattr(fit, "RowModule", _halting(4))
        with pytest.raises(ConnectionError):
            fit_model(row, data, tmp_path / "cut", FitOptions(cpu))
    resumed = fit_model(row, data, tmp_path / "cut", FitOptions(cpu))
    epochs = [json.loads(line)["epoch"] for line in (tmp_path / "cut/fit/progress.jsonl").read_text().splitlines()]
    assert epochs == [1, 2, 3, 4, 5]  # none is repeated
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
    last = [torch.load(tmp_path / name / "fit/checkpoints/last.ckpt", weights_only=False) for name in ("whole", "cut")]
    assert last[0]["epoch"] == last[1]["epoch"] == 4
    for name, value in last[0]["state_dict"].items():
        assert torch.equal(value, last[1]["state_dict"][name]), name


def test_every_epoch_is_told_to_programs(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(epochs=2, batch=8))
    fit_model(row, data_of(row, pictures(), tmp_path), tmp_path, FitOptions(cpu))
    lines = [json.loads(line) for line in (tmp_path / "fit/progress.jsonl").read_text().splitlines()]
    assert [(line["epoch"], line["of"]) for line in lines] == [(1, 2), (2, 2)]
    assert all(line["seconds"] > 0 and line["val_loss"] > 0 for line in lines)


def _halting(epoch: int = 1) -> type:
    class Halting(module.RowModule):
        """A process that dies at the start of an epoch, counted from 0; without it, at its second."""

        def on_train_epoch_start(self) -> None:
            if self.current_epoch == epoch:
                raise ConnectionError("killed")
            super().on_train_epoch_start()

    return Halting


def test_a_half_written_checkpoint_starts_the_stage_again(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(epochs=1, batch=8))
    data = data_of(row, pictures(), tmp_path)
    cut = tmp_path / "fit" / "checkpoints" / "last.ckpt"
    cut.parent.mkdir(parents=True)
    cut.write_bytes(b"half of one")
    fit_model(row, data, tmp_path, FitOptions(cpu))
    assert (tmp_path / "net.pt").is_file()


def test_a_loss_that_is_no_number_stops_with_advice(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(optim=OptimTable("sgd", lr=1e30), train=TrainTable(epochs=3, batch=8))
    data = data_of(row, pictures(), tmp_path)
    with pytest.raises(FitStopped, match=r"training loss is .* at epoch \d, step \d; lower \[optim\] lr") as found:
        fit_model(row, data, tmp_path, FitOptions(cpu))
    assert "\n" not in str(found.value)
    assert not (tmp_path / "net.pt").exists()


def test_running_out_of_memory_says_which_batch_to_take(
    tmp_path: Path, small_row, pictures, cpu, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    class Full(module.RowModule):
        def training_step(self, batch, index):  # type: ignore[no-untyped-def]
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    monkeypatch.setattr(fit, "RowModule", Full)
    row = small_row()
    with pytest.raises(FitStopped, match=r"out of memory with \[train\] batch = 8; set batch = 4 and accumulate = 2"):
        fit_model(row, data_of(row, pictures(), tmp_path), tmp_path, FitOptions(cpu))


def test_a_second_stage_starts_from_the_best_of_the_first(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    stages = (StageTable(1), StageTable(1, optim={"lr": 1e-12}))
    row = small_row(train=TrainTable(batch=8, stages=stages))
    data = data_of(row, pictures(), tmp_path)
    model = fit_model(row, data, tmp_path, FitOptions(cpu))
    first = torch.load(tmp_path / "stage-1" / "net.pt", weights_only=True)
    for name, value in model.named_parameters():
        assert torch.allclose(value, first[name], atol=1e-6), name
    assert [own["stage"] for own in stage_documents(tmp_path)] == ["stage-1", "stage-2"]
    assert stage_documents(tmp_path)[1]["best_epoch"] == 2


@pytest.mark.slow
def test_maps_of_a_frozen_trunk_are_computed_once_and_teach_the_same(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(model=ModelTable("resnet18", unfreeze="head"), train=TrainTable(epochs=2, batch=8))
    data = data_of(row, pictures(), tmp_path)
    cached = fit_model(row, data, tmp_path / "cached", FitOptions(cpu))
    plain_row = replace(row, train=replace(row.train, cache_features=False))
    plain = fit_model(plain_row, data, tmp_path / "plain", FitOptions(cpu))
    assert stage_documents(tmp_path / "cached")[0]["cached_features"] is True
    assert stage_documents(tmp_path / "plain")[0]["cached_features"] is False
    start = build_row_model(row, data).state_dict()
    for name, value in cached.state_dict().items():
        assert torch.allclose(value.float(), plain.state_dict()[name].float(), atol=2e-3), name
        assert torch.equal(value, start[name]) == (not name.startswith("head")), name


def test_each_class_gets_its_own_network_and_optimiser(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    bce = StageTable(1, loss={"name": "bce"}, optim={"name": "adam", "lr": 1e-3})
    row = small_row(
        data=DataSettings("chexpert"), loss=LossTable("aucm"), optim=OptimTable("pesg", lr=0.05),
        train=TrainTable(batch=8, per_class=True, balanced=True, stages=(bce, StageTable(1))),
    )  # fmt: skip
    data = data_of(row, pictures("multilabel"), tmp_path)
    model = fit_model(row, data, tmp_path, FitOptions(cpu))
    outputs = model(torch.rand(3, 1, 32, 32))
    assert outputs.logits.shape == (3, 2)
    maps = model.gradcam(outputs)
    for k, member in enumerate(model.members):  # type: ignore[union-attr,arg-type]
        own = member(torch.rand(1, 1, 32, 32))
        assert own.logits.shape == (1, 1)
        assert maps[:, k].shape == outputs.features.shape[:1] + outputs.features.shape[2:]
    assert len(stage_documents(tmp_path)) == 4


def test_weights_of_another_run_begin_where_they_fit(tmp_path: Path, small_row, pictures) -> None:  # type: ignore[no-untyped-def]
    row = small_row()
    data = data_of(row, pictures(), tmp_path)
    first, second = build_row_model(row, data), build_row_model(replace(row, train=TrainTable(seed=1)), data)
    torch.save(first.state_dict(), tmp_path / "start.pt")
    assert begin_with(second, tmp_path / "start.pt") == len(first.state_dict())
    torch.save({"other": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(RunError, match=r"no weight of .*other\.pt fits"):
        begin_with(second, tmp_path / "other.pt")


def test_weights_of_another_network_are_refused_in_one_line(tmp_path: Path, small_row, pictures) -> None:  # type: ignore[no-untyped-def]
    row = small_row()
    data = data_of(row, pictures(), tmp_path)
    torch.save(
        build_row_model(replace(row, model=ModelTable("compact", width=8)), data).state_dict(), tmp_path / "net.pt"
    )
    with pytest.raises(RunError, match=r"net\.pt is of another network"):
        fitted_model(row, data, tmp_path)
