"""Raw outputs of a trained network on prepared cases, in float32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from training.cases import Cases
from training.explained_graph import ExplainedGraph
from training.models.two_head_net import TwoHeadNet

BATCH = 64


@dataclass(frozen=True)
class Outputs:
    """float32: logits [n,K], gradcam [n,K,h,w], classmaps [n,K,h,w], embedding [n,D]."""

    logits: NDArray[np.float32]
    gradcam: NDArray[np.float32]
    classmaps: NDArray[np.float32]
    embedding: NDArray[np.float32]

    def maps(self, kind: str) -> NDArray[np.float32]:
        """`gradcam` or `classmaps`."""
        return {"gradcam": self.gradcam, "classmaps": self.classmaps}[kind]

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Outputs:
        """The cases of a mask or of indices."""
        return Outputs(self.logits[chosen], self.gradcam[chosen], self.classmaps[chosen], self.embedding[chosen])


def join_outputs(parts: Sequence[Outputs]) -> Outputs:
    """All cases of `parts`, in order."""
    names = ("logits", "gradcam", "classmaps", "embedding")
    return Outputs(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def run_net(net: TwoHeadNet, cases: Cases) -> Outputs:
    """What the exported graph will return for these cases, from torch."""
    classes = cases.labels.shape[1]
    graph = ExplainedGraph(net, torch.ones(classes), torch.zeros(classes)).eval()
    parts: list[list[NDArray[np.float32]]] = [[], [], [], []]
    with torch.no_grad():
        for start in range(0, len(cases), BATCH):
            images = torch.from_numpy(cases.images[start : start + BATCH].astype(np.float32)).unsqueeze(1)
            for part, value in zip(parts, graph(images)[1:], strict=True):
                part.append(value.numpy())
    return Outputs(*(np.concatenate(part) for part in parts))
