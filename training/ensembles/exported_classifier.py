"""An exported ONNX graph as a classifier, so that what is evaluated is what is exported."""

from __future__ import annotations

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from training.models.classifier import Classifier, ModelOutputs


class ExportedClassifier(Classifier):
    """The graph on the processor, by ONNX Runtime. logits and gradcam are its outputs; features is its embedding as one
    cell per channel [N,D,1,1], so that their mean over cells is the embedding; class_maps carries the Grad-CAM.

    members: the networks it was made of; they are counted, not run.
    """

    def __init__(self, onnx_bytes: bytes, members: list[nn.Module], classes: int, side: int) -> None:
        super().__init__()
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])
        self.members = nn.ModuleList(members)
        self.classes, self.input_size = classes, side

    def forward(self, images: Tensor) -> ModelOutputs:
        names = ["logits", "gradcam", "embedding"]
        feed = {"image": np.ascontiguousarray(images.detach().cpu().numpy(), np.float32)}
        logits, gradcam, embedding = (torch.from_numpy(own) for own in self._session.run(names, feed))
        return ModelOutputs(logits, embedding[:, :, None, None], gradcam)

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        maps = outputs.class_maps
        if maps is None:
            raise ValueError("these outputs are not of an exported graph; allowed: those of its own forward pass")
        return maps
