"""Start weights of a backbone: none, torchvision's ImageNet weights, or a file."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torchvision import models

NO_WEIGHTS, IMAGENET = "none", "imagenet"

# The papers say only "ImageNet"; version 1 is what torchvision offered when they were written.
IMAGENET_VERSION = "IMAGENET1K_V1"

# Where the trunk's tensors lie: our networks, torchvision's DenseNet, VGG and MobileNetV2, its MnasNet, the public
# CheXNet checkpoint, and torchvision's ResNet, which has no prefix.
_PREFIXES = ("trunk.features.", "features.", "layers.", "densenet121.features.", "")

# Checkpoints of before torch 0.4 name a dense layer's parts "norm.1"; today "norm1".
_OLD_DENSE_LAYER = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.(?=[12]\.)")

State = Mapping[str, Tensor]


class WeightsError(ValueError):
    """Start weights that cannot be had or do not fit; says which, why, and what is allowed."""


def load_trunk_weights(trunk: nn.Module, name: str, weights: str, fetch: Callable[[str], State] | None = None) -> None:
    """Load `weights` ("none", "imagenet" or a path) into the `features` of a backbone. Raises WeightsError.

    fetch: gives torchvision's state dict of a network by name; replaced in tests.
    """
    if weights == NO_WEIGHTS:
        return
    state = (fetch or _imagenet)(name) if weights == IMAGENET else _read(Path(weights))
    features: Any = trunk.features
    wanted = features.state_dict()
    # A counter that old checkpoints lack and evaluation does not use.
    optional = {key for key in wanted if key.endswith("num_batches_tracked")}
    found = _trunk_tensors(state, wanted.keys() - optional, name, weights)
    for key, tensor in found.items():
        if key in wanted and tensor.shape != wanted[key].shape:
            raise WeightsError(
                f"weights {weights!r}: {key} has shape {list(tensor.shape)}; {name} wants {list(wanted[key].shape)}"
            )
    features.load_state_dict({key: found.get(key, own) for key, own in wanted.items()})


def _trunk_tensors(state: State, wanted: set[str], name: str, weights: str) -> dict[str, Tensor]:
    """The tensors of the trunk under its own names, wherever in the checkpoint they lie."""
    plain = {_OLD_DENSE_LAYER.sub(r"\1", key.removeprefix("module.")): value for key, value in state.items()}
    candidates = [
        {key.removeprefix(prefix): value for key, value in plain.items() if key.startswith(prefix)}
        for prefix in _PREFIXES
    ]
    best = max(candidates, key=lambda own: len(wanted & own.keys()))
    missing = sorted(wanted - best.keys())
    if missing:
        raise WeightsError(
            f"weights {weights!r} lack {len(missing)} of {len(wanted)} tensors of {name}, first {missing[0]!r};"
            " allowed is a state dict of this network as torchvision or `training` saves it"
        )
    return best


def _imagenet(name: str) -> State:
    member = models.get_model_weights(name)[IMAGENET_VERSION]
    kept = Path(torch.hub.get_dir()) / "checkpoints" / member.url.rsplit("/", 1)[-1]
    try:
        state: State = member.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:  # no route, a proxy's refusal, a broken download
        raise WeightsError(
            f"ImageNet weights of {name!r} are not in {str(kept)!r} and cannot be fetched ({error}); allowed: copy"
            f' {kept.name} there from a machine that reaches {member.url}, or weights = "none" or a path'
        ) from error
    return state


def _read(path: Path) -> State:
    """A state dict, plain or under the key `state_dict` or `model`."""
    if not path.is_file():
        raise WeightsError(f'weights {str(path)!r}: no such file; allowed: "none", "imagenet" or the path of a file')
    try:
        content: Any = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise WeightsError(f"weights {str(path)!r} cannot be read as a torch state dict: {reason}") from error
    for key in ("state_dict", "model"):
        if isinstance(content, dict) and isinstance(content.get(key), dict):
            content = content[key]
    if not isinstance(content, dict) or not all(isinstance(value, Tensor) for value in content.values()):
        raise WeightsError(f"weights {str(path)!r} hold no table of tensors; allowed: a torch state dict")
    return content
