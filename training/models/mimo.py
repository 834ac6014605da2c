"""MIMO: several inputs, one network, several answers (000 §3.5, Havasi et al. 2021, methods.md §5.6)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.models.classifier import ModelOutputs
from training.models.reverse_sweep import as_float, full_precision
from training.models.swept_net import SweptNet

BATCH_REPETITIONS = 4  # of the reference code
REPETITION_PROBABILITY = 0.0


class MemberInput(nn.Module):
    """[N,C,H,W] (repeated for every member) or [N,M*C,H,W] (a member's channels together) -> [N,M*3,H,W].

    each: what is done to one member's image, giving three channels.
    """

    def __init__(self, each: nn.Module, members: int, channels: int) -> None:
        super().__init__()
        self.each, self.members, self.channels = each, members, channels

    def forward(self, images: Tensor) -> Tensor:
        if images.shape[1] == self.channels:
            return self.each(images).repeat(1, self.members, 1, 1)
        if images.shape[1] != self.members * self.channels:
            raise ValueError(
                f"{images.shape[1]} channels; allowed are {self.channels} or {self.members} x {self.channels}"
            )
        members = self.each(images.unflatten(1, (self.members, self.channels)).flatten(0, 1))
        return members.unflatten(0, (-1, self.members)).flatten(1, 2)


@dataclass(frozen=True)
class MemberBatch:
    """images [B,M*C,H,W] with another case for every member, labels [B,M,K] of those cases."""

    images: Tensor
    labels: Tensor


def member_batch(
    images: Tensor,
    labels: Tensor,
    members: int,
    *,
    repetitions: int = BATCH_REPETITIONS,
    same_probability: float = REPETITION_PROBABILITY,
    generator: torch.Generator | None = None,
) -> MemberBatch:
    """One training step's stacked inputs: the batch repeated, then shuffled for every member by itself.

    same_probability: share of the repeated batch that all members see alike (input_repetition_probability).
    images [N,C,H,W], labels [N,K]; B = repetitions * N. A generator on the CPU makes the draw reproducible.
    """
    order = torch.arange(len(images)).repeat(repetitions)
    order = order[torch.randperm(len(order), generator=generator)]
    own = int(len(order) * (1 - same_probability))
    orders = [torch.cat([order[:own][torch.randperm(own, generator=generator)], order[own:]]) for _ in range(members)]
    rows = torch.stack(orders, dim=1).to(images.device)
    return MemberBatch(images[rows].flatten(1, 2), labels[rows.to(labels.device)])


class MimoNet(SweptNet):
    """A SweptNet on M stacked inputs with M*K logits.

    logits [N,K]: of the averaged probabilities, log(p/(1-p)) with p = mean_m sigmoid(z_m); with M = 1 the plain network's.
    member_logits [N,M,K]: the raw ones, which the loss is summed over (`member_answers`) and whose Grad-CAMs are averaged.
    Calling it with C channels repeats the image for every member (test time).
    """

    def __init__(self, trunk: nn.Module, head: nn.Sequential, classes: int, members: int) -> None:
        super().__init__(trunk, head, classes)
        self.members = members

    def finish(self, logits: Tensor, features: Tensor, parts: tuple[Tensor, ...]) -> ModelOutputs:
        member_logits = logits.unflatten(1, (self.members, self.classes))
        return ModelOutputs(averaged_logits(member_logits), features, None, parts, member_logits)

    def merge_maps(self, maps: Tensor) -> Tensor:
        """Mean over the members of their Grad-CAMs."""
        return maps.unflatten(1, (self.members, self.classes)).mean(dim=1)

    def member_answers(
        self, images: Tensor, labels: Tensor, generator: torch.Generator | None = None
    ) -> list[tuple[ModelOutputs, Tensor]]:
        """Of one training step, by member: its own logits [B,K] as those of a network, and the labels [B,K] of its cases.

        Training minimises the sum of the members' losses (Havasi et al. 2021, equation 2). images [N,C,H,W], labels [N,K].
        """
        stacked = member_batch(images, labels, self.members, generator=generator)
        outputs = self(stacked.images)
        return [
            (replace(outputs, logits=outputs.member_logits[:, member]), stacked.labels[:, member])
            for member in range(self.members)
        ]


def averaged_logits(member_logits: Tensor) -> Tensor:
    """log(p / (1 - p)) with p = mean_m sigmoid(z_m), without leaving the logarithm: [N,M,K] -> [N,K]."""
    if member_logits.shape[1] == 1:
        return member_logits[:, 0]
    with full_precision(member_logits):
        wide = as_float(member_logits)
        return torch.logsumexp(functional.logsigmoid(wide), dim=1) - torch.logsumexp(
            functional.logsigmoid(-wide), dim=1
        )


def widen_first_convolution(features: nn.Module, members: int) -> None:
    """Let the first convolution take `members` times its channels: its kernel repeated and divided by M, so that M
    copies of one image give what the image alone gave. Changes `features`. Raises ValueError without a convolution."""
    for name, module in features.named_modules():
        if isinstance(module, nn.Conv2d):
            shape: dict[str, Any] = {key: getattr(module, key) for key in ("kernel_size", "stride", "padding")}
            shape |= {"bias": module.bias is not None, "device": module.weight.device}
            wide = nn.Conv2d(module.in_channels * members, module.out_channels, **shape)
            with torch.no_grad():
                wide.weight.copy_(module.weight.repeat(1, members, 1, 1) / members)
                if module.bias is not None and wide.bias is not None:
                    wide.bias.copy_(module.bias)
            parent, _, own = name.rpartition(".")
            setattr(features.get_submodule(parent), own, wide)
            return
    raise ValueError("the trunk has no convolution that could take the members' channels")
