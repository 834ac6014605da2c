"""Every network by name: what it gives, what it counts, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from training.models.backbones import WeightsError
from training.models.classifier import Classifier
from training.models.model_registry import HEADS, MODELS, ModelTable, build_model, parameter_counts
from training.models.wildcat import WildcatSettings
from training.settings_reader import from_table

SIZE = 64

# Each kind of network of the papers once.
TABLES = {
    "gap-linear": ModelTable("resnet18"),
    "gap-mlp": ModelTable("resnet18", "gap-mlp", (8, 8), dropout=0.5),
    "flatten-mlp": ModelTable("resnet18", "flatten-mlp", (8,)),
    "vgg-fc": ModelTable("resnet18", "vgg-fc", (6, 6)),
    "wildcat": ModelTable("resnet18", "wildcat"),
    "spn": ModelTable("resnet18", "spn"),
    "two heads": ModelTable("resnet18", "gap-linear+wildcat"),
    "two heads, mlp": ModelTable("compact", "gap-mlp+wildcat", (8,), width=4),
    "mimo": ModelTable("mimo", backbone="resnet18"),
    "resizer": ModelTable("resnet18", resizer=2),
    "compact": ModelTable("compact", "gap-mlp", (8,), width=4),
    "cnn1": ModelTable("cnn1"),
    "cnn2": ModelTable("cnn2"),
    "tuner": ModelTable("cnn2", widths=(8,), dropout=0.2),
    "fused": ModelTable("fused", width=8),
    "base": ModelTable("base", widths=(8,), resizer=0),
    "retinanet": ModelTable("retinanet", backbone="resnet18"),
}


def empty(table: ModelTable, classes: int = 4, channels: int = 1, size: int = 224) -> Classifier:
    """Shapes only."""
    with torch.device("meta"):
        return build_model(table, classes, channels, size)


def keras_total(model: Classifier) -> int:
    counts = parameter_counts(model)
    return counts["total"] + counts["buffers"]


@pytest.mark.parametrize(
    ("table", "size", "total"),
    [
        (ModelTable("cnn1"), 227, 4_741_188),
        (ModelTable("cnn2"), 227, 2_859_588),
        (ModelTable("fused", width=2048), 250, 9_211_847),
        (ModelTable("fused"), 250, 9_211_847),
        (ModelTable("fused", width=4096), 250, 23_052_231),
        (ModelTable("base", width=2048), 250, 8_490_951),
        # D121 7,037,504 as Keras counts + head 70,020
        (ModelTable("densenet121", "gap-mlp", (64, 64)), 224, 7_107_524),
        # flatten-64: 50,176 * 64 + 64 = 3,211,328 and 64 * 4 + 4 = 260
        (ModelTable("densenet121", "flatten-mlp", (64,)), 224, 7_037_504 + 3_211_328 + 260),
        (ModelTable("vgg16", "flatten-mlp", (256,)), 224, 14_714_688 + 6_422_784 + 1_028),
        (ModelTable("vgg16", "gap-mlp", (256,)), 224, 14_714_688 + 131_328 + 1_028),
    ],
    ids=lambda value: f"{value.name}-{value.head}" if isinstance(value, ModelTable) else str(value),
)
def test_the_parameters_are_those_the_papers_print(table: ModelTable, size: int, total: int) -> None:
    assert keras_total(empty(table, 4, 1, size)) == total


def test_torch_counts_parameters_and_running_statistics_apart() -> None:
    # fused: 9,211,719 and four batch norms of 16 channels, mean and variance
    counts = parameter_counts(empty(ModelTable("fused"), 4, 1, 250))
    assert counts == {"total": 9_211_719, "trainable": 9_211_719, "buffers": 128}


def test_the_tables_cover_every_network_and_head() -> None:
    assert {table.head or "gap-linear" for table in TABLES.values()} == set(HEADS)
    assert set(MODELS) - {table.name for table in TABLES.values()} == set(MODELS[:11]) - {"resnet18"}


@pytest.mark.parametrize("name", TABLES)
def test_it_runs_at_the_size_of_a_smoke_run(name: str) -> None:
    torch.manual_seed(0)
    classes = 1 if name == "retinanet" else 3
    model = build_model(TABLES[name], classes, 1, SIZE, (0.5,), (0.25,)).eval()
    with torch.no_grad():
        outputs = model(torch.rand(2, 1, SIZE, SIZE))
    assert outputs.logits.shape == (2, classes)
    assert torch.isfinite(outputs.logits).all()
    assert (model.classes, model.input_channels, model.input_size) == (classes, 1, SIZE)
    if name != "retinanet":
        assert outputs.features.min() >= 0  # the target layer is after its ReLU
        assert model.gradcam(outputs).shape == (2, classes, *outputs.features.shape[2:])


@pytest.mark.parametrize("name", MODELS[:11])
def test_every_backbone_takes_the_smoke_size(name: str) -> None:
    model = empty(ModelTable(name), 3, 1, SIZE).eval()
    assert model(torch.empty(2, 1, SIZE, SIZE, device="meta")).features.shape[2:] == (2, 2)


@pytest.mark.parametrize(
    "table", [ModelTable("resnet18", "flatten-mlp", (8,)), ModelTable("mimo", backbone="resnet18", members=2)]
)
def test_start_weights_of_a_file_reach_the_trunk(table: ModelTable, tmp_path: Path) -> None:
    plain = build_model(ModelTable("resnet18"), 3, 1, SIZE).eval()
    torch.save(plain.state_dict(), tmp_path / "run.pt")
    model = build_model(replace(table, weights=str(tmp_path / "run.pt")), 3, 1, SIZE).eval()
    images = torch.rand(1, 1, SIZE, SIZE)
    with torch.no_grad():
        expected, found = plain(images).features, model(images).features
    assert torch.allclose(found, expected, atol=1e-5 * float(expected.max()))


def test_start_weights_that_cannot_be_had_are_named(tmp_path: Path) -> None:
    with pytest.raises(
        WeightsError, match=r"weights '.*none\.pt': no such file; allowed: \"none\", \"imagenet\" or the path"
    ):
        build_model(ModelTable("resnet18", weights=str(tmp_path / "none.pt")), 3, 1, SIZE)
    (tmp_path / "torn.pt").write_bytes(b"PK\x03\x04 half a file")
    with pytest.raises(WeightsError, match=r"torn\.pt' cannot be read as a torch state dict"):
        build_model(ModelTable("resnet18", weights=str(tmp_path / "torn.pt")), 3, 1, SIZE)


def test_colour_photographs_go_in_without_repetition() -> None:
    model = empty(ModelTable("resnet18", "spn"), 8, 3, 64).eval()
    assert model(torch.empty(2, 3, 64, 64, device="meta")).logits.shape == (2, 8)


def test_a_table_of_an_experiment_file_is_read_with_its_inner_tables() -> None:
    table = from_table(ModelTable, {"name": "vgg19", "head": "wildcat", "wildcat": {"maps": 8, "kmax": 1}}, "x.toml")
    assert table == ModelTable("vgg19", "wildcat", wildcat=WildcatSettings(maps=8, kmax=1.0))


@pytest.mark.parametrize(
    ("table", "arguments", "message"),
    [
        (ModelTable("resnet19"), {}, r"model 'resnet19' is not one of densenet121, .*cnn1, .*retinanet"),
        (ModelTable("resnet18", "mlp"), {}, "head 'mlp' of model 'resnet18' is not one of gap-linear, "),
        (ModelTable("cnn1", "gap-mlp"), {}, "head 'gap-mlp' of model 'cnn1'; allowed: none, it has its own"),
        (ModelTable("resnet18", "gap-mlp"), {}, r"widths \[\] of head 'gap-mlp'; allowed: at least one"),
        (ModelTable("resnet18", widths=(8,)), {}, r"widths \[8\] of head 'gap-linear'; allowed: none"),
        (ModelTable("resnet18", "gap-mlp", (0,)), {}, r"widths \[0\] of model 'resnet18'; allowed are whole numbers"),
        (ModelTable("resnet18", width=8), {}, "width 8 of model 'resnet18'; allowed for fused, base and compact"),
        (ModelTable("fused", widths=(8,), width=8), {}, r"width 8 and widths \[8\] of model 'fused'; allowed: one"),
        (ModelTable("cnn2", dropout=1.0), {}, "dropout 1.0 of model 'cnn2'; allowed: 0 up to below 1"),
        (ModelTable("cnn2", weights="imagenet"), {}, "weights 'imagenet' of model 'cnn2'; allowed: 'none'"),
        (ModelTable("resnet18", resizer=-2), {}, "resizer -2 to 0 pixels; allowed: -1"),
        (ModelTable("mimo", backbone="cnn1"), {}, "backbone 'cnn1' of model 'mimo' is not one of densenet121"),
        (ModelTable("mimo", members=0), {}, "members 0 of model 'mimo'; allowed are 1 or more"),
        (ModelTable("retinanet"), {"classes": 2}, "2 classes of model 'retinanet'; allowed: 1"),
        (ModelTable("resnet18"), {"channels": 2}, "channels 2 of model 'resnet18'; allowed: 1, 3"),
        (ModelTable("resnet18"), {"classes": 0}, "0 classes of model 'resnet18'; allowed: 1 or more"),
        (ModelTable("resnet18"), {"size": 31}, "size 31 of model 'resnet18'; the least is 32"),
        (ModelTable("cnn1"), {"size": 31}, "size 31 of model 'cnn1'; the least is 32"),
        (ModelTable("fused", resizer=0), {"size": 26}, "size 26 after the resizer of model 'fused'; the least is 27"),
        (ModelTable("compact"), {"size": 60}, "size 60 of model 'compact'; allowed are multiples of 16"),
        (ModelTable("compact"), {"channels": 3}, "model 'compact' takes gray images, no resizer and no start weights"),
        (ModelTable("resnet18"), {"mean": (0.5, 0.5), "std": (1.0, 1.0)}, "allowed are none, one or three values"),
        (ModelTable("resnet18"), {"mean": (0.5,), "std": (0.0,)}, r"std \[0.0\]: allowed are values above 0"),
    ],
)
def test_what_makes_no_network_is_refused_with_its_value(table: ModelTable, arguments: dict, message: str) -> None:
    given = {"classes": 1, "size": 64} | arguments
    with torch.device("meta"), pytest.raises(ValueError, match=message):
        build_model(table, **given)
