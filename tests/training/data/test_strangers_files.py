"""Data of somebody else: a value that is no number, few bits in a large file, a column of ages, a blank label, UTF-16."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.commands.data import add_arguments, run
from training.data.atomic_file import new_folder
from training.data.pixel_store import read_pixels
from training.data.records import DataError
from training.data.reviewed import read_reviewed
from training.data.settings import DataSettings, PaperInput

FILES = ("a.png", "b.png", "c.png", "d.png")
OWN = ("file", "sha256", "patient", "view", "boxes", "readers", "bundle")


def a_set(folder: Path, columns: dict[str, list[str]], pictures: dict[str, np.ndarray] | None = None) -> Path:
    """A folder as reviewed cases are exported, of four patients, with these columns more; noise where no picture is given."""
    (folder / "images").mkdir(parents=True)
    random = np.random.default_rng(0)
    rows = []
    for k, name in enumerate(list(pictures or FILES)):
        values = (pictures or {}).get(name)
        path = folder / "images" / name
        Image.fromarray(random.integers(0, 256, (48, 48), np.uint8) if values is None else values).save(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        own = [f"images/{name}", digest, f"p{k}", "PA", "", "", "", *(cells[k] for cells in columns.values())]
        rows.append(",".join(own))
    (folder / "cases.csv").write_text("\n".join([",".join([*OWN, *columns]), *rows]) + "\n")
    return folder


def checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    run(parser.parse_args(["check", str(folder), "--json"]))
    found: dict[str, list[str]] = json.loads(capsys.readouterr().out)
    return found


def test_a_picture_with_a_value_that_is_no_number_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = np.ones((48, 48), np.float32)
    bad[3, 4] = np.nan
    worse = bad.copy()
    worse[3, 4] = np.inf
    sound = np.random.default_rng(1).integers(0, 256, (48, 48), np.uint8)
    pictures = {"a.png": sound, "b.tif": bad, "c.tif": worse}
    folder = a_set(tmp_path / "set", {"opacity": ["1", "0", "1"]}, pictures)
    problems = checked(folder, capsys)["problems"]
    assert [line.split(":")[0] for line in problems] == ["b", "c"]
    assert all("image values are not all finite" in line for line in problems)
    samples = read_reviewed(DataSettings("reviewed"), folder).samples
    with pytest.raises(DataError, match=r"2 of 3 images: b\.tif: image values are not all finite.*c\.tif"):
        read_pixels(samples, PaperInput(32), None, 1)


def test_few_bits_in_a_large_file_are_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.default_rng(0)
    twelve = random.integers(0, 4096, (48, 48)).astype(np.uint16)
    unit = random.random((48, 48)).astype(np.float32)
    full = random.integers(0, 65536, (48, 48)).astype(np.uint16)
    folder = a_set(tmp_path / "set", {"opacity": ["1", "0", "1"]}, {"a.png": twelve, "b.tif": unit, "c.png": full})
    [note] = [line for line in checked(folder, capsys)["notes"] if "dark" in line]
    assert note.startswith(
        "2 of 3 images are dark: the brightest pixel, as part of what the file type can hold, is 'a' 0.06"
    )
    assert "'b' 1.5e-05" in note


def test_ages_are_no_finding(tmp_path: Path) -> None:
    folder = a_set(
        tmp_path / "set", {"opacity": ["1", "0", "1", "0"], "age": ["30", "31", "", "33"], "sex": list("FMFM")}
    )
    found = read_reviewed(DataSettings("reviewed"), folder)
    assert found.classes == ("opacity",)
    assert [(sample.age_years, sample.sex) for sample in found.samples] == [
        (30, "F"),
        (31, "M"),
        (None, "F"),
        (33, "M"),
    ]


def test_a_column_that_is_no_finding_is_left_out_by_name(tmp_path: Path) -> None:
    folder = a_set(tmp_path / "set", {"opacity": ["1", "0", "1", "0"], "weight": ["70", "71", "72", "73"]})
    with pytest.raises(DataError, match=r"row 2: weight '70' is not 1, 0, -1 or blank; .* \[data\] classes"):
        read_reviewed(DataSettings("reviewed"), folder)
    assert read_reviewed(DataSettings("reviewed", classes=("opacity",)), folder).classes == ("opacity",)


def test_a_blank_label_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = a_set(
        tmp_path / "set", {"opacity": ["1", "0", "1", "0"], "allblank": [""] * 4, "rare": ["1", "1", "1", "1"]}
    )
    notes = checked(folder, capsys)["notes"]
    assert "label 'allblank' is unknown in every image" in notes
    assert "label 'rare' is 1 in every image" in notes


def test_a_table_in_utf_16_is_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = a_set(tmp_path / "set", {"opacity": ["1", "0", "1", "0"]})
    table = folder / "cases.csv"
    table.write_text(table.read_text(), encoding="utf-16")
    with pytest.raises(DataError, match=r"cases\.csv: cannot be read as a CSV table in UTF-8 .*; save it as CSV UTF-8"):
        read_reviewed(DataSettings("reviewed"), folder)


def test_a_disk_without_room_is_told_before_a_picture_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = a_set(tmp_path / "set", {"opacity": ["1", "0", "1", "0"]})
    samples = read_reviewed(DataSettings("reviewed"), folder).samples
    monkeypatch.setattr("training.data.pixel_store.shutil.disk_usage", lambda path: argparse.Namespace(free=4096))
    monkeypatch.setattr("training.data.pixel_store.read_one", lambda *given, **more: pytest.fail("a picture was read"))
    # 4 x 32 x 32 pixels of two bytes, as many mask bytes, six doubles an image
    needed = 4 * (32 * 32 * 3 + 6 * 8)
    with pytest.raises(
        DataError, match=rf"take 0\.0 MiB \({needed} bytes\) in --cache, 0\.0 MiB \(4096 bytes\) are free"
    ):
        read_pixels(samples, PaperInput(32), tmp_path / "cache" / "made", 1)
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_file_of_prepared_pixels_has_its_whole_room(tmp_path: Path) -> None:
    folder = a_set(tmp_path / "set", {"opacity": ["1", "0", "1", "0"]})
    read_pixels(read_reviewed(DataSettings("reviewed"), folder).samples, PaperInput(64), tmp_path / "made", 1)
    masks = (tmp_path / "made" / "masks.npy").stat()  # all zeros: a sparse file would have hardly a block
    assert masks.st_blocks * 512 >= masks.st_size


def test_what_a_dead_process_left_half_made_is_swept(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from training.data.atomic_file import new_folder\n"
        "with new_folder(Path(sys.argv[1])): os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "first")], check=False, cwd=Path(__file__).parents[3])
    [left] = tmp_path.iterdir()
    mine = left.with_name(left.name.rpartition(".")[0] + f".{os.getpid()}")
    other = tmp_path / ".first.another-host.1"
    mine.mkdir()
    other.mkdir()
    with new_folder(tmp_path / "second"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"second", mine.name, other.name}
