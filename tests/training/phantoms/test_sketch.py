"""Sketches keep the promises of the drawn phantoms: determinism, truth, geometry."""

from __future__ import annotations

import numpy as np
import pytest

from training.phantoms.draw import draw_phantom
from training.phantoms.made_data import LABEL_SIGN, MadeData, chance_signs, draw_case, takes_turn
from training.phantoms.sketch import SIGNS, sketch_phantom, with_signs


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("size", [64, 96])
def test_a_sign_has_a_mask_a_box_and_brighter_pixels(sign: str, size: int) -> None:
    for seed in range(8):
        sketch = sketch_phantom(seed, size=size, signs=[sign])
        plain = sketch_phantom(seed, size=size)
        assert {key for key, present in sketch.findings.items() if present} == {sign}
        assert {box.key for box in sketch.boxes} == {sign} == set(sketch.masks)
        mask = sketch.masks[sign]
        assert 0.005 < mask.mean() < 0.5
        # The heart is there without the sign too; only its margin is new.
        assert (sketch.image - plain.image)[mask].mean() > (0.02 if sign == "cardiomegaly" else 0.04)
        for box in sketch.boxes:
            assert 0 <= box.x < box.x + box.w <= size
            assert 0 <= box.y < box.y + box.h <= size


def test_the_same_seed_draws_the_same_sketch_and_another_another() -> None:
    first, second = (sketch_phantom(3, signs=["edema"]) for _ in range(2))
    np.testing.assert_array_equal(first.image, second.image)
    assert not np.array_equal(first.image, sketch_phantom(4, signs=["edema"]).image)
    assert sketch_phantom(1, patient_seed=9).patient == sketch_phantom(2, patient_seed=9).patient


@pytest.mark.parametrize("rho", [1.0, -1.0, 0.5])
def test_the_confounder_mark_follows_its_correlation(rho: float) -> None:
    # 400 sketches, half with a sign: P(mark) = (1 +- rho) / 2, so that the correlation is rho; se about .045.
    shown = np.array([seed % 2 for seed in range(400)])
    marks = [
        sketch_phantom(seed, size=64, signs=["lung_opacity"] * int(seed % 2), confounder=rho).has_confounder
        for seed in range(400)
    ]
    assert np.corrcoef(shown, marks)[0, 1] == pytest.approx(rho, abs=0.15)


def test_without_a_confounder_there_is_no_mark() -> None:
    assert not any(sketch_phantom(seed, size=64, signs=["edema"]).has_confounder for seed in range(20))


def test_signs_that_the_generator_lacks_are_laid_over_a_drawn_phantom() -> None:
    drawn = draw_phantom(5, size=64, findings=["cardiomegaly"])
    both = with_signs(drawn, ["cardiomegaly", "atelectasis"])
    assert {key for key, present in both.findings.items() if present} == {"cardiomegaly", "atelectasis"}
    assert set(both.masks) == {"cardiomegaly", "atelectasis"}
    outside = ~(both.image != drawn.image)
    assert both.image[both.masks["atelectasis"]].mean() > drawn.image[both.masks["atelectasis"]].mean()
    assert outside.any()


def test_unknown_signs_and_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="sign 'nodule' is not one of lung_opacity"):
        sketch_phantom(0, signs=["nodule"])
    with pytest.raises(ValueError, match=r"size 32 is outside 64\.\.4096"):
        sketch_phantom(0, size=32)


def test_every_label_has_a_sign_that_can_be_drawn() -> None:
    assert set(LABEL_SIGN.values()) == set(SIGNS)


def test_a_share_takes_turns_evenly() -> None:
    assert [index for index in range(10) if takes_turn(index, 0.2)] == [4, 9]
    assert not any(takes_turn(index, 0.0) for index in range(10))
    assert all(takes_turn(index, 1.0) for index in range(10))


def test_chance_leaves_45_percent_normal() -> None:
    normal = sum(not chance_signs(seed) for seed in range(2000)) / 2000
    assert normal == pytest.approx(0.45, abs=0.04)  # se .011


def test_a_case_may_be_drawn_or_sketched() -> None:
    sketched = draw_case(MadeData(size=64, fast=True), 0, ["edema"])
    drawn = draw_case(MadeData(size=64), 0, ["edema"])
    assert sketched.findings == drawn.findings
    assert not np.array_equal(sketched.image, drawn.image)
