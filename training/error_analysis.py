"""Which images several models get wrong together and alone (paper 003 §5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ErrorAnalysis:
    """Image ids in the order of the test set. only_wrong, only_right: by model, images where it alone is wrong or right."""

    n: int
    all_wrong: tuple[str, ...]
    all_right: tuple[str, ...]
    only_wrong: dict[str, tuple[str, ...]]
    only_right: dict[str, tuple[str, ...]]

    def document(self) -> dict[str, Any]:
        """JSON-ready: {"n", "all_wrong": {"count", "images"}, ..., "only_wrong": {model: {...}}, ...}."""
        return {
            "n": self.n,
            "all_wrong": _listed(self.all_wrong),
            "all_right": _listed(self.all_right),
            "only_wrong": {model: _listed(images) for model, images in self.only_wrong.items()},
            "only_right": {model: _listed(images) for model, images in self.only_right.items()},
        }

    def lines(self) -> list[str]:
        """For a terminal."""
        rows = [f"{self.n} images: all models wrong {len(self.all_wrong)}, all right {len(self.all_right)}"]
        width = max(map(len, self.only_wrong), default=0)
        for model, wrong in self.only_wrong.items():
            rows.append(f"{model:<{width}}  alone wrong {len(wrong)}, alone right {len(self.only_right[model])}")
        return rows


def analyse_errors(
    answers: Mapping[str, NDArray[Any] | Sequence[Any]], truth: NDArray[Any] | Sequence[Any], image_ids: Sequence[str]
) -> ErrorAnalysis:
    """all-wrong, all-right, only-m-wrong and only-m-right of at least two models on the same images.

    answers: model -> class of each image [n]; truth: true class [n]. With one model "alone" would mean nothing. Raises
    ValueError for fewer models, for lengths that do not agree, and for an image listed twice.
    """
    if len(answers) < 2:
        raise ValueError(f"{len(answers)} models ({', '.join(answers) or 'none'}); at least 2 are needed")
    lengths = {"truth": len(truth), "image ids": len(image_ids)} | {name: len(own) for name, own in answers.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"{', '.join(f'{name} {n}' for name, n in lengths.items())}; the counts must agree")
    if len(set(image_ids)) < len(image_ids):
        twice = next(image for image in image_ids if list(image_ids).count(image) > 1)
        raise ValueError(f"image {twice!r} is listed twice; allowed: once")
    right = np.array([np.asarray(own) == np.asarray(truth) for own in answers.values()])
    count = right.sum(axis=0)
    models, last = list(answers), len(answers) - 1
    ids = np.asarray(image_ids, dtype=object)
    return ErrorAnalysis(
        len(image_ids),
        tuple(ids[count == 0]),
        tuple(ids[count == len(answers)]),
        {name: tuple(ids[~right[m] & (count == last)]) for m, name in enumerate(models)},
        {name: tuple(ids[right[m] & (count == 1)]) for m, name in enumerate(models)},
    )


def _listed(images: Sequence[str]) -> dict[str, Any]:
    return {"count": len(images), "images": list(images)}
