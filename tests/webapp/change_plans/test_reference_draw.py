"""The same images, rule and seed make the same set, and each image knows with which probability it came in."""

import itertools
from typing import Any

import numpy as np
import pytest

from tests.webapp.change_plans.conftest import rule
from webapp.change_plans.reference_draw import Candidate, Chosen, TooFew, draw, in_proportion
from webapp.change_plans.reference_labels import effective_n
from webapp.change_plans.reference_rule import ReferenceRule
from webapp.refused import Refused
from webapp.sent_body import read_sent


def made(**changes: Any) -> ReferenceRule:
    return read_sent(ReferenceRule, rule(**changes))


def pool(positives: int, negatives: int, strata: tuple[str, ...] = ("",)) -> list[Candidate[int]]:
    names = itertools.cycle(strata)
    return [Candidate(k, f"1.2.{k}", k, k < positives, next(names)) for k in range(positives + negatives)]


def keys(chosen: list[Chosen[int]]) -> list[int]:
    return [one.candidate.own for one in chosen]


def test_a_seed_makes_one_set_whatever_the_order_and_another_seed_another() -> None:
    images, asked = pool(40, 160), made(images=50, positive_share=0.5)
    first = keys(draw(images, asked))
    assert keys(draw(images[::-1], asked)) == first
    assert keys(draw(images, made(images=50, positive_share=0.5, seed=8))) != first


def test_enrichment_is_kept_as_the_probability_of_each_class() -> None:
    chosen = draw(pool(40, 160), made(images=50, positive_share=0.5))
    of_class = {
        is_positive: [one for one in chosen if one.candidate.is_positive is is_positive]
        for is_positive in (True, False)
    }
    assert {one.probability for one in of_class[True]} == {25 / 40}
    assert {one.probability for one in of_class[False]} == {25 / 160}
    assert sum(1 / one.probability for one in chosen) == pytest.approx(200)
    weighted = sum(1 / one.probability for one in of_class[True]) / 200
    assert weighted == pytest.approx(0.2)  # the share there was, out of a set that has half


def test_the_probability_is_how_often_an_image_comes_in() -> None:
    """Over 400 seeds, strata of unequal size and a patient with two images."""
    images = pool(12, 18, ("PA", "PA", "AP"))
    images[1] = Candidate(1, "1.2.1", 0, True, "PA")  # the same patient as image 0
    came, told = np.zeros(30), np.zeros(30)
    for seed in range(400):
        for one in draw(images, made(images=10, positive_share=0.4, strata=["view"], seed=seed)):
            came[one.candidate.own] += 1
            told[one.candidate.own] += 1 / one.probability
    # Horvitz-Thompson: the mean of 1/p over the draws is 1 for every image; 4 standard errors of 400 draws.
    assert np.all(np.abs(told / 400 - 1) < 4 * np.sqrt(np.maximum(400 / came, 1) / 400))
    assert came[0] + came[1] < 400  # never both: one image of a patient


def test_all_there_are_come_in_where_no_number_is_asked() -> None:
    chosen = draw(pool(2, 3), made())
    assert sorted(keys(chosen)) == [0, 1, 2, 3, 4]
    assert {one.probability for one in chosen} == {1.0}


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"images": 10}, "asks for 10 images, one of a patient, and 5 have a label of lung_opacity"),
        (
            {"images": 5, "positive_share": 0.6},
            "asks for 3 images with lung_opacity, one of a patient, and 2 are there",
        ),
        (
            {"images": 5, "positive_share": 0.1},
            "asks for 5 images without lung_opacity, one of a patient, and 3 are there",
        ),
    ],
)
def test_too_few_are_said(asked: dict[str, Any], sentence: str) -> None:
    with pytest.raises(TooFew) as few:
        draw(pool(2, 3), made(**asked))
    assert sentence in str(few.value)


def test_strata_are_taken_in_proportion() -> None:
    assert in_proportion(5, {"PA": 70, "AP": 20, "LAT": 10}) == {"PA": 3, "AP": 1, "LAT": 1}
    assert in_proportion(3, {"a": 1, "b": 1, "c": 1}) == {"a": 1, "b": 1, "c": 1}
    assert in_proportion(100, {"PA": 70, "AP": 20, "LAT": 10}) == {"PA": 70, "AP": 20, "LAT": 10}
    assert in_proportion(4, {"b": 2, "a": 2, "c": 2}) == {"a": 2, "b": 1, "c": 1}
    with pytest.raises(TooFew, match="the strata make 3 cells, and the rule asks for 2 images of them"):
        in_proportion(2, {"a": 1, "b": 1, "c": 1})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"origins": ["aided"]}, "a label beside the model repeats the model: it never decides a gate"),
        ({"origins": ["imported"]}, "origin 'imported' is not one of panel, unaided, drawn"),
        ({"findings": []}, "findings is empty"),
        ({"findings": ["a", "a"]}, "findings names 'a' twice"),
        ({"strata": ["shoe"]}, "stratum 'shoe' is not one of view, sex"),
        ({"images": 1}, "images 1 is not a whole number from 2"),
        ({"positive_share": 0.5}, "positive_share 0.5 needs a number of images"),
        ({"images": 9, "positive_share": 1}, "positive_share 1 is not a number above 0 and below 1"),
        ({"least_positives": 0}, "least_positives 0 is not a whole number from 1"),
        ({"seed": -1}, "seed -1 is not a whole number from 0"),
    ],
)
def test_a_wrong_rule_is_named_with_what_is_allowed(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        made(**changes)
    assert sentence in refused.value.text


def test_effective_n_is_kishs() -> None:
    assert effective_n([]) == 0
    assert effective_n([2, 2, 2]) == pytest.approx(3)
    assert effective_n([1, 3]) == pytest.approx(16 / 10)
