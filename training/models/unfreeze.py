"""Which part of a pretrained trunk is trained (003, methods.md §5.5); the head always is."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

ALL, HEAD = "all", "head"


@dataclass(frozen=True)
class UnfreezeSet:
    """Modules of a trunk's `features` that are trained: paths, or the first index of a suffix of a Sequential
    (`layer3.31:`). trunks: the backbones that the paper means; empty = any."""

    trunks: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


_DENSENET_LAST_BLOCK = "denseblock4."

# A Keras "layer" of the paper is one with parameters. Trainable parameters without the head, by name of the set:
# 7,079,424; 14,454,528; 4,462,592; 1,052,672; 20,550,656; 39,280,128; 168,128 (238,148 with the head of 70,020);
# 330,048 (400,068); 5,524,224 (5,594,244).
UNFREEZE_SETS: dict[str, UnfreezeSet] = {
    ALL: UnfreezeSet(),
    HEAD: UnfreezeSet(),
    "vgg16-last-block": UnfreezeSet(("vgg16",), ("24:",)),
    "vgg16-3-blocks": UnfreezeSet(("vgg16",), ("10:",)),
    "resnet-last-block": UnfreezeSet(("resnet50", "resnet101", "resnet152"), ("layer4.2",)),
    "resnet-2-layers": UnfreezeSet(("resnet50", "resnet101", "resnet152"), ("layer4.2.conv3", "layer4.2.bn3")),
    "resnet152-50-layers": UnfreezeSet(("resnet152",), ("layer3.31:", "layer4")),
    "resnet152-150-layers": UnfreezeSet(
        ("resnet152",), (*(f"layer3.14.{own}" for own in ("conv2", "bn2", "conv3", "bn3")), "layer3.15:", "layer4")
    ),
    # The text's conv5_block15_2_conv is one layer early (methods.md §5.5).
    "chexnet-last-5": UnfreezeSet(("densenet121",), (f"{_DENSENET_LAST_BLOCK}denselayer16", "norm5")),
    "chexnet-last-9": UnfreezeSet(
        ("densenet121",), (f"{_DENSENET_LAST_BLOCK}denselayer15", f"{_DENSENET_LAST_BLOCK}denselayer16", "norm5")
    ),
    "chexnet-2-blocks": UnfreezeSet(("densenet121",), ("denseblock3", "transition3", "denseblock4", "norm5")),
}


def apply_unfreeze(model: nn.Module, name: str) -> None:
    """Train everything (`all`), everything but the trunk's features (`head`), or beside that the named modules of them.

    A classifier's batch norms without a trained parameter then stay in evaluation mode; the mode of the model is
    applied anew. Raises ValueError for an unknown name, or for a network whose trunk the set does not fit.
    """
    if name not in UNFREEZE_SETS:
        raise ValueError(f"unfreeze {name!r} is not one of {', '.join(UNFREEZE_SETS)}")
    model.requires_grad_(True)
    if name != ALL:
        _freeze_trunk(model, name)
    model.train(model.training)


def _freeze_trunk(model: nn.Module, name: str) -> None:
    chosen, trunk = UNFREEZE_SETS[name], getattr(model, "trunk", None)
    kind = str(getattr(trunk, "name", ""))
    if not isinstance(trunk, nn.Module) or (chosen.trunks and kind not in chosen.trunks):
        allowed = ", ".join(chosen.trunks) or "networks with a trunk"
        raise ValueError(f"unfreeze {name!r} is for {allowed}, not for {kind or type(model).__name__!r}")
    trunk.requires_grad_(False)
    trunk.get_submodule("input").requires_grad_(True)  # a learnable resizer stays learnable
    for path in chosen.modules:
        for module in _modules(trunk.get_submodule("features"), path):
            module.requires_grad_(True)


def _modules(features: nn.Module, path: str) -> list[nn.Module]:
    """`layer4.2` is that module, `layer3.31:` are the children of layer3 from the 32nd on, `24:` those of features."""
    if not path.endswith(":"):
        return [features.get_submodule(path)]
    parent, _, first = path[:-1].rpartition(".")
    return list(features.get_submodule(parent).children())[int(first) :]
