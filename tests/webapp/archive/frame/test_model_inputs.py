"""What a model sees of an image: made once when it came in, bit by bit what its pixels give, never of a changed file."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from inference.dicom.prepare import prepare_dicom
from inference.dicom.refusal import DicomRefusal
from inference.preprocessing import InputSpec
from tests.inference.dicom.made_files import JPEG_2000, MadeImage
from tests.inference.dicom.made_streams import RAMP, jpeg_2000
from tests.webapp.archive.dicom_files import chest_dicom
from webapp.archive import children, ingest
from webapp.archive.frame import frames
from webapp.archive.frame.model_inputs import prepared
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.archive.storage import IntegrityMismatch, stored_path

SPEC, OTHER = InputSpec(32, 24), InputSpec(16, 16, "stored-range", "stretch")


@pytest.fixture
def wishes(monkeypatch: pytest.MonkeyPatch) -> list[InputSpec]:
    """What the models in service take; tests change it."""
    wanted = [SPEC]
    monkeypatch.setattr(ingest, "model_input_hooks", [lambda project: list(wanted)])
    return wanted


@pytest.fixture
def take(storage: Path, db: None) -> Callable[[], Image]:
    def one() -> Image:
        image = ingest_file([chest_dicom(seed=7)], Sender(Project.default(), None, "upload")).image
        assert image is not None
        return image

    return one


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of the children's operations since."""
    calls: list[str] = []
    for name in ("examine", "decode", "decode_and_prepare", "prepare"):
        true = getattr(children, name)
        monkeypatch.setattr(children, name, lambda *args, _n=name, _t=true: calls.append(_n) or _t(*args))
    return calls


def from_pixels(image: Image, spec: InputSpec) -> bytes:
    return prepare_dicom(frames.header_of(image), frames.decoded(image), spec).image.tobytes()


def test_an_image_comes_in_by_one_child_and_its_input_is_ready(wishes, take, asked) -> None:
    image = take()
    found = prepared(image, SPEC)
    assert asked == ["examine"]
    assert found.image.tobytes() == from_pixels(image, SPEC)


def test_without_a_model_nothing_is_prepared(wishes, take, asked) -> None:
    wishes.clear()
    image = take()
    assert list(frames.cache_path(image, "x").parent.glob("input-*")) == []
    prepared(image, SPEC)
    assert asked == ["examine", "prepare"]


def test_another_models_input_is_made_by_a_child_and_then_kept(wishes, take, asked) -> None:
    image = take()
    first, second = prepared(image, OTHER), prepared(image, OTHER)
    assert asked == ["examine", "prepare"]
    assert first.image.tobytes() == second.image.tobytes() == from_pixels(image, OTHER)
    assert (first.region, first.sha256) == (second.region, second.sha256)
    assert prepared(image, SPEC).image.shape == (1, 32, 24)  # the other is still there


def test_slow_syntaxes_are_made_from_the_kept_pixels(wishes, storage, db, asked) -> None:
    compressed = MadeImage(RAMP, syntax=JPEG_2000, bits_stored=10, stream=[jpeg_2000(RAMP)]).to_bytes()
    image = ingest_file([compressed], Sender(Project.default(), None, "upload")).image
    assert prepared(image, OTHER).image.tobytes() == from_pixels(image, OTHER)
    assert asked == ["examine"]


@pytest.mark.parametrize("harm", ["flip", "cut", "other file", "other spec"])
def test_a_kept_input_that_is_not_whole_or_not_of_this_file_is_made_again(harm, wishes, take, asked) -> None:
    image = take()
    path = frames.cache_path(image, f"input-{SPEC.key}")
    content = path.read_bytes()
    if harm == "flip":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif harm == "cut":
        path.write_bytes(content[:-4])
    elif harm == "other file":
        path.write_bytes(content.replace(image.stored_sha256.encode(), b"0" * 64))
    else:
        frames.keep(path, {"stored_sha256": image.stored_sha256, "input": OTHER.key}, np.zeros(256, "<f4").tobytes())
    found = prepared(image, SPEC)
    assert asked == ["examine", "prepare"]
    assert found.image.tobytes() == from_pixels(image, SPEC)


def test_a_stored_file_that_changed_gives_no_input_though_one_is_kept(wishes, take) -> None:
    image = take()
    path = stored_path(image)
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    with pytest.raises(IntegrityMismatch):
        prepared(image, SPEC)


def test_a_full_disk_costs_the_kept_input_not_the_image(wishes, take, monkeypatch) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(frames, "write_sealed", full)
    assert prepared(take(), SPEC).image.shape == (1, 32, 24)


def test_an_input_is_forgotten_with_the_frames_of_its_image(wishes, take, asked) -> None:
    image = take()
    frames.forget(image)
    prepared(image, SPEC)
    assert asked == ["examine", "prepare"]


def test_a_refusal_of_the_child_reaches_the_caller(wishes, take, monkeypatch) -> None:
    image = take()

    def refuse(*args: object) -> None:
        raise DicomRefusal("decoder_crash", "made")

    monkeypatch.setattr(children, "prepare", refuse)
    with pytest.raises(DicomRefusal, match="made"):
        prepared(image, OTHER)


def test_a_file_that_is_repaired_is_examined_and_its_copy_is_decoded(wishes, storage, db, asked) -> None:
    content = chest_dicom(seed=7, preamble=b"MZ".ljust(128, b"\0"))
    image = ingest_file([content], Sender(Project.default(), None, "upload")).image
    assert image is not None
    assert asked == ["examine", "decode_and_prepare"]
    assert prepared(image, SPEC).image.tobytes() == from_pixels(image, SPEC)
