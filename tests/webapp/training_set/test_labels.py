"""Verdicts to labels, computed on paper."""

import pytest

from webapp.training_set.labels import Label, Opinion, Place, agreed, inside, label_of

MODEL = Place(0, 0, 10, 10)
DRAWN = Place(50, 50, 20, 20)
NEAR = Place(54, 50, 20, 20)  # overlap 16 x 20 of 480: IoU 2/3
FAR = Place(200, 200, 10, 10)


def said(verdict: str, decision: str = "positive", reader: int = 1, **more: object) -> Opinion:
    return Opinion(reader, more.pop("bundle", "A"), verdict, decision, **{"model_boxes": (MODEL,)} | more)  # type: ignore


@pytest.mark.parametrize(
    ("opinions", "label"),
    [
        ([said("agree")], Label(1, (MODEL,))),
        ([said("agree", "negative")], Label(0)),
        ([said("agree", "uncertain")], Label(-1)),
        ([said("agree", "refused")], None),
        ([said("agree", "")], None),
        ([said("false_positive", drawn=DRAWN)], Label(0)),
        ([said("false_negative", "negative", drawn=DRAWN)], Label(1, (DRAWN,))),
        ([said("false_negative", "negative", model_boxes=())], Label(1)),
        ([said("wrong_place", drawn=DRAWN)], Label(1, (DRAWN,))),
        ([said("cannot_judge")], Label(-1)),
        ([said("present", "refused", drawn=DRAWN, model_boxes=())], Label(1, (DRAWN,))),
        ([said("present", "uncertain", drawn=DRAWN)], Label(1, (DRAWN,))),
        ([said("present", "uncertain")], Label(1)),  # the model's box is not what the reader saw
        ([said("absent", "refused", model_boxes=())], Label(0)),
        ([said("refusal_right", "refused")], None),
        ([said("refusal_wrong", "refused")], None),
        ([said("refusal_wrong", "refused"), said("present", "refused", reader=2, drawn=DRAWN)], Label(1, (DRAWN,))),
        ([said("absent", "refused"), said("present", "refused", reader=2, drawn=DRAWN)], Label(-1)),
    ],
)
def test_one_reader(opinions: list[Opinion], label: Label | None) -> None:
    assert label_of(opinions) == label


@pytest.mark.parametrize(
    ("second", "label"),
    [
        (said("agree", reader=2), Label(1, (MODEL,))),
        (said("false_positive", reader=2), Label(-1)),
        (said("cannot_judge", reader=2), Label(-1)),
        (said("agree", "refused", reader=2), Label(1, (MODEL,))),
        # the model's place is accepted by one and rejected by the other: present, nobody knows where
        (said("wrong_place", reader=2, drawn=DRAWN), Label(1)),
        # another model's place was rejected: the reader's own box stands
        (said("wrong_place", reader=2, drawn=DRAWN, bundle="B"), Label(1, (DRAWN,))),
    ],
)
def test_a_second_reader_beside_one_who_agrees(second: Opinion, label: Label) -> None:
    assert label_of([said("agree"), second]) == label


def test_readers_boxes_of_one_place_become_their_mean() -> None:
    opinions = [said("wrong_place", reader=1, drawn=DRAWN), said("wrong_place", reader=2, drawn=NEAR)]
    assert label_of(opinions) == Label(1, (Place(52, 50, 20, 20),))
    opinions.append(said("false_negative", reader=3, drawn=FAR))
    assert label_of(opinions) == Label(1, (Place(52, 50, 20, 20), FAR))


def test_truths_of_two_studies_must_say_the_same() -> None:
    assert agreed([Label(1, (DRAWN,)), Label(1, (FAR,))]) == Label(1, (FAR,))
    assert agreed([Label(1, (DRAWN,)), Label(0)]) == Label(-1)


def test_boxes_are_cut_to_the_image() -> None:
    assert inside([Place(-5, 10, 20, 20), Place(90, 90, 20, 20), Place(100, 0, 5, 5)], 100, 95) == (
        Place(0, 10, 15, 20),
        Place(90, 90, 10, 5),
    )
