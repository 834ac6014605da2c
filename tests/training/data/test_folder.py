"""A folder of one's own: labels by finding column, masks of classes, splits of its own."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.data.loading import whole_batch
from training.data.paper_splits import SplitRule, assign_splits
from training.data.prepared import prepare
from training.data.records import Box, DataError
from training.data.registry import DataSettings, read_samples
from training.data.settings import PaperInput

TABLE = (
    "file,patient,view,split,opacity,heart,boxes,masks\n"
    'scans/a.png,P1,PA,train,1,1,"opacity:1,2,3,4",opacity:m/a_o.png;heart:m/a_h.png\n'
    "scans/b.png,P2,,train,0,-1,,none\n"
    "scans/c.png,P3,AP,evaluation,1,,,\n"
    "scans/d.png,P4,AP,evaluation,0,0,,\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("scans", "m"):
        (tmp_path / name).mkdir()
    for name in "abcd":
        Image.fromarray(np.full((16, 16), 90, np.uint8)).save(tmp_path / "scans" / f"{name}.png")
    left = np.zeros((16, 16), np.uint8)
    left[:, :8] = 255
    Image.fromarray(left).save(tmp_path / "m" / "a_o.png")
    Image.fromarray(left.T.copy()).save(tmp_path / "m" / "a_h.png")
    (tmp_path / "images.csv").write_text(TABLE)
    return tmp_path


def test_every_column_that_is_not_the_layouts_own_is_a_finding(folder: Path) -> None:
    samples = read_samples(DataSettings("folder"), folder)
    assert samples.classes == ("opacity", "heart")
    first, second, third, _ = samples.samples
    assert (first.image_id, first.patient, first.view, first.labels) == ("scans/a", "P1", "PA", (1, 1))
    assert first.boxes == (Box("opacity", 1, 2, 3, 4),)
    assert second.labels[0] == 0
    assert math.isnan(second.labels[1])  # -1 is ignored by default
    assert math.isnan(third.labels[1])  # blank is not known
    assert (first.has_mask, second.has_mask, third.has_mask) == (True, True, False)  # none says: no lesion


def test_each_class_has_its_own_mask_in_a_batch(folder: Path) -> None:
    samples = read_samples(DataSettings("folder"), folder)
    prepared = prepare(samples, [own.image_id for own in samples.samples], PaperInput(8))
    masks = whole_batch(prepared, [0, 1]).masks
    assert masks.shape == (2, 2, 8, 8)
    assert masks[0, 0, :, :4].eq(1).all()
    assert masks[0, 0, :, 4:].eq(0).all()
    assert masks[0, 1, :4].eq(1).all()
    assert masks[0, 1, 4:].eq(0).all()
    assert masks[1].eq(0).all()
    own = prepared.mask_of(0, 1)
    assert own is not None
    assert own[:4].all()
    assert not own[4:].any()
    assert prepared.mask_of(1, 0) is None


def test_asking_for_one_class_moves_its_mask_along(folder: Path) -> None:
    samples = read_samples(DataSettings("folder", classes=("heart",)), folder)
    prepared = prepare(samples, ["scans/a"], PaperInput(8))
    assert whole_batch(prepared, [0]).masks[0, 0, :4].eq(1).all()


def test_the_tables_own_split_is_taken(folder: Path) -> None:
    samples = read_samples(DataSettings("folder"), folder)
    assert assign_splits(samples, SplitRule("given")) == {
        "scans/a": "train", "scans/b": "train", "scans/c": "evaluation", "scans/d": "evaluation",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("scans/b.png,P2", "../b.png,P2", r"file '\.\./b\.png' is not a path below the folder"),
        ("scans/b.png,P2", "scans/x.png,P2", r"row 3: file scans/x\.png is missing"),
        ("scans/b.png,P2", "scans/b.png,", "row 3: patient is empty"),
        ("P2,,train", "P2,,dev", "split 'dev' is not one of train, selection, calibration, evaluation"),
        ("opacity:1,2,3,4", "lung:1,2,3,4", r"box 'lung:1,2,3,4' is not FINDING:x,y,w,h"),
        ("heart:m/a_h.png", "lung:m/a_h.png", r"mask 'lung:m/a_h\.png' is not FINDING:PATH with a finding of opacity"),
        ("P2,,train,0,-1", "P2,,train,0,2", "heart '2' is not 1, 0, -1 or blank"),
    ],
)
def test_a_bad_row_is_named(folder: Path, old: str, new: str, message: str) -> None:
    (folder / "images.csv").write_text(TABLE.replace(old, new))
    with pytest.raises(DataError, match=message):
        read_samples(DataSettings("folder"), folder)
