"""The application's export: labels by finding column, pseudonyms, boxes in source pixels, changed files."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import pytest

from training.data.records import Box, DataError
from training.data.registry import DataSettings, read_samples
from training.data.reviewed import changed_files

DIGEST = hashlib.sha256(b"pixels").hexdigest()
TABLE = (
    "file,sha256,patient,view,lung_opacity,pleural_effusion,boxes,readers,bundle\n"
    f'images/a.dcm,{DIGEST},P1,PA,1,,"lung_opacity:1,2,3,4;lung_opacity:5,6,7,8",r1 r2,demo\n'
    f"images/b.dcm,{DIGEST},P2,,0,-1,,r1,demo\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    for name in "ab":
        (tmp_path / "images" / f"{name}.dcm").write_bytes(b"pixels")
    (tmp_path / "cases.csv").write_text(TABLE)
    return tmp_path


def test_a_blank_label_was_not_judged_and_an_uncertain_one_follows_the_policy(folder: Path) -> None:
    first, second = read_samples(DataSettings("reviewed"), folder).samples
    assert first.labels[0] == 1
    assert math.isnan(first.labels[1])
    assert second.labels[0] == 0
    assert math.isnan(second.labels[1])  # ignore is the default
    assert read_samples(DataSettings("reviewed", policy="ones"), folder).samples[1].labels == (0, 1)
    assert (first.patient, first.view, second.view) == ("P1", "PA", "")
    assert first.boxes == (Box("lung_opacity", 1, 2, 3, 4), Box("lung_opacity", 5, 6, 7, 8))


def test_one_finding_alone_may_be_asked_for(folder: Path) -> None:
    samples = read_samples(DataSettings("reviewed", classes=("lung_opacity",)), folder)
    assert [sample.labels for sample in samples.samples] == [(1,), (0,)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",patient,", ",person,", "row 1: column 'patient' is missing"),
        ("images/a.dcm", "../a.dcm", "row 2: file '../a.dcm' is not a path below the folder"),
        ("images/a.dcm", "images/z.dcm", "row 2: file images/z.dcm is missing"),
        (DIGEST, "ABC", "row 2: sha256 'ABC' is not 64 lower-case hexadecimal digits"),
        (",P1,", ",,", "row 2: patient is empty"),
        (",PA,", ",LL,", "row 2: view 'LL' is not one of PA, AP or empty"),
        (",PA,1,", ",PA,3,", "row 2: lung_opacity '3' is not 1, 0, -1 or blank"),
        ("lung_opacity:1,2,3,4", "mass:1,2,3,4", "row 2: box 'mass:1,2,3,4' is not FINDING:x,y,w,h"),
        ("lung_opacity:1,2,3,4", "lung_opacity:1,2,3", "row 2: box [1.0, 2.0, 3.0] is not four finite numbers"),
        ("lung_opacity:1,2,3,4", "lung_opacity:-5,2,3,4", "row 2: box -5,2,3,4 leaves the image"),
    ],
)
def test_bad_rows_are_named(folder: Path, old: str, new: str, message: str) -> None:
    (folder / "cases.csv").write_text(TABLE.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_samples(DataSettings("reviewed"), folder)
    assert f"cases.csv {message}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_without_a_finding_is_refused(folder: Path) -> None:
    (folder / "cases.csv").write_text("file,sha256,patient,view,boxes,readers,bundle\n")
    with pytest.raises(DataError, match="row 1: no finding column"):
        read_samples(DataSettings("reviewed"), folder)


def test_a_file_that_changed_after_the_export_is_found(folder: Path) -> None:
    assert changed_files(folder) == []
    (folder / "images" / "a.dcm").write_bytes(b"other pixels")
    (folder / "images" / "b.dcm").unlink()
    first, second = changed_files(folder)
    assert first.startswith("cases.csv row 2: file images/a.dcm is not the one that was exported")
    assert second == "cases.csv row 3: file images/b.dcm is missing"
