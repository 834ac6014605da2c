"""A small study on the demo phantoms, so that a new installation has something to read."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from reader_study.models import Study
from reader_study.services.choose_cases import add_cases
from reader_study.services.create_study import create_study
from reader_study.services.edit_protocol import edit_protocol
from reader_study.services.import_truth import import_truth
from reader_study.services.open_study import open_study, readiness
from reader_study.services.people import add_member, add_reader
from webapp.accounts.demo_users import create_demo_users
from webapp.accounts.models import User
from webapp.archive.models import Image, Project

TITLE = "Demo: chest radiographs without and with AI"
FINDINGS = (
    ("lung_opacity", "Lung opacity"),
    ("pleural_effusion", "Pleural effusion"),
    ("cardiomegaly", "Cardiomegaly"),
)
READERS = ("radiologist", "radiologist2", "radiologist3")
TRAINING = 2  # one case without and one with a finding


class DemoUnavailable(Exception):
    """The demo phantoms or the demo model are not there; the sentence says what to do."""


def load_demo_study(*, open_it: bool = False, say: Callable[[str], None] = print) -> Study:
    """The demo study, made once. Opening hides the model's output of its cases from its readers in the clinical pages, so it
    stays a draft unless asked for. Raises DemoUnavailable."""
    create_demo_users()
    manager = User.objects.get(username="manager")
    study = Study.objects.filter(title=TITLE, owner=manager).first() or _make(manager)
    if open_it and study.is_draft:
        if problems := readiness(study):
            say(f"{study.title}: stays a draft: {problems[0].text}")
        else:
            study = open_study(manager, study)
    say(f"{study.title}: {study.state}, {study.cases.count()} cases, {study.readers.count()} readers")
    return study


def _make(manager: User) -> Study:
    bundle = Project.default().active_bundle
    rows = _phantoms(Path(settings.DEMO_DIR) / "phantoms" / "truth.json")
    if not bundle or len(rows) < 6:
        raise DemoUnavailable("no demo model or phantoms here: run `manage.py load_demo` first")
    study = create_study(manager, TITLE, seed=1, description="Made by manage.py load_demo_study")
    edit_protocol(manager, study, _body(bundle))
    add_member(manager, study, "statistician", "statistician")
    for name in READERS:
        add_reader(manager, study, name)
    training = _training(rows)
    cases = add_cases(manager, study, [image for image, _ in rows if image in training], "training")
    cases += add_cases(manager, study, [image for image, _ in rows if image not in training], "scored")
    codes = {case.image_id: case.code for case in cases}
    import_truth(manager, study, _truth_csv([(codes[image.pk], row) for image, row in rows]))
    return study


def _body(bundle: str) -> dict[str, Any]:
    return {
        "design": {"kind": "sequential"},
        "training": {"pass_share": 0.5, "attempts": 2},
        "debrief": True,
        "findings": [
            {"code": code, "label": label, "scale": "0-100", "cut": 50, "primary": k == 0}
            for k, (code, label) in enumerate(FINDINGS)
        ],
        "questions": [
            {
                "code": "quality",
                "label": "Image quality",
                "type": "choice",
                "required": False,
                "options": ["good", "limited", "poor"],
            }
        ],
        "arms": [
            {
                "code": "S",
                "kind": "aided_second_read",
                "label": "Reading",
                "bundle_id": bundle,
                "ai_layers": ["score", "boxes", "gradcam", "wildcat"],
            }
        ],
        "statistics": {"primary_finding": "lung_opacity", "tests": ["S.unaided", "S.aided"]},
    }


def _phantoms(path: Path) -> list[tuple[Image, dict[str, Any]]]:
    """Adult phantoms in the archive with their truth."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["images"]
    except (OSError, ValueError, KeyError):
        raise DemoUnavailable(f"{path.name} of the demo phantoms cannot be read") from None
    images = {image.sop_instance_uid: image for image in Image.objects.filter(project=Project.default())}
    return [
        (images[row["sop_instance_uid"]], row)
        for row in rows
        if row["age_years"] >= 18 and row["sop_instance_uid"] in images
    ]


def _training(rows: list[tuple[Image, dict[str, Any]]]) -> set[Image]:
    """The first normal and the first abnormal phantom of patients with one image."""
    patients = [image.patient_id for image, _ in rows]
    single = [(image, row) for image, row in rows if patients.count(image.patient_id) == 1]
    normal = [image for image, row in single if not any(row["findings"].values())]
    abnormal = [image for image, row in single if row["findings"].get("lung_opacity")]
    return {*normal[:1], *abnormal[:1]}


def _truth_csv(rows: list[tuple[str, dict[str, Any]]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["case", "finding", "status", "x", "y", "w", "h"])
    for code, row in rows:
        for finding, _ in FINDINGS:
            status = int(bool(row["findings"].get(finding)))
            boxes = [box for box in row["boxes"] if box.get("key") == finding] if status else []
            for box in boxes or [{}]:
                writer.writerow([code, finding, status, *(box.get(side, "") for side in "xywh")])
    return buffer.getvalue()
