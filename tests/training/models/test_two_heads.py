"""Two heads on any registered trunk: exact Grad-CAM of the one, signed class maps of the other, one graph."""

from __future__ import annotations

import pytest
import torch

from training.explained import explained
from training.explained.definition import classifier_gradcam
from training.models.model_registry import ModelTable, build_model
from training.models.two_heads import TwoHeads

TRUNKS = [
    ModelTable("compact", head="gap-mlp+wildcat", width=4, widths=(8,), dropout=0.3),
    ModelTable("resnet18", head="gap-linear+wildcat"),
    ModelTable("densenet121", head="gap-mlp+wildcat", widths=(16,)),
]


@pytest.mark.parametrize("table", TRUNKS, ids=lambda table: table.name)
def test_one_graph_gives_both_maps(table: ModelTable) -> None:
    torch.manual_seed(0)
    net = build_model(table, classes=3, size=64).eval()
    assert isinstance(net, TwoHeads)
    assert net.head_name == table.head.removesuffix("+wildcat")
    images = torch.rand(2, 1, 64, 64)
    graph = explained(net, torch.nn.Sigmoid()).eval()
    assert graph.OUTPUTS == ("probabilities", "logits", "gradcam", "classmaps", "embedding")
    with torch.no_grad():
        said = dict(zip(graph.OUTPUTS, graph(images), strict=True))
        scores, maps = net.wildcat(net.trunk(images))
        outputs = net(images)
    torch.testing.assert_close(said["classmaps"], maps)
    torch.testing.assert_close(outputs.map_logits, scores)
    torch.testing.assert_close(said["logits"], outputs.logits)
    torch.testing.assert_close(said["gradcam"], classifier_gradcam(net, images), rtol=1e-4, atol=1e-6)
    assert not graph.class_agnostic


def test_widths_belong_to_the_head_with_hidden_layers() -> None:
    with pytest.raises(ValueError, match=r"widths \[8\] of head 'gap-linear\+wildcat'; allowed: none"):
        build_model(ModelTable("compact", head="gap-linear+wildcat", widths=(8,)), 2)
    with pytest.raises(ValueError, match=r"widths \[\] of head 'gap-mlp\+wildcat'; allowed: at least one"):
        build_model(ModelTable("compact", head="gap-mlp+wildcat"), 2)
