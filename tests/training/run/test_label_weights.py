"""A label that was given beside a model counts for half: from the exported table to the gradient of the loss."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.losses.tiny_net import batch_of
from training.data.loading import whole_batch
from training.data.prepared import data_fingerprint, prepare
from training.data.records import DataError
from training.data.registry import read_samples
from training.data.reviewed import LABEL_KINDS
from training.data.samples import MULTILABEL, SampleSet
from training.data.settings import DataSettings, PaperInput
from training.losses import LOSSES, WEIGHING, LossTable, build_loss
from training.models.classifier import Classifier, ModelOutputs
from training.models.model_table import ModelTable
from training.run.data import row_data
from training.run.files import RunError
from training.run.fit import FitOptions, fit_model
from training.run.folder import RowFolder
from training.run.scaling import LIMITS

LABELS = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
HALF = torch.tensor([[1.0, 1.0], [0.5, 0.5]])
DIGEST = hashlib.sha256(b"pixels").hexdigest()


class Given(Classifier):
    """Logits that are parameters: their gradient is the loss's."""

    def __init__(self) -> None:
        super().__init__()
        self.classes = 2
        self.logits = torch.nn.Parameter(torch.tensor([[0.3, -0.2], [0.8, 0.1]]))

    def forward(self, images: torch.Tensor) -> ModelOutputs:
        return ModelOutputs(self.logits, torch.zeros(2, 1, 1, 1), torch.zeros(2, 2, 1, 1), map_logits=2 * self.logits)

    def gradcam(self, outputs: ModelOutputs) -> torch.Tensor:
        return outputs.features


def gradient(loss: str, weights: torch.Tensor | None) -> torch.Tensor:
    model, batch = Given(), replace(batch_of(LABELS), weights=weights)
    build_loss(LossTable(loss), LABELS.double().numpy(), MULTILABEL)(model, model(batch.images), batch)[
        "loss"
    ].backward()
    assert model.logits.grad is not None
    return model.logits.grad


@pytest.mark.parametrize("loss", WEIGHING)
def test_the_gradient_of_an_aided_label_is_half_and_that_of_others_is_whole(loss: str) -> None:
    plain, weighed = gradient(loss, None), gradient(loss, HALF)
    torch.testing.assert_close(weighed[0], plain[0])
    torch.testing.assert_close(weighed[1], plain[1] / 2)
    assert plain.abs().min() > 0


def exported(folder: Path, kinds: str = "a:aided;b:panel") -> Path:
    (folder / "images").mkdir(parents=True)
    rows = [("one", 1, 0, kinds), ("two", 0, 1, "a:unaided;b:aided"), ("three", 1, 1, "")]
    table = "file,sha256,patient,view,a,b,boxes,kinds,unaided,draw_probability,readers,bundle\n"
    for name, a, b, kind in rows:
        (folder / "images" / f"{name}.dcm").write_bytes(b"pixels")
        table += f"images/{name}.dcm,{DIGEST},P{name},PA,{a},{b},,{kind},,,r1,demo\n"
    (folder / "cases.csv").write_text(table)
    return folder


def test_the_table_that_is_exported_says_which_labels_count_for_half(tmp_path: Path) -> None:
    samples = read_samples(DataSettings("reviewed"), exported(tmp_path)).samples
    assert {own.image_id: own.weights for own in samples} == {"one": (0.5, 1.0), "two": (1.0, 0.5), "three": ()}
    other = read_samples(DataSettings("reviewed", aided_weight=1.0), tmp_path)
    assert [own.weights for own in other.samples] == [(), (), ()]
    quarter = read_samples(DataSettings("reviewed", classes=("b",), aided_weight=0.25), tmp_path)
    assert {own.image_id: own.weights for own in quarter.samples} == {"one": (), "two": (0.25,), "three": ()}


def test_another_weight_is_other_data(tmp_path: Path) -> None:
    exported(tmp_path)
    prints = {
        data_fingerprint(read_samples(DataSettings("reviewed", aided_weight=w), tmp_path)) for w in (1.0, 0.5, 0.2)
    }
    assert len(prints) == 3


@pytest.mark.parametrize("kinds", ["a:guessed", "c:aided", "aided"])
def test_a_kind_that_is_not_known_is_named(tmp_path: Path, kinds: str) -> None:
    with pytest.raises(DataError, match=f"kind '{kinds}' is not FINDING:KIND with a kind of unaided, aided, panel"):
        read_samples(DataSettings("reviewed"), exported(tmp_path, kinds))


def test_weights_outside_0_to_1_are_refused() -> None:
    with pytest.raises(DataError, match=r"aided_weight 1\.5 is outside 0\.\.1"):
        DataSettings("reviewed", aided_weight=1.5)


def weighed(samples: SampleSet) -> SampleSet:
    own = [replace(one, weights=(0.5,) * len(samples.classes)) for one in samples.samples[::2]]
    return samples.with_samples((*own, *samples.samples[1::2]))


def test_batches_carry_the_weights_of_their_images(pictures) -> None:  # type: ignore[no-untyped-def]
    samples = weighed(pictures())
    ids = [own.image_id for own in samples.samples]
    prepared = prepare(samples, ids, PaperInput(32))
    batch = whole_batch(prepared.select([1, len(ids) - 1, 0]), [2, 1])
    assert batch.weights is not None
    assert batch.weights[:, 0].tolist() == [0.5, 1.0]
    assert batch.to("cpu").weights is not None
    assert whole_batch(prepare(pictures(), ids, PaperInput(32)), [0]).weights is None


def test_a_loss_that_cannot_weigh_labels_is_refused(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(loss=LossTable("aucm"), model=ModelTable("compact", width=4, head="gap-mlp", widths=(8,)))
    place = RowFolder(tmp_path)
    place.freeze(row)
    data = row_data(row, weighed(pictures()), place, LIMITS["full"], None)
    with pytest.raises(
        RunError, match="loss 'aucm' of this network cannot weigh labels, allowed are bce, wce, focal, two-heads"
    ):
        fit_model(row, data, tmp_path, FitOptions(cpu))


def test_every_loss_that_is_said_to_weigh_is_one() -> None:
    assert set(WEIGHING) <= set(LOSSES)


def test_training_knows_every_kind_of_label_of_the_application() -> None:
    from webapp.reveal.label_kind import LabelKind

    assert set(LABEL_KINDS) == set(LabelKind.values)
