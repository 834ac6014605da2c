"""Images with results, made without files: what the pages need to draw a list."""

import datetime
import itertools
import uuid
from typing import Any

from django.utils import timezone

from inference.exam import ExamStatements, read_exam
from webapp.accounts.models import User
from webapp.archive.exam import view_code
from webapp.archive.models import Image, Project
from webapp.predictions.models import Prediction
from webapp.work.models import Job

BUNDLE = "9f3a" + "0" * 58 + "c1"
SCRIPT = "<img src=x onerror=alert(1)>"
_numbers = itertools.count(1)


def make_user(username: str, role: str = "radiologist") -> User:
    return User.objects.create_user(username, role=role)


def make_image(**columns: Any) -> Image:
    """A stored 2048 x 2500 (columns x rows) PA radiograph; `minutes_ago` moves its arrival."""
    minutes_ago = columns.pop("minutes_ago", 0)
    number = next(_numbers)
    values: dict[str, Any] = {
        "project": Project.default(), "sop_instance_uid": f"1.2.826.{number}", "study_instance_uid": f"1.2.3.{number}",
        "series_instance_uid": f"1.2.4.{number}", "sop_class_uid": "1.2.5", "transfer_syntax_uid": "1.2.840.10008.1.2.1",
        "patient_name": "DOE^JANE", "patient_id": f"004-{number:03}", "patient_sex": "F", "age_years": 63.0,
        "study_date": datetime.date(2026, 11, 18), "study_time": "091200.000", "accession_number": "88213", "modality": "DX",
        "view_position": "PA", "rows": 2500, "columns": 2048, "bits_stored": 12, "photometric": "MONOCHROME2", "header": {},
        "received_sha256": "a" * 64, "stored_sha256": "b" * 64, "bytes": 1, "storage_key": uuid.uuid4(),
    }  # fmt: skip
    values |= columns
    if not values["header"]:
        age = "" if values["age_years"] is None else f"{int(values['age_years']):03}Y"
        values["header"] = {"view_position": values["view_position"], "patient_age": age, "body_part": "CHEST"}
    if "view" not in values:
        values["view"] = view_code(read_exam(ExamStatements.from_header(values["header"])))
    image = Image.objects.create(**values)
    if minutes_ago:
        arrived = timezone.now() - datetime.timedelta(minutes=minutes_ago)
        Image.objects.filter(pk=image.pk).update(created_at=arrived)
        image.refresh_from_db()
    return image


def make_finding(key: str, probability: float | None, decision: str, threshold: float = 0.42) -> dict[str, Any]:
    return {
        "key": key, "title": key.replace("_", " ").capitalize(), "probability": probability, "interval": None, "boxes": [],
        "decision": decision, "reason": None, "operating_point": {"threshold": threshold},
    }  # fmt: skip


def make_result(
    image: Image, probability: float | None = 0.81, decision: str = "positive", **columns: Any
) -> Prediction:
    """A finished result: lung opacity as told, effusion .12 negative."""
    findings = [
        make_finding("lung_opacity", probability, decision),
        make_finding("pleural_effusion", 0.12, "negative", 0.35),
    ]
    document = {"findings": findings, "gate": {"verdict": "pass", "checks": []}}
    if decision == "refused":
        findings[1] |= {"probability": None, "decision": "refused"}
        document["gate"] = {"verdict": "refused", "checks": [{"passed": False, "text": "age 8, model knows 18–90"}]}
    values: dict[str, Any] = {
        "image": image, "job": make_job("succeeded"), "bundle_id": BUNDLE, "bundle_name": "demo-cxr", "bundle_version": "1.0.0",
        "document": document, "finished_at": timezone.now(), "highest_decision": decision, "highest_probability": probability,
        "highest_finding": "" if probability is None else "lung_opacity",
    }  # fmt: skip
    return Prediction.objects.create(**values | columns)


def make_waiting(image: Image, state: str = "queued", **job: Any) -> Prediction:
    """A result that is not there yet, or never will be."""
    return Prediction.objects.create(image=image, job=make_job(state, **job))


def make_job(state: str, **columns: Any) -> Job:
    return Job.objects.create(kind="infer", state=state, idempotency_key=str(uuid.uuid4()), **columns)


def review_body(**changes: Any) -> dict[str, Any]:
    """A false positive at the hilum, as the viewer sends it."""
    body: dict[str, Any] = {
        "bundle": BUNDLE, "finding": "lung_opacity", "verdict": "false_positive", "confidence": 4, "note": "vessel",
        "failure": {"site": "HIL", "cause": "NRM", "laterality": "R", "severity": 1, "box": {"x": 10, "y": 20, "w": 30, "h": 40}},
        "replaces": None, "idempotency_key": str(uuid.uuid4()),
    }  # fmt: skip
    return body | changes
