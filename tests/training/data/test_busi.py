"""BUSI: masks OR-ed, the draw of 230, the known double, and folders that are not what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.data.busi import drawn, whole_busi
from training.data.records import DataError
from training.data.registry import DataSettings, read_samples


def _write(folder: Path, name: str, masks: int = 1) -> None:
    kind = name.split()[0]
    (folder / kind).mkdir(parents=True, exist_ok=True)
    ends = ["", *(["_mask"] if masks else []), *(f"_mask_{number}" for number in range(1, masks))]
    for end in ends:
        (folder / kind / f"{name}{end}.png").write_bytes(b"")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, masks in (("benign (1)", 3), ("benign (11)", 2), ("malignant (2)", 1), ("normal (1)", 1)):
        _write(tmp_path, name, masks)
    return tmp_path


def test_each_image_has_its_own_masks_and_no_others(folder: Path) -> None:
    samples = read_samples(DataSettings("busi"), folder)
    assert samples.classes == ("benign", "malignant")
    assert [sample.image_id for sample in samples.samples] == ["benign (1)", "benign (11)", "malignant (2)"]
    assert [[path.name for path in sample.mask_paths] for sample in samples.samples] == [
        ["benign (1)_mask.png", "benign (1)_mask_1.png", "benign (1)_mask_2.png"],
        ["benign (11)_mask.png", "benign (11)_mask_1.png"],
        ["malignant (2)_mask.png"],
    ]
    assert [sample.labels for sample in samples.samples] == [(1, 0), (1, 0), (0, 1)]


def test_the_image_with_two_labels_is_left_out_when_both_are_there(folder: Path) -> None:
    _write(folder, "malignant (145)")
    assert len(read_samples(DataSettings("busi"), folder)) == 4
    _write(folder, "benign (433)")
    assert len(read_samples(DataSettings("busi"), folder)) == 3
    assert len(whole_busi(folder)) == 6  # the check looks at everything


def test_230_of_a_class_are_drawn_by_seed_and_all_of_a_smaller_one(tmp_path: Path) -> None:
    # 002: 230 benign of 437, all 210 malignant; here 240 and 2.
    for number in range(240):
        _write(tmp_path, f"benign ({number})")
    for number in range(2):
        _write(tmp_path, f"malignant ({number})")
    first = read_samples(DataSettings("busi"), tmp_path)
    assert [sum(sample.labels[k] for sample in first.samples) for k in (0, 1)] == [230, 2]
    assert first == read_samples(DataSettings("busi"), tmp_path)
    assert first != read_samples(DataSettings("busi", seed=1), tmp_path)


def test_a_draw_keeps_the_order_and_takes_all_when_there_are_few() -> None:
    paths = [Path(str(number)) for number in range(10)]
    assert drawn(paths, 0, 0) == drawn(paths, 10, 0) == paths
    some = drawn(paths, 4, 0)
    assert len(some) == 4
    assert some == sorted(some)


@pytest.mark.parametrize(
    ("setup", "classes", "message"),
    [
        ("benign (5)", ("benign",), r"benign \(5\)\.png: mask benign \(5\)_mask\.png is missing"),
        ("", ("cyst",), "class 'cyst' is not one of benign, malignant, normal"),
    ],
)
def test_what_is_not_there_is_named(folder: Path, setup: str, classes: tuple[str, ...], message: str) -> None:
    if setup:
        _write(folder, setup, masks=0)
    with pytest.raises(DataError, match=message):
        read_samples(DataSettings("busi", classes=classes), folder)


def test_an_image_in_another_class_s_folder_is_refused(folder: Path) -> None:
    (folder / "benign" / "malignant (2).png").write_bytes(b"")
    with pytest.raises(DataError, match=r"malignant \(2\)\.png: lies in folder 'benign'"):
        read_samples(DataSettings("busi"), folder)


def test_a_class_without_its_folder_is_named(tmp_path: Path) -> None:
    _write(tmp_path, "benign (1)")
    with pytest.raises(DataError, match="has no folder 'malignant'"):
        read_samples(DataSettings("busi"), tmp_path)


def test_the_sample_has_its_published_counts(shared_data) -> None:  # type: ignore[no-untyped-def]
    samples = whole_busi(shared_data("Dataset_BUSI_with_GT"))
    assert [sum(sample.labels[k] for sample in samples.samples) for k in range(3)] == [120, 80, 40]
    assert sum(len(sample.mask_paths) for sample in samples.samples) == 245
