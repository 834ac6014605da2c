"""RetinaNet, the detector that 001 compares class maps with (methods.md §5.7). A baseline: it is not exported."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import torch
from torch import Tensor, nn
from torchvision.models.detection import RetinaNet
from torchvision.models.detection.backbone_utils import BackboneWithFPN, resnet_fpn_backbone
from torchvision.ops.feature_pyramid_network import LastLevelP6P7
from torchvision.ops.misc import FrozenBatchNorm2d

from training.data.records import Box
from training.models.backbones.weights import NO_WEIGHTS, load_trunk_weights
from training.models.classifier import Classifier, ModelOutputs

RETINANET_BACKBONES = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
NMS_THRESHOLD = 0.5
LEAST_SCORE = 1e-7  # an image without a box: its score as a logit must be finite
TRAINED_STAGES = 3  # of pretrained weights, torchvision's choice; all five of random ones
PYRAMID = 256


class NoGradcam(NotImplementedError):
    """The network has no closed-form Grad-CAM."""


class RetinaNetBaseline(Classifier):
    """One class, "lung opacity", label 0. Image score = highest box score; map = per pixel the highest score of the
    boxes that cover it, else 0.

    logits [N,1]: logit of the image score. class_maps: [N,1,H,W] in [0,1]. features: the pyramid's finest level. A forward
    pass detects, in training mode too; `training_loss` trains.
    """

    def __init__(self, detector: RetinaNet, input_module: nn.Module) -> None:
        super().__init__()
        self.detector, self.input, self.classes = detector, input_module, 1

    def forward(self, images: Tensor) -> ModelOutputs:
        was_training = self.detector.training
        self.detector.eval()
        try:
            found, features = self._detect(images)
        finally:
            self.detector.train(was_training)
        scores = torch.stack([image_score(own) for own in found]).unsqueeze(1)
        height, width = int(images.shape[2]), int(images.shape[3])
        maps = torch.stack([score_map(own["boxes"], own["scores"], height, width) for own in found]).unsqueeze(1)
        return ModelOutputs(torch.logit(scores.clamp(LEAST_SCORE, 1 - LEAST_SCORE)), features, maps)

    def detect(self, images: Tensor) -> list[dict[str, Tensor]]:
        """Per image `boxes` [n,4] (x1, y1, x2, y2 in pixels of the input), `scores` [n] and `labels` [n]; in evaluation
        mode."""
        found: list[dict[str, Tensor]] = self.detector(list(self.input(images)))
        return found

    def training_loss(self, images: Tensor, boxes: Sequence[Sequence[Box]]) -> dict[str, Tensor]:
        """`classification`, `bbox_regression` and their sum `loss` for images and their boxes in pixels of the input; an
        image without boxes is a negative. Works in evaluation mode too, for the loss of a validation set."""
        was_training = self.training
        # Only the detector's own flag asks for targets; batch norms below it keep their mode.
        self.detector.training = True
        try:
            losses = dict(self.detector(list(self.input(images)), [_target(own, images.device) for own in boxes]))
        finally:
            self.detector.training = was_training
        losses["loss"] = torch.stack(list(losses.values())).sum()
        return losses

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        raise NoGradcam("RetinaNet explains itself by its boxes; it has no Grad-CAM (methods.md §5.7)")

    def _detect(self, images: Tensor) -> tuple[list[dict[str, Tensor]], Tensor]:
        """Detections, and the pyramid's finest level seen on the way."""
        seen: list[Tensor] = []
        backbone = cast(nn.Module, self.detector.backbone)
        handle = backbone.register_forward_hook(lambda module, inputs, output: seen.append(next(iter(output.values()))))
        try:
            return self.detect(images), seen[0]
        finally:
            handle.remove()


def _target(boxes: Sequence[Box], device: torch.device) -> dict[str, Tensor]:
    corners = [[own.x, own.y, own.x + own.w, own.y + own.h] for own in boxes]
    return {
        "boxes": torch.tensor(corners, dtype=torch.float32, device=device).reshape(-1, 4),
        "labels": torch.zeros(len(corners), dtype=torch.int64, device=device),
    }


def image_score(found: dict[str, Tensor]) -> Tensor:
    """Highest box score, 0 without a box."""
    scores = found["scores"]
    return scores.max() if len(scores) else scores.new_zeros(())


def score_map(boxes: Tensor, scores: Tensor, height: int, width: int) -> Tensor:
    """Per pixel the highest score of the boxes (x1, y1, x2, y2) that cover its centre, else 0: [height,width]."""
    rows = torch.arange(height, device=boxes.device) + 0.5
    columns = torch.arange(width, device=boxes.device) + 0.5
    result = torch.zeros(height, width, device=boxes.device, dtype=scores.dtype)
    for (left, top, right, bottom), score in zip(boxes, scores, strict=True):
        inside = ((rows >= top) & (rows <= bottom)).unsqueeze(1) & ((columns >= left) & (columns <= right)).unsqueeze(0)
        result = torch.where(inside & (score > result), score, result)
    return result


def build_retinanet(backbone: str, weights: str, input_module: nn.Module, side: int) -> RetinaNetBaseline:
    """torchvision's RetinaNet on a ResNet pyramid of levels 2-4 with P6, P7; one class, no score threshold, NMS .5.

    Without a threshold image scores do not tie at 0 (trap 23). Pretrained weights are trained from the third stage on
    with their batch norms frozen, as torchvision does; random ones altogether. Raises ValueError for an unknown
    backbone, WeightsError.
    """
    if backbone not in RETINANET_BACKBONES:
        raise ValueError(f"backbone {backbone!r} of model 'retinanet' is not one of {', '.join(RETINANET_BACKBONES)}")
    pretrained = weights != NO_WEIGHTS
    pyramid: BackboneWithFPN = resnet_fpn_backbone(
        backbone_name=backbone,
        weights=None,
        norm_layer=FrozenBatchNorm2d if pretrained else nn.BatchNorm2d,
        trainable_layers=TRAINED_STAGES if pretrained else 5,
        returned_layers=[2, 3, 4],
        extra_blocks=LastLevelP6P7(PYRAMID, PYRAMID),
    )
    load_trunk_weights(cast(Any, SimpleNamespace(features=pyramid.body)), backbone, weights)
    # The images are standardised and sized before: torchvision's own transform must do neither.
    detector = RetinaNet(
        pyramid, num_classes=1, score_thresh=0.0, nms_thresh=NMS_THRESHOLD, image_mean=[0.0] * 3, image_std=[1.0] * 3,
        min_size=side, max_size=side,
    )  # fmt: skip
    return RetinaNetBaseline(detector, input_module)
