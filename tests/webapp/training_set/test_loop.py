"""A failure mark becomes the next model's training example: reviews through the API on demo phantoms, the export as zip and as
folder, and training's own reader and check."""

import hashlib
import io
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pydicom import dcmread

from tests.webapp.viewer.case_factory import review_body
from webapp.archive.deidentify.pseudonyms import project_key
from webapp.archive.models import Image, Project

# `make check` runs before the training extra is there; `make test` has it.
pytest.importorskip("skimage", reason="the training extra is not installed: make setup-training")
from training.commands.main import main as training
from training.data.records import Box
from training.data.registry import DataSettings, read_samples
from training.data.reviewed import changed_files

DEMO = Path(__file__).resolve().parents[3] / "webapp" / "demo" / "phantoms"
# 01 and 13 show one person.
NAMES = (
    "01-normal-pa",
    "03-normal-ap-portable",
    "06-opacity-left-upper",
    "12-cardiomegaly-effusion-pacemaker",
    "13-follow-up",
)
DRAWN = {"x": 100.5, "y": 200, "w": 300, "h": 250}
pytestmark = pytest.mark.django_db


def say(client: Client, image: Image, verdict: str, finding: str = "lung_opacity", box: Any = None) -> None:
    failure = (
        {"site": "UZ", "cause": "OVL", "box": box}
        if verdict in ("false_positive", "false_negative", "wrong_place")
        else None
    )
    body = review_body(verdict=verdict, finding=finding, failure=failure)
    answer = client.post(f"/api/images/{image.pk}/reviews/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content


@pytest.fixture
def reviewed(stored: Callable[..., Image], signed_in: Callable[..., Client]) -> tuple[list[Image], Client]:
    """Five phantoms, read by two; a manager's client."""
    images = [
        stored(decision, next(DEMO.glob(f"{name}*.dcm")).read_bytes())
        for name, decision in zip(NAMES, ("positive", "uncertain", "negative", "positive", "positive"), strict=True)
    ]
    first, second = signed_in("radiologist"), signed_in("radiologist", "second")
    say(first, images[0], "false_positive")
    say(first, images[0], "agree", "pleural_effusion")  # negative
    say(first, images[1], "cannot_judge")
    say(first, images[2], "false_negative", box=DRAWN)
    say(second, images[2], "wrong_place", box=DRAWN | {"x": 120.5})
    say(first, images[3], "agree")
    say(second, images[3], "false_positive")  # they disagree
    say(second, images[4], "agree")
    manager = signed_in("manager")
    for image in images:  # phantoms are DERIVED: somebody must look at them first
        answer = manager.post(
            f"/api/images/{image.pk}/preview-checks/", {"is_clear": True}, content_type="application/json"
        )
        assert answer.status_code == 201
    return images, manager


def test_a_mark_becomes_a_training_example(
    reviewed: tuple[list[Image], Client], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images, manager = reviewed
    answer = manager.get("/api/reviews/training-set/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    folder = tmp_path / "set"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)

    samples = read_samples(DataSettings("reviewed"), folder)

    key = project_key(Project.default())
    found = {sample.image_id: sample for sample in samples.samples}
    one, two, three, four, five = (found[key.image(image.pk)] for image in images)
    assert samples.classes == ("lung_opacity", "pleural_effusion")
    assert one.labels == (0, 0)
    assert math.isnan(two.labels[0])  # -1, and the default policy takes it for unknown
    assert math.isnan(two.labels[1])  # blank: not judged
    assert three.labels[0] == 1
    assert three.boxes == (Box("lung_opacity", 110.5, 200, 300, 250),)  # the mean of the readers' two boxes
    assert math.isnan(four.labels[0])
    assert four.boxes == ()
    assert five.labels[0] == 1
    assert five.boxes == (Box("lung_opacity", 8, 8, 16, 16),)  # the model's, which a reader agreed with
    assert one.patient == five.patient
    assert len({sample.patient for sample in samples.samples}) == 4
    assert (one.view, two.view) == ("PA", "AP")
    table = (folder / "cases.csv").read_text()
    assert [line.split(",")[4] for line in table.splitlines()[1:]] == ["0", "-1", "1", "-1", "1"]

    assert changed_files(folder) == []
    assert training(["data", "check", str(folder)]) == 0
    assert "no problem found" in capsys.readouterr().out

    call_command("export_reviewed", str(tmp_path / "again"), stdout=io.StringIO())
    assert (tmp_path / "again" / "cases.csv").read_text() == table
    assert (tmp_path / "again").stat().st_mode & 0o077 == 0


def test_nothing_of_patient_or_reader_leaves(reviewed: tuple[list[Image], Client], tmp_path: Path) -> None:
    images, _ = reviewed
    call_command("export_reviewed", str(tmp_path / "set"), stdout=io.StringIO())
    files = {path: path.read_bytes() for path in (tmp_path / "set").rglob("*") if path.is_file()}
    assert len(files) == 9  # five radiographs, table, what was left out, readme, data card
    everything = b"".join(files.values()) + " ".join(map(str, files)).encode()
    for image in images:
        for secret in (
            image.patient_name, image.patient_id, image.accession_number, image.sop_instance_uid, image.study_instance_uid,
            str(image.pk), image.pk.hex, image.stored_sha256, "radiologist", "second",
        ):  # fmt: skip
            assert secret.encode() not in everything, secret
    for path in (tmp_path / "set" / "images").iterdir():
        copy = dcmread(path, stop_before_pixels=True)
        assert (copy.PatientName, copy.PatientIdentityRemoved) == ("", "YES")
        assert hashlib.sha256(path.read_bytes()).hexdigest() in (tmp_path / "set" / "cases.csv").read_text()
