"""Start weights: none, ImageNet, a file; what cannot be had or does not fit is said plainly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torch import Tensor
from torchvision import models
from torchvision.models._api import WeightsEnum

from training.models.backbones import Backbone, WeightsError, build_backbone
from training.models.backbones.weights import load_trunk_weights

Rename = Callable[[str], str]

# How checkpoints of the same network are found in the wild.
LAYOUTS: dict[str, tuple[str, Rename]] = {
    "torchvision's": ("densenet121", lambda key: key),
    "data-parallel": ("densenet121", lambda key: f"module.{key}"),
    "of before torch 0.4": ("densenet121", lambda key: key.replace("norm1.", "norm.1.").replace("conv2.", "conv.2.")),
    "CheXNet's": ("densenet121", lambda key: f"module.densenet121.{key}"),
    "our own": ("densenet121", lambda key: f"trunk.{key}"),
    "torchvision's ResNet": ("resnet18", lambda key: key),
    "torchvision's MnasNet": ("mnasnet1_0", lambda key: key),
}


def state_of(name: str) -> dict[str, Tensor]:
    torch.manual_seed(5)
    return dict(models.get_model(name, weights=None).state_dict())


def first_weight(trunk: Backbone) -> Tensor:
    return next(trunk.features.parameters())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_file_is_read_in_every_known_layout(layout: str, tmp_path: Path) -> None:
    name, rename = LAYOUTS[layout]
    state = {rename(key): value for key, value in state_of(name).items() if not key.endswith("num_batches_tracked")}
    torch.save({"state_dict": state}, tmp_path / "net.pt")
    trunk = build_backbone(name, str(tmp_path / "net.pt"))
    assert torch.equal(first_weight(trunk), next(iter(state.values())))


def test_imagenet_weights_go_into_the_trunk() -> None:
    trunk, state = build_backbone("mobilenet_v2"), state_of("mobilenet_v2")
    load_trunk_weights(trunk, "mobilenet_v2", "imagenet", fetch=lambda name: state)
    assert torch.equal(first_weight(trunk), state["features.0.0.weight"])


def test_imagenet_weights_out_of_reach_name_the_file_to_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def no_route(*args: object, **kwargs: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(WeightsEnum, "get_state_dict", no_route)
    with pytest.raises(
        WeightsError,
        match=rf"'resnet18' are not in '{tmp_path}/hub/checkpoints/resnet18-\w+\.pth' .*no route to host"
        r'.*allowed: copy resnet18-\w+\.pth there from a machine that reaches https.*or weights = "none" or a path',
    ):
        build_backbone("resnet18", "imagenet")


def test_a_missing_file_is_named() -> None:
    with pytest.raises(WeightsError, match=r"weights 'gone\.pt': no such file; allowed: \"none\", \"imagenet\""):
        build_backbone("resnet18", "gone.pt")


def test_a_file_that_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.pt").write_text("not weights")
    with pytest.raises(WeightsError, match=r"text\.pt' cannot be read as a torch state dict"):
        build_backbone("resnet18", str(tmp_path / "text.pt"))


def test_a_whole_pickled_model_is_not_run(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "model.pt")
    with pytest.raises(WeightsError, match=r"model\.pt' cannot be read as a torch state dict"):
        build_backbone("resnet18", str(tmp_path / "model.pt"))


def test_the_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    torch.save(state_of("resnet18"), tmp_path / "resnet18.pt")
    with pytest.raises(WeightsError, match=r"lack \d+ of \d+ tensors of resnet34, first 'layer1\.2\.bn1\.bias'"):
        build_backbone("resnet34", str(tmp_path / "resnet18.pt"))


def test_a_tensor_of_another_shape_is_named(tmp_path: Path) -> None:
    state = state_of("resnet18") | {"conv1.weight": torch.zeros(64, 1, 7, 7)}
    torch.save(state, tmp_path / "gray.pt")
    with pytest.raises(WeightsError, match=r"conv1\.weight has shape \[64, 1, 7, 7\]; resnet18 wants \[64, 3, 7, 7\]"):
        build_backbone("resnet18", str(tmp_path / "gray.pt"))
