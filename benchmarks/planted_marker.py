"""Does "What would change its mind?" expose a model that looks at a lead marker and not at the lungs?

    python -m benchmarks.planted_marker [--phantoms 100]

The model is a small convolutional net trained for this: on phantoms of which a random half carries the marker, it learns to say
which. So its number rests on the shortcut alone, and what it learnt of the rest of the picture is chance. The phantoms that are
counted were not seen. They all carry the marker, ringed "AP", in one of the four corners at a random place, size and angle, and all
have their own side marker, R or L, beside it.

Exposed by name: with every structure asked that is offered, the corners or all around the chest take the number down furthest in
both fillings, by .1 or more, and twice as far as any lung, half of one or the heart region. So a table shows it at a glance.
Exposed by the eraser: one dab over the marker takes it down as much, and twice as far as five dabs of that size in the chest.
A phantom on which no thorax is found, or whose number is not above the operating point of .5, counts as not exposed. How often the
corners take the number below .5 is counted too: what is erased leaves an unnatural picture, whose number need not be that of a
clean one. Rule and length of the training were chosen on 108 other phantoms.
"""

from __future__ import annotations

import argparse
import json
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks.machine import describe_machine, write_result
from benchmarks.phantom_sites import geometry
from inference.erasing import FILLINGS, Area, Point, Stroke, area_masks, filled
from inference.preprocessing import InputSpec, ModelInput, as_model_input, resize_image
from inference.thorax import NoThorax, find_thorax
from inference.thorax.structures import STRUCTURES
from measures.wilson import wilson_interval
from training.phantoms.draw import Phantom, draw_phantom
from training.phantoms.objects import stencil

SIDE, SPEC = 256, InputSpec(128, 128)
TRAINING_SEEDS, COUNTED_SEEDS = range(820_000, 820_060), 824_000
COPIES, STEPS, BATCH = 6, 500, 24  # of each phantom, with the marker and without; of the optimiser
OPERATING_POINT = 0.5
LEAST_FALL = 0.1
DABS = np.array([-0.5, 0.5, -0.5, 0.5, 0.1]), np.array([0.3, 0.3, 0.7, 0.7, 0.75])  # u, v of five dabs in the chest
MARKERS = ("corners", "around")


def planted(phantom: Phantom, number: int = 0) -> tuple[np.ndarray, Point]:
    """(float32 [SIDE, SIDE]: the phantom with the marker in one of its corners, x and y of it); `number` tells copies apart."""
    rng = np.random.default_rng([phantom.seed, 31, number])
    x, y = rng.uniform(0.06, 0.12), rng.uniform(0.05, 0.12)
    x, y = x if rng.random() < 0.5 else 1 - x, y if rng.random() < 0.5 else 1 - y
    lead = stencil(geometry(phantom).canvas, "AP", x, y, rng.uniform(1.4, 1.8), rng.normal(0, 0.1), True)
    return np.maximum(phantom.image, 0.97 * lead).astype(np.float32), (x * SIDE, y * SIDE)


def as_input(image: np.ndarray) -> ModelInput:
    field, _ = resize_image(image, SPEC)
    return as_model_input(field, *image.shape, SPEC)


def marker_net() -> torch.nn.Module:
    """A net whose number says whether the marker is there; float32 [N, 1, H, W] -> logits [N, 1]."""
    torch.manual_seed(4)
    sizes = ((1, 12, 2), (12, 24, 2), (24, 32, 2))
    layers: list[torch.nn.Module] = []
    for before, after, stride in sizes:
        layers += [torch.nn.Conv2d(before, after, 5, stride, 2), torch.nn.BatchNorm2d(after), torch.nn.ReLU()]
    net = torch.nn.Sequential(*layers, torch.nn.AdaptiveMaxPool2d(1), torch.nn.Flatten(), torch.nn.Linear(32, 1))
    phantoms = [draw_phantom(seed, size=SIDE) for seed in TRAINING_SEEDS]
    clean = [as_input(phantom.image).image for phantom in phantoms]
    marked = [as_input(planted(phantom, number)[0]).image for phantom in phantoms for number in range(COPIES)]
    images = torch.from_numpy(np.stack([*marked, *clean]))
    labels = torch.tensor([1.0] * len(marked) + [0.0] * len(clean))[:, None]
    optimiser = torch.optim.Adam(net.parameters(), lr=3e-3)
    rng = np.random.default_rng(6)
    for _ in range(STEPS):
        half = BATCH // 2
        rows = torch.from_numpy(
            np.concatenate([rng.integers(0, len(marked), half), len(marked) + rng.integers(0, len(clean), half)])
        )
        optimiser.zero_grad()
        torch.nn.functional.binary_cross_entropy_with_logits(net(images[rows]), labels[rows]).backward()
        optimiser.step()
    return net.eval()


def numbers(net: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    """[N] in [0, 1]. images: float32 [N, H, W]."""
    with torch.no_grad():
        return np.asarray(torch.sigmoid(net(torch.from_numpy(np.ascontiguousarray(images[:, None]))))[:, 0])


class Answer(NamedTuple):
    """is_called: the number is above the operating point. is_named, is_erased: exposed by name, by the eraser. is_below: it
    crosses the operating point without the corners, or what lies around the chest, in both fillings."""

    is_called: bool
    is_named: bool
    is_erased: bool
    is_below: bool


def asked(net: torch.nn.Module, image: np.ndarray, marker: Point) -> Answer:
    frame, source = find_thorax(image), as_input(image)
    before = float(numbers(net, source.image)[0])
    if isinstance(frame, NoThorax) or before < OPERATING_POINT:
        return Answer(before >= OPERATING_POINT, False, False, False)
    is_marker = np.array([one.code in MARKERS for one in STRUCTURES])
    named = falls(net, source, before, [one.area(frame, *image.shape) for one in STRUCTURES])
    x, y = frame.places(*DABS)
    dabs = falls(net, source, before, [dab(place) for place in (marker, *zip(x, y, strict=True))])
    is_dab = np.arange(dabs.shape[1]) == 0
    below = (before - named[:, is_marker].max(axis=1) < OPERATING_POINT).all()
    return Answer(True, is_exposed(named, is_marker), is_exposed(dabs, is_dab), bool(below))


def dab(place: Point) -> Area:
    return Area(strokes=(Stroke((place,), 0.08 * SIDE),))


def falls(net: torch.nn.Module, source: ModelInput, before: float, areas: list[Area]) -> np.ndarray:
    """[filling, area]: how far the number goes down without it."""
    masks = area_masks(areas, source)
    return np.stack([before - numbers(net, filled(source, masks, filling)) for filling in FILLINGS])


def is_exposed(fall: np.ndarray, is_marker: np.ndarray) -> bool:
    """fall: [filling, area]. In both fillings the marker's areas move the number most, by the rule above."""
    most, other = fall[:, is_marker].max(axis=1), np.abs(fall[:, ~is_marker]).max(axis=1)
    return bool(((most >= LEAST_FALL) & (most >= 2 * other)).all())


def counted(phantoms: int) -> dict[str, Any]:
    """The measurement on so many phantoms."""
    net = marker_net()
    drawn = [draw_phantom(COUNTED_SEEDS + number, size=SIDE) for number in range(phantoms)]
    answers = [asked(net, *planted(phantom)) for phantom in drawn]
    without = np.concatenate([numbers(net, as_input(phantom.image).image) for phantom in drawn])
    counts = {
        name: sum(getattr(one, f"is_{name}") for one in answers) for name in ("called", "named", "erased", "below")
    }
    return {
        "phantoms": phantoms,
        "called_without_marker": int((without >= OPERATING_POINT).sum()),
        **{name: {"count": k, "ci": wilson_interval(k, phantoms)} for name, k in counts.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phantoms", type=int, default=100)
    result = {"machine": describe_machine(), **counted(parser.parse_known_args()[0].phantoms)}
    write_result("planted_marker", result)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
