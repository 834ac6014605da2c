"""Class distinctiveness against the number of methods.md §14.3, a literal version of it, and its promises."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch
from torch import Tensor

from tests.training.losses.tiny_net import TinyNet, batch_of, tiny_net
from training.losses.class_distinctiveness import (
    DistinctivenessSettings,
    class_distinctiveness,
    mean_pairwise_cosine,
    pooled_latents,
    refed_latents,
)
from training.models.classifier import ModelOutputs

SIDE = 8
IMAGES = batch_of(torch.zeros(3, 3)).images


def outputs_of(net: TinyNet) -> ModelOutputs:
    return net(IMAGES.to(net.head.weight.dtype))


def loss_of(net: TinyNet, **settings: object) -> Tensor:
    outputs = outputs_of(net)
    own = DistinctivenessSettings(**settings)  # type: ignore[arg-type]
    return class_distinctiveness(net, outputs, net.gradcam(outputs), (SIDE, SIDE), own)


def literal_loss(net: TinyNet) -> Tensor:
    """As 000 writes it: Grad-CAM by autograd with a second backward pass, one map and one pair at a time."""
    outputs = outputs_of(net)
    rows: list[list[Tensor]] = []
    for k in range(net.classes):
        (gradient,) = torch.autograd.grad(outputs.logits[:, k].sum(), outputs.features, create_graph=True)
        cams = torch.relu((gradient.mean(dim=(2, 3), keepdim=True) * outputs.features).sum(dim=1))
        rows.append([])
        for cam in cams:
            unit = (cam - cam.min()) / (cam.max() - cam.min())
            image = torch.nn.functional.interpolate(unit[None, None], (SIDE, SIDE), mode="bilinear")
            net.eval()
            rows[k].append(net(image).features.mean(dim=(2, 3))[0])
            net.train()
    cosines = [
        torch.nn.functional.cosine_similarity(rows[i][n], rows[j][n], dim=0)
        for n in range(len(IMAGES))
        for i, j in combinations(range(net.classes), 2)
    ]
    return torch.stack(cosines).mean()


def positive_net(classes: int = 3) -> TinyNet:
    """Every map has something in it: positive weights at the head."""
    net = tiny_net(classes).double()
    with torch.no_grad():
        net.head.weight.abs_()
    return net


def test_the_number_of_the_design() -> None:
    # cos = 1/sqrt 2, 0, 1/sqrt 2; mean .471405
    latents = torch.tensor([[[1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]])
    assert mean_pairwise_cosine(latents).item() == pytest.approx(0.471405, abs=1e-6)
    assert mean_pairwise_cosine(latents[:, [0, 0, 0]]).item() == pytest.approx(1.0)


def test_value_and_gradient_are_those_of_the_literal_version_with_double_backward() -> None:
    ours, literal = positive_net(), positive_net()
    value, expected = loss_of(ours), literal_loss(literal)
    value.backward()
    expected.backward()
    assert value.item() == pytest.approx(expected.item(), rel=1e-10)
    assert 0 < value.item() < 1
    for own, other in zip(ours.parameters(), literal.parameters(), strict=True):
        if other.grad is not None:
            assert own.grad is not None
            assert torch.allclose(own.grad, other.grad, rtol=1e-6, atol=1e-12)
    assert ours.head.weight.grad is not None
    assert ours.head.weight.grad.abs().max() > 0


def test_the_refed_maps_go_through_in_one_batch_and_leave_batch_norm_alone() -> None:
    net = tiny_net(3)
    outputs = net(IMAGES)
    before = {name: value.clone() for name, value in net.named_buffers()}
    sizes: list[tuple[int, ...]] = []
    net.register_forward_pre_hook(lambda _, inputs: sizes.append(tuple(inputs[0].shape)))
    class_distinctiveness(net, outputs, net.gradcam(outputs), (SIDE, SIDE), DistinctivenessSettings(size=6))
    assert sizes == [(9, 1, 6, 6)]
    assert all(torch.equal(value, before[name]) for name, value in net.named_buffers())
    assert all(module.training for module in net.modules())


def test_a_batch_norm_that_was_frozen_stays_frozen() -> None:
    net = tiny_net(2)
    net.trunk[1].eval()
    loss_of(net)
    assert [net.trunk[1].training, net.trunk[4].training] == [False, True]


def test_with_stopped_gradients_the_head_learns_nothing_from_it() -> None:
    net = tiny_net(3)
    loss_of(net, stop_gradient=True).backward()
    assert net.head.weight.grad is None
    assert net.trunk[0].weight.grad.abs().max() > 0


def test_the_flattened_latent_tells_places_apart_where_the_pooled_one_cannot() -> None:
    net = tiny_net(2)
    for module in net.trunk:
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.constant_(module.bias, 0.5)
    maps = torch.zeros(1, 2, 16, 16)
    maps[0, 0, 7, 7] = maps[0, 1, 9, 9] = 1  # moved by one stride: the same features elsewhere
    gap, flat = (mean_pairwise_cosine(refed_latents(net, maps, kind)).item() for kind in ("gap", "flatten"))
    assert gap == pytest.approx(1.0, abs=1e-5)
    assert flat < 1 - 1e-4


def test_pooled_latents_by_hand() -> None:
    # map (1, 0, 0, 0) reads the first cell, (0, 1, 1, 0) the mean of the two middle ones, the zero map nothing.
    features = torch.tensor([[[[1.0, 2.0, 4.0, 0.0]], [[0.0, 6.0, 0.0, 9.0]]]])
    maps = torch.tensor([[[[1.0, 0, 0, 0]], [[0, 1.0, 1.0, 0]], [[0.0, 0, 0, 0]]]])
    assert pooled_latents(maps, features)[0].tolist() == [[1.0, 0.0], [3.0, 3.0], [0.0, 0.0]]


def test_the_pooled_form_needs_no_second_pass() -> None:
    net = tiny_net(3)
    outputs = net(IMAGES)
    net.register_forward_pre_hook(lambda *_: pytest.fail("the network ran again"))
    own = DistinctivenessSettings("pooled")
    class_distinctiveness(net, outputs, net.gradcam(outputs), (SIDE, SIDE), own).backward()
    assert net.head.weight.grad.abs().max() > 0


def test_a_few_maps_have_the_value_of_one_of_the_pairs_and_on_average_of_all() -> None:
    net = tiny_net(3).eval()
    outputs = net(IMAGES)
    maps = net.gradcam(outputs).detach()
    whole = class_distinctiveness(net, outputs, maps, (SIDE, SIDE), DistinctivenessSettings()).item()
    pairs = [
        class_distinctiveness(net, outputs, maps[:, list(pair)], (SIDE, SIDE), DistinctivenessSettings()).item()
        for pair in combinations(range(3), 2)
    ]
    drawn = class_distinctiveness(net, outputs, maps, (SIDE, SIDE), DistinctivenessSettings(maps=2)).item()
    assert min(abs(drawn - pair) for pair in pairs) < 1e-6
    assert sum(pairs) / 3 == pytest.approx(whole, abs=1e-6)


def test_maps_without_anything_in_them_give_numbers_and_finite_gradients() -> None:
    net = tiny_net(2)
    with torch.no_grad():
        net.head.weight.copy_(-net.head.weight.abs())
    for form in ("refeed", "pooled"):
        net.zero_grad()
        loss = loss_of(net, form=form)
        loss.backward()
        assert torch.isfinite(loss)
        assert all(bool(torch.isfinite(own.grad).all()) for own in net.parameters() if own.grad is not None)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"form": "fast"}, "cd_form 'fast' is not one of refeed, pooled"),
        ({"latent": "max"}, "cd_latent 'max' is not one of gap, flatten"),
        ({"size": -1}, "cd_size -1 is below 0"),
        ({"maps": 1}, r"cd_maps 1 is not 0 \(all\) or at least 2"),
    ],
)
def test_wrong_settings_are_refused_with_their_value(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DistinctivenessSettings(**settings)  # type: ignore[arg-type]


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least 2 maps of an image, got 1"):
        mean_pairwise_cosine(torch.ones(1, 1, 4))
