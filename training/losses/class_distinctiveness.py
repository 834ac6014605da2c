"""`cd`: the saliency maps of an image's classes should look different to the network (000 §3.1.1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from training.losses.saliency_maps import min_max, resized
from training.models.classifier import Classifier, ModelOutputs
from training.models.reverse_sweep import as_float

FORMS = ("refeed", "pooled")
LATENTS = ("gap", "flatten")


@dataclass(frozen=True)
class DistinctivenessSettings:
    """How the latents Z are had; the defaults are 000's words at full size.

    form: `refeed`, every map goes through the network as an image; `pooled`, Z is the mean of the last features
    weighted by the map, with no further pass (ours). latent: of a refed map, `gap` or `flatten` of the last feature
    map. size: side of the refed maps, 0 = the image's. maps: how many classes, drawn anew for each step, take part; 0 =
    all. The mean over the pairs of a random few is unbiased. stop_gradient: the maps are constants, only the network
    that reads them learns.
    """

    form: str = "refeed"
    latent: str = "gap"
    size: int = 0
    maps: int = 0
    stop_gradient: bool = False

    def __post_init__(self) -> None:
        for name, value, allowed in (("cd_form", self.form, FORMS), ("cd_latent", self.latent, LATENTS)):
            if value not in allowed:
                raise ValueError(f"{name} {value!r} is not one of {', '.join(allowed)}")
        if self.size < 0:
            raise ValueError(f"cd_size {self.size} is below 0")
        if self.maps < 0 or self.maps == 1:
            raise ValueError(f"cd_maps {self.maps} is not 0 (all) or at least 2")


def mean_pairwise_cosine(latents: Tensor) -> Tensor:
    """2/(K(K-1)) sum_{i<j} cos(Z_i, Z_j), mean over images; 1 = alike. latents [N,K,D], K >= 2.

    000's text calls 1 "minimum dissimilarity": going down makes the latents differ, as meant. A zero latent has cosine
    0 with everything.
    """
    count = latents.shape[1]
    if count < 2:
        raise ValueError(f"class distinctiveness needs at least 2 maps of an image, got {count}")
    unit = F.normalize(as_float(latents), dim=2, eps=1e-8)
    # sum_{i<j} <u_i,u_j> = (|sum_i u_i|^2 - sum_i |u_i|^2) / 2
    pairs = unit.sum(dim=1).square().sum(dim=1) - unit.square().sum(dim=(1, 2))
    return (pairs / (count * (count - 1))).mean()


def class_distinctiveness(
    model: Classifier,
    outputs: ModelOutputs,
    maps: Tensor,
    image_size: tuple[int, int],
    settings: DistinctivenessSettings,
) -> Tensor:
    """Mean pairwise cosine of the latents of the maps; maps [N,K,h,w] are Grad-CAM, gradients flow through them."""
    unit = min_max(maps.detach() if settings.stop_gradient else maps)
    if settings.maps and settings.maps < unit.shape[1]:
        chosen = torch.randperm(unit.shape[1], device="cpu")[: settings.maps]
        unit = unit[:, chosen.to(unit.device)]
    if settings.form == "pooled":
        return mean_pairwise_cosine(pooled_latents(unit, as_float(outputs.features)))
    size = (settings.size, settings.size) if settings.size else image_size
    return mean_pairwise_cosine(refed_latents(model, resized(unit, size), settings.latent))


def pooled_latents(maps: Tensor, features: Tensor) -> Tensor:
    """Z_c = sum_p S_c(p) A(p) / sum_p S_c(p): [N,K,C] of maps [N,K,h,w] and features [N,C,h,w]; 0 for a zero map."""
    sums = torch.matmul(maps.flatten(2), features.flatten(2).transpose(1, 2))
    return sums / maps.flatten(2).sum(dim=2, keepdim=True).clamp(min=1e-8)


def refed_latents(model: Classifier, maps: Tensor, latent: str) -> Tensor:
    """Z of maps [N,K,H,W] in [0,1] shown to the network as images (standardised inside it like an image), all in one batch:
    [N,K,D]. Batch norm uses and keeps its running statistics meanwhile: maps are not radiographs (methods.md trap 24).
    """
    images = maps.flatten(0, 1).unsqueeze(1).expand(-1, model.input_channels, -1, -1)
    with statistics_frozen(model):
        features = model(images).features
    latents = features.mean(dim=(2, 3)) if latent == "gap" else features.flatten(1)
    return latents.unflatten(0, maps.shape[:2])


@contextmanager
def statistics_frozen(model: nn.Module) -> Iterator[None]:
    """Every module in eval mode, and afterwards in the mode it was in: running statistics stay, dropout is off."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        yield
    finally:
        for module in training:
            module.training = True
