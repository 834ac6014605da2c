"""How far a training is, from lines that may be half written."""

from pathlib import Path

import pytest

from webapp.retraining.progress import left_words, read_progress


def test_lines_become_epochs_and_half_a_line_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "progress.jsonl"
    assert read_progress(path).words == "before the first epoch"
    path.write_text(
        '{"epoch": 1, "of": 4, "seconds": 10, "val_loss": 2}\n{"epoch": 1, "of": 4, "seconds": 20, "val_loss": 1}\n{"ep'
    )
    found = read_progress(path)
    assert (found.epoch, found.of, found.seconds_left, found.words) == (1, 4, 60, "epoch 1 of 4, 60 s left")
    assert found.curves() == []  # one point is no curve
    path.write_text('{"epoch": 1, "of": 2, "seconds": 1, "val_loss": null}\n[]\n{"epoch": 2, "of": 2, "seconds": 1}\n')
    assert read_progress(path).words == "epoch 2 of 2; calibrates, measures and exports"


def test_curves_lie_inside_the_picture(tmp_path: Path) -> None:
    path = tmp_path / "progress.jsonl"
    path.write_text("".join(f'{{"epoch": {n}, "of": 3, "seconds": 1, "val_loss": {4 - n}}}\n' for n in (1, 2, 3)))
    (curve,) = read_progress(path).curves()
    assert curve.points == "34.0,10.0 192.0,70.0 350.0,130.0"
    assert (curve.last, curve.last_y) == ("1.000", 130.0)


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 s"), (89, "89 s"), (660, "11 min"), (9000, "2.5 h")])
def test_remaining_time_in_words(seconds: float, words: str) -> None:
    assert left_words(seconds) == words
