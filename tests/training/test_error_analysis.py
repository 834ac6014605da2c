"""Errors that models share and errors of one alone (paper 003 §5)."""

from __future__ import annotations

import numpy as np
import pytest

from training.error_analysis import analyse_errors

TRUTH = [0, 1, 2, 3, 0]
ANSWERS = {"vgg": [0, 1, 0, 0, 0], "resnet": [0, 0, 2, 0, 0], "fused": [0, 1, 2, 0, 1]}
IDS = ("a", "b", "c", "d", "e")


def test_images_are_sorted_by_who_is_wrong() -> None:
    # a: all right; b: resnet alone wrong; c: vgg alone wrong; d: all wrong; e: fused alone wrong
    found = analyse_errors(ANSWERS, TRUTH, IDS)
    assert (found.all_right, found.all_wrong) == (("a",), ("d",))
    assert found.only_wrong == {"vgg": ("c",), "resnet": ("b",), "fused": ("e",)}
    assert found.only_right == {"vgg": (), "resnet": (), "fused": ()}


def test_of_two_models_one_alone_wrong_is_the_other_alone_right() -> None:
    two = {name: np.array(ANSWERS[name]) for name in ("vgg", "fused")}
    found = analyse_errors(two, np.array(TRUTH), IDS)
    assert found.only_wrong["vgg"] == found.only_right["fused"] == ("c",)
    assert found.document()["only_wrong"]["vgg"] == {"count": 1, "images": ["c"]}
    assert found.lines() == [
        "5 images: all models wrong 1, all right 2",
        "vgg    alone wrong 1, alone right 1",
        "fused  alone wrong 1, alone right 1",
    ]


def test_what_cannot_be_analysed_is_named() -> None:
    with pytest.raises(ValueError, match=r"1 models \(vgg\); at least 2 are needed"):
        analyse_errors({"vgg": TRUTH}, TRUTH, IDS)
    with pytest.raises(ValueError, match="truth 5, image ids 5, vgg 5, resnet 2; the counts must agree"):
        analyse_errors({"vgg": TRUTH, "resnet": [0, 1]}, TRUTH, IDS)
    with pytest.raises(ValueError, match="image 'a' is listed twice"):
        analyse_errors(ANSWERS, TRUTH, ("a", "a", "c", "d", "e"))
