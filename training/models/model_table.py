"""The [model] table of a paper's experiment."""

from __future__ import annotations

from dataclasses import dataclass, field

from training.models.backbones.weights import NO_WEIGHTS
from training.models.spn import SpnSettings
from training.models.wildcat import WildcatSettings

OWN_RESIZER = -1
OWN_DROPOUT = -1.0


@dataclass(frozen=True)
class ModelTable:
    """One network; flat keys, beside the tables of the WILDCAT and SPN heads.

    name: one of MODELS. head: one of HEADS for a backbone ("" = gap-linear), "" for the others, which have their own;
    `gap-mlp+wildcat` and `gap-linear+wildcat` are two heads on one trunk: probabilities of the first, class maps of WILDCAT.
    widths: of the hidden layers; none = the head's own (vgg-fc 4096, 4096; fused and base 2048, 2048; cnn2
    none). width: short for two layers of this width (fused, base), or the width of `compact`. dropout: after each
    hidden layer; -1 = the head's own (vgg-fc .5, all others 0). weights: "none", "imagenet" or a path. resizer: 0 none, r
    residual blocks, -1 the network's own (fused and base 1, all others 0). resized: pixels per side after the
    resizer, 0 = 227/250 of the input. unfreeze: one of UNFREEZE_SETS. members: M of mimo. backbone: of mimo and
    retinanet.
    """

    name: str = "densenet121"
    head: str = ""
    widths: tuple[int, ...] = ()
    width: int = 0
    dropout: float = OWN_DROPOUT
    weights: str = NO_WEIGHTS
    resizer: int = OWN_RESIZER
    resized: int = 0
    unfreeze: str = "all"
    members: int = 3
    backbone: str = "resnet50"
    wildcat: WildcatSettings = field(default_factory=WildcatSettings)
    spn: SpnSettings = field(default_factory=SpnSettings)
