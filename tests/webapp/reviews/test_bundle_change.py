"""Change between two models per site, and where wrong boxes lie."""

import pytest

from webapp.reviews.bundle_change import site_changes
from webapp.reviews.wrong_box_figure import wrong_box_figure

HIL, NONE = {"HIL"}, set[str]()


def test_exact_mcnemar_per_site_on_images_reviewed_under_both() -> None:
    first = {"a": HIL, "b": HIL, "c": HIL, "d": HIL, "e": HIL, "f": NONE, "g": {"CLA", "HIL"}, "only first": HIL}
    second = {"a": NONE, "b": NONE, "c": NONE, "d": NONE, "e": NONE, "f": NONE, "g": HIL, "only second": HIL}
    hil, cla = site_changes(first, second, ["HIL", "CLA", "UZ"])
    # By hand: at HIL 5 images fail with the first only, none with the second only: p = 2 / 2^5; at CLA 1 to 0: p = 1.
    assert (hil.site, hil.both, hil.only_first, hil.only_second, hil.neither, hil.n) == ("HIL", 1, 5, 0, 1, 7)
    assert hil.p == pytest.approx(0.0625)
    assert (cla.site, cla.both, cla.only_first, cla.only_second, cla.neither, cla.p) == ("CLA", 0, 1, 0, 6, 1.0)


def test_no_image_under_both_gives_no_row() -> None:
    assert site_changes({"a": HIL}, {"b": HIL}, ["HIL"]) == []


def test_centres_are_drawn_as_the_image_is_seen() -> None:
    shown = wrong_box_figure({"FP": [(0.25, 0.75), (0.5, 0.5)], "FN_LOC": [(1, 0)]})
    assert [(trace.name, list(trace.x), list(trace.y)) for trace in shown.data] == [
        ("FP (2)", [0.25, 0.5], [0.75, 0.5]),
        ("FN_LOC (1)", [1], [0]),
    ]
    assert list(shown.layout.yaxis.range) == [1, 0]


def test_a_centre_outside_the_image_is_named() -> None:
    with pytest.raises(ValueError, match=r"centre \(1.5, 0\) of FP is outside the image: 0 to 1 is allowed"):
        wrong_box_figure({"FP": [(1.5, 0)]})
