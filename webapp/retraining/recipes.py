"""What may be asked of `python -m training` from the browser: a few named recipes, each written out as an experiment file.

Findings and input are those of the base bundle, so that what comes out can stand in its place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ROW = "candidate"
FEW_PATIENTS = 40  # with fewer, a split by patient leaves parts that show one class alone, or nobody
PHANTOM_SIDE = 256


@dataclass(frozen=True)
class Recipe:
    """title, says: for people. held_back: phantoms that choose the epoch, calibrate and measure, as shares of those trained on."""

    title: str
    says: str
    epochs: int
    patience: int
    batch: int
    held_back: tuple[float, float, float]
    is_sketched: bool = False
    refits: int = 200
    images: int = 0


RECIPES: dict[str, Recipe] = {
    "two-heads-tiny": Recipe(
        "two heads, tiny",
        "4 epochs on sketched phantoms: minutes on a processor; shows the way, makes no better model",
        4,
        4,
        16,
        (0.5, 0.5, 0.5),
        is_sketched=True,
        refits=40,
        images=8,
    ),
    "two-heads": Recipe(
        "two heads",
        "up to 24 epochs; how long it takes was not measured",
        24,
        12,
        32,
        (0.1, 0.2, 0.2),
    ),
}


@dataclass(frozen=True)
class Wanted:
    """What an experiment file is made of. source: `phantoms`, or `parts` with folders. is_few: patients are too few to be split:
    all of theirs train, and phantoms choose, calibrate and measure."""

    recipe: Recipe
    classes: Sequence[str]
    own_input: Mapping[str, Any]
    phantoms: int
    has_images: bool
    is_few: bool
    aided_weight: float
    name: str
    version: str


def phantom_counts(recipe: Recipe, train: int) -> dict[str, int]:
    """Phantoms of each split."""
    names = ("selection", "calibration", "evaluation")
    return {"train": train} | {name: int(train * share) for name, share in zip(names, recipe.held_back, strict=True)}


def experiment(wanted: Wanted) -> str:
    """The experiment file, TOML: a list of tables, each of plain values."""
    recipe = wanted.recipe
    rule = (
        {"rule": "given"}
        if wanted.is_few
        else {"rule": "fractions", "selection": 0.15, "calibration": 0.25, "evaluation": 0.2}
    )
    tables: dict[str, dict[str, Any]] = {
        "": {"title": f"{wanted.name}: {recipe.title}", "needs": "what the application wrote beside this file"},
        "data": {
            "name": "parts" if wanted.has_images else "phantoms", "task": "multilabel", "classes": list(wanted.classes),
            "aided_weight": wanted.aided_weight,
        },
        "split_rule": rule,
        "input": {
            "size": wanted.own_input["height"], "intensity": wanted.own_input["intensity"], "resize": wanted.own_input["resize"],
        },
        "model": {"name": "compact", "head": "gap-mlp+wildcat", "width": 16, "widths": [64], "dropout": 0.3},
        "augmentation.radiograph": {},
        "loss": {"name": "two-heads", "map_weight": 0.3},
        "optim": {"name": "adamw", "lr": 1e-3, "weight_decay": 0.05, "decay_all": False, "one_cycle": 0.15},
        "train": {
            "epochs": recipe.epochs, "batch": recipe.batch, "patience": recipe.patience, "monitor": "val_loss",
            "gradient_clip": 1.0, "drop_last": True,
        },
        "calibration": {"method": "platt", "refits": recipe.refits},
        "explain": {"methods": ["gradcam", "wildcat"], "images": recipe.images, "overlays": 2},
    }  # fmt: skip
    if wanted.phantoms:
        tables["data.phantoms"] = phantom_counts(recipe, wanted.phantoms) | {
            "size": PHANTOM_SIDE, "fast": recipe.is_sketched, "selects": wanted.is_few or not wanted.has_images,
        }  # fmt: skip
    row = {"name": ROW, "export": True, "bundle": {"name": wanted.name, "version": wanted.version}}
    blocks = [_table(f"[{name}]" if name else "", keys) for name, keys in tables.items()]
    return "\n".join([*blocks, _table("[[row]]", row)])


def _table(head: str, keys: Mapping[str, Any]) -> str:
    return "\n".join([*([head] if head else []), *(f"{key} = {_value(value)}" for key, value in keys.items())]) + "\n"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(own)}" for key, own in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)  # strings, numbers, true and false are written alike in both
