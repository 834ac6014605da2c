"""`custom`: weighted cross-entropy with class distinctiveness and spatial coherence of the maps (000 §3.1)."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from training.data.batch import Batch
from training.losses.class_balance import Floats
from training.losses.class_distinctiveness import DistinctivenessSettings, class_distinctiveness
from training.losses.loss import Loss
from training.losses.saliency_maps import differentiable_gradcam
from training.losses.spatial_coherence import REDUCTIONS, coherence_of_gradcam
from training.losses.stages import TwoStages
from training.losses.wce import WeightedCrossEntropy
from training.models.classifier import Classifier, ModelOutputs


class CustomLoss(Loss):
    """L = L_WCE + lambda1 L_CD + lambda2 L_SC, all K maps of every image; stage 1 is L_WCE alone (000 §3.3).

    lambda1 = 1.4 is stated; lambda2 is not, and 000 never trained with it: 0, or 1 when switched on. A term of weight 0
    is not computed and not returned. The maps are closed-form Grad-CAM, so no backward pass is differentiated again.
    """

    ends_at_log_odds = False

    def __init__(
        self,
        train_labels: Floats,
        lambda1: float,
        lambda2: float,
        distinctiveness: DistinctivenessSettings,
        sc_reduction: str,
        stages: TwoStages,
    ) -> None:
        super().__init__()
        if lambda1 and train_labels.shape[1] < 2:
            raise ValueError(
                f"lambda1 {lambda1} of loss 'custom' needs at least 2 classes, got {train_labels.shape[1]}"
            )
        if sc_reduction not in REDUCTIONS:
            raise ValueError(f"sc_reduction {sc_reduction!r} is not one of {', '.join(REDUCTIONS)}")
        self.lambda1, self.lambda2 = lambda1, lambda2
        self.distinctiveness, self.sc_reduction, self.stages = distinctiveness, sc_reduction, stages
        self.stage = stages.stage(0)
        self.wce = WeightedCrossEntropy(train_labels)

    def set_epoch(self, epoch: int) -> None:
        self.stage = self.stages.stage(epoch)

    def forward(self, model: Classifier, outputs: ModelOutputs, batch: Batch) -> dict[str, Tensor]:
        total = self.wce(model, outputs, batch)["loss"]
        terms = {"wce": total}
        if self.stage == 2 and (self.lambda1 or self.lambda2):
            maps = differentiable_gradcam(model, outputs)
            if self.lambda1:
                height, width = batch.images.shape[2:]
                terms["cd"] = class_distinctiveness(model, outputs, maps, (height, width), self.distinctiveness)
                total = total + self.lambda1 * terms["cd"]
            if self.lambda2:
                terms["sc"] = coherence_of_gradcam(maps, self.sc_reduction)
                total = total + self.lambda2 * terms["sc"]
        return {"loss": total, **terms}

    def document(self) -> dict[str, Any]:
        return self.wce.document()
