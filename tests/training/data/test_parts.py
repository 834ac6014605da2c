"""Several data sets as one: classes by name, people and images of each part by its own name."""

import hashlib
import math
from pathlib import Path

import pytest

from training.data.records import DataError
from training.data.registry import DataSettings, read_samples, recognise

DIGEST = hashlib.sha256(b"pixels").hexdigest()
CLASSES = ("a", "b")


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    folder = tmp_path / "parts"
    for name, table, text in (
        (
            "reviewed",
            "cases.csv",
            "file,sha256,patient,view,a,c,boxes,kinds,unaided,draw_probability,readers,bundle\n"
            f'x.dcm,{DIGEST},P1,PA,1,0,"a:1,2,3,4",a:aided,,,r1,demo\n',
        ),
        ("own", "images.csv", "file,patient,b,a,masks\nx.dcm,P1,1,,b:m.png\n"),
    ):
        (folder / name).mkdir(parents=True)
        (folder / name / "x.dcm").write_bytes(b"pixels")
        (folder / name / table).write_text(text)
    (folder / "own" / "m.png").write_bytes(b"")
    (folder / "parts.txt").write_text("")
    return folder


def test_parts_are_one_set_and_a_class_that_one_does_not_know_is_unknown_there(parts: Path) -> None:
    found = read_samples(DataSettings("parts", classes=CLASSES), parts)
    own, reviewed = found.samples
    assert found.classes == CLASSES
    assert (own.image_id, own.patient, reviewed.image_id, reviewed.patient) == (
        "own/x", "own/P1", "reviewed/x", "reviewed/P1",
    )  # fmt: skip
    assert math.isnan(own.labels[0])
    assert own.labels[1] == 1
    assert own.mask_columns == (1,)
    assert reviewed.labels[0] == 1
    assert math.isnan(reviewed.labels[1])
    assert (reviewed.weights, own.weights) == ((0.5, 1.0), ())
    assert [box.key for box in reviewed.boxes] == ["a"]
    assert recognise(parts) == "parts"


@pytest.mark.parametrize(
    ("classes", "message"),
    [((), "name the classes"), (("b", "z"), "part 'reviewed' knows none of the classes b, z; its columns are a, c")],
)
def test_classes_must_be_named_and_known(parts: Path, classes: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_samples(DataSettings("parts", classes=classes), parts)


def test_a_part_without_a_table_is_named(parts: Path) -> None:
    (parts / "own" / "images.csv").unlink()
    with pytest.raises(DataError, match=r"part 'own' has none of the tables cases\.csv, images\.csv"):
        read_samples(DataSettings("parts", classes=CLASSES), parts)
