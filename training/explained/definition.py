"""Grad-CAM by its definition, one backward pass per class: what exporter and tests compare closed forms with."""

from __future__ import annotations

import torch
from torch import Tensor

from training.models.classifier import Classifier


def classifier_gradcam(net: Classifier, images: Tensor) -> Tensor:
    """relu( sum_c mean_hw(d z_k / d A_c) * A_c ) of raw logits by autograd: [N,K,h,w]; mean over members for MIMO.

    The gradient is taken at the features where they are computed, so whatever lies before them (the branches of
    Fused) has no part in it.
    """
    with torch.enable_grad():
        outputs = net(images.detach().clone().requires_grad_(True))
        members = outputs.logits.unsqueeze(1) if outputs.member_logits is None else outputs.member_logits
        maps = [
            torch.stack([_map(members[:, m, k], outputs.features) for m in range(members.shape[1])]).mean(dim=0)
            for k in range(members.shape[2])
        ]
    return torch.stack(maps, dim=1)


def _map(logit: Tensor, features: Tensor) -> Tensor:
    (gradient,) = torch.autograd.grad(logit.sum(), features, retain_graph=True)
    return torch.relu((gradient.mean(dim=(2, 3), keepdim=True) * features).sum(dim=1)).detach()
