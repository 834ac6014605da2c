"""Weeks of phantoms that the demonstration model scored, quiet or with something planted. Drawn and scored once, then sampled."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inference.bundle import Bundle
from inference.engine import Case, Engine
from inference.intensity import rescale_intensity
from inference.preprocessing import ModelInput, as_model_input, resize_image
from training.phantoms.draw import draw_phantom

DEMO = Path(__file__).parent.parent / "webapp" / "demo" / "demo-cxr-1.1.0.bundle"
SEEDS, FINDING, SIDE = 910_000, "lung_opacity", 224
PREVALENCE, PA_SHARE = 0.15, 0.7
EDGE = 1e-3
PLANTED = ("exposure", "rotation", "view mix", "prevalence")


class PhantomScores:
    """Log odds by (view, present, how shown): as drawn, badly exposed, turned by a quarter; `each` phantoms of each."""

    def __init__(self, each: int) -> None:
        bundle = Bundle.load(DEMO)
        engine = Engine(bundle, threads=1)
        self.pools: dict[tuple[str, bool, str], np.ndarray] = {}
        for group, (view, present) in enumerate((view, present) for view in ("PA", "AP") for present in (False, True)):
            seeds = [SEEDS + 10_000 * group + number for number in range(each)]
            drawn = [draw_phantom(one, size=SIDE, view=view, findings={FINDING} if present else ()) for one in seeds]
            images = [one.image for one in drawn]
            noise = np.random.default_rng(group)
            shown = {
                "as drawn": images,
                "exposure": [_badly_exposed(one, noise) for one in images],
                "rotation": [np.ascontiguousarray(np.rot90(one)) for one in images],
            }
            for name, pictures in shown.items():
                self.pools[view, present, name] = _log_odds(engine, pictures)

    def week(self, n: int, planted: str, generator: np.random.Generator) -> float:
        """Mean score of n images. exposure, rotation: of half of them (one maker); view mix: 70 % PA become 20 %; prevalence: 15 %
        become 30 %. An empty text: nothing is planted."""
        present = generator.random(n) < (0.30 if planted == "prevalence" else PREVALENCE)
        front = generator.random(n) < (0.2 if planted == "view mix" else PA_SHARE)
        is_shown_badly = generator.random(n) < (0.5 if planted in ("exposure", "rotation") else 0)
        total = 0.0
        for (view, has, shown), pool in self.pools.items():
            if shown in ("as drawn", planted):
                own = (front == (view == "PA")) & (present == has) & (is_shown_badly == (shown == planted))
                total += float(generator.choice(pool, int(own.sum())).sum())
        return total / n


def _badly_exposed(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Too dark and noisy: the third power of the tone and Gaussian noise of .08."""
    return np.clip(image**3 + generator.normal(0, 0.08, image.shape), 0, 1).astype(np.float32)


def _log_odds(engine: Engine, images: list[np.ndarray]) -> np.ndarray:
    cases = [Case(input=_input(engine, image)) for image in images]
    scores = np.array([answer.probabilities[FINDING] for answer in engine.explain(cases)])
    clipped = np.clip(scores, EDGE, 1 - EDGE)
    return np.log(clipped / (1 - clipped))


def _input(engine: Engine, image: np.ndarray) -> ModelInput:
    spec = engine.bundle.input_spec
    field, _ = resize_image(rescale_intensity(image, spec.intensity), spec)
    return as_model_input(field, *image.shape, spec)
