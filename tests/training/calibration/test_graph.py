"""The calibrator inside the exported graph gives what python gives, for every form (methods.md §14.4: 1e-6)."""

from __future__ import annotations

import io

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from inference.calibration_forms import Beta, ScaleBias
from training.calibration.calibrator import Calibrator
from training.calibration.graph import graph_module
from training.calibration.registry import CALIBRATORS

RANDOM = np.random.default_rng(0)
LOGITS = (RANDOM.normal(size=(400, 3)) * 4).astype(np.float32)
LABELS = (RANDOM.random((400, 3)) < 1 / (1 + np.exp(-LOGITS / 3 + 0.4))).astype(float)
CLASSES = np.eye(3)[(LOGITS / 3 + RANDOM.gumbel(size=LOGITS.shape)).argmax(axis=1)]
FITTED = {
    f"{name} {task}": method.fit(LOGITS, CLASSES if task == "single" else LABELS, task)
    for name, method in CALIBRATORS.items()
    for task in method.tasks
}


class _All(nn.Module):
    """Every calibrator behind one tiny network, so that one export is enough."""

    def __init__(self, calibrators: list[Calibrator]) -> None:
        super().__init__()
        self.net = nn.Linear(3, 3)
        nn.init.eye_(self.net.weight)
        nn.init.zeros_(self.net.bias)
        self.parts = nn.ModuleList(graph_module(own) for own in calibrators)

    def forward(self, features: Tensor) -> tuple[Tensor, ...]:
        logits = self.net(features)
        return (logits, *(part(logits) for part in self.parts))


@pytest.mark.parametrize("name", FITTED)
def test_the_module_gives_what_apply_gives(name: str) -> None:
    with torch.no_grad():
        found = graph_module(FITTED[name])(torch.from_numpy(LOGITS)).numpy()
    np.testing.assert_allclose(found, FITTED[name].apply(LOGITS), atol=1e-6)


@pytest.mark.slow
def test_the_exported_graph_gives_what_apply_gives() -> None:
    network = _All(list(FITTED.values())).eval()
    batch = torch.export.Dim("batch", min=1, max=512)
    program = torch.onnx.export(
        network,
        (torch.from_numpy(LOGITS[:2]),),
        dynamo=True,
        opset_version=18,
        dynamic_shapes=({0: batch},),
        verbose=False,
    )
    assert program is not None
    buffer = io.BytesIO()
    program.save(buffer)
    session = onnxruntime.InferenceSession(buffer.getvalue(), providers=["CPUExecutionProvider"])
    places = np.concatenate([LOGITS, np.array([[-90, 0, 90]], np.float32)])
    logits, *found = session.run(None, {session.get_inputs()[0].name: places})
    for own, values in zip(FITTED.values(), found, strict=True):
        np.testing.assert_allclose(values, own.apply(logits), atol=1e-6)


def test_one_map_per_class_is_enough_for_a_sigmoid() -> None:
    module = graph_module([ScaleBias(0.5, 0.0), ScaleBias(2.0, 1.0)])
    # sigmoid(.5 * 2), sigmoid(2 * -.5 + 1)
    assert module(torch.tensor([[2.0, -0.5]])).tolist()[0] == pytest.approx([0.731059, 0.5], abs=1e-6)


def test_forms_are_not_mixed() -> None:
    with pytest.raises(ValueError, match=r"forms \['beta', 'scale-bias'\]; allowed: one form for all"):
        graph_module([ScaleBias(1.0, 0.0), Beta(1.0, 1.0, 0.0)])
    with pytest.raises(ValueError, match=r"forms \[\]"):
        graph_module([])
