"""Fill a state folder with one of everything, by addresses and commands alone, so that it runs under any version.

    SIGHTLINE_HOME=STATE manage.py serve        until the demo images have their results, then stop it
    SIGHTLINE_HOME=STATE manage.py load_demo_study
    SIGHTLINE_HOME=STATE python -m tests.earlier_versions.fill_state
    python -m tests.earlier_versions.pack_state STATE tests/earlier_versions/VERSION.zip

Made: reviews of four images (one corrected, one with a box), a refused file, a job nobody has run yet,
a draft study, a study under way, and a locked study of two readers with results.
"""

import io
import json
import os
import uuid
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

JSON = "application/json"
PHANTOMS = Path("webapp/demo/phantoms")
FINDINGS = [
    {"code": "lung_opacity", "label": "Lung opacity", "scale": "0-100", "cut": 50, "primary": True},
    {"code": "pleural_effusion", "label": "Pleural effusion", "scale": "1-5", "cut": 3, "primary": False},
]


class Person:
    """Requests of one person; an answer of another status stops the script."""

    def __init__(self, name: str) -> None:
        self.client = Client(headers={"host": "127.0.0.1"})
        self.client.force_login(get_user_model().objects.get(username=name))

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        more = {} if method == "get" else {"data": {} if body is None else body, "content_type": JSON}
        answer = getattr(self.client, method)(f"/api/{path}", headers={"x-tab": "t"}, **more)
        if answer.status_code != status:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.content[:400]!r}; wanted {status}")
        return json.loads(answer.content)


def key() -> str:
    return uuid.uuid4().hex


def review(person: Person, image: str, **parts: Any) -> Any:
    """One review of lung opacity on the image's newest result."""
    result = person("get", f"images/{image}/predictions/")
    newest = (result if isinstance(result, list) else result["results"])[0]
    body = {
        "bundle": newest["bundle"]["id"] if isinstance(newest["bundle"], dict) else newest["bundle"],
        "finding": "lung_opacity",
        "verdict": "agree",
        "confidence": None,
        "note": "",
        "failure": None,
        "replaces": None,
        "idempotency_key": str(uuid.uuid4()),
    }
    return person("post", f"images/{image}/reviews/", body | parts, 201)


def reviews(images: list[str]) -> None:
    """Agree, a false positive with a box, a false negative that is corrected, cannot judge."""
    first, second = Person("radiologist"), Person("radiologist2")
    box = {"x": 100, "y": 120, "w": 200, "h": 240}
    failure = {"site": "HIL", "cause": "NRM", "laterality": "R", "severity": 1, "box": box}
    review(first, images[0])
    review(first, images[1], verdict="false_positive", confidence=4, note="vessel", failure=failure)
    wrong = review(second, images[1], verdict="cannot_judge")
    review(second, images[1], verdict="agree", replaces=wrong["id"])
    review(second, images[2], verdict="false_negative", confidence=5, failure=failure | {"box": box})


def read_all(person: Person, base: str, rating: int, most: int = 99) -> None:
    """Reads what is offered, `most` cases at most."""
    done = 0
    while done < most and (found := person("post", f"{base}next/"))["state"] != "done":
        if found["state"] == "open_session":
            person("post", f"{base}sessions/{found['session']['id']}/open/")
            continue
        case, done = found["assignment"], done + 1
        for stage in case["stages"]:
            path = f"{base}assignments/{case['id']}/"
            draft = person("get", path)["draft"]
            value = 10 + (int(case["case"][1:]) * 7 + rating) % 80
            mark = {"finding": "lung_opacity", "shape": "box", "x": 120, "y": 120, "w": 160, "h": 160}
            body = {
                "ratings": {
                    "lung_opacity": {"rating": value, "action": "none"},
                    "pleural_effusion": {"rating": 1, "action": "none"},
                },
                "marks": [{"key": key(), "rating": value, **mark}] if value > 50 else [],
                "active_ms": 1000,
            }
            revision = draft["revision"] if draft else 0
            saved = {"stage": stage, "base_revision": revision, "body": body, "idempotency_key": key()}
            person("put", f"{path}draft/", saved)
            if stage == "aided":
                person("get", f"{path}ai/")
            person("post", f"{path}lock/", {"stage": stage, "body": body, "idempotency_key": key()})


def study(title: str, images: list[str], bundle: str) -> str:
    """An open second-read study of two readers on these images; its address."""
    manager = Person("manager")
    base = f"studies/{manager('post', 'studies/', {'title': title, 'kind': 'reading', 'seed': 5}, 201)['id']}/"
    arm = {"code": "S", "kind": "aided_second_read", "label": "Part 1", "bundle_id": bundle}
    manager(
        "put",
        f"{base}protocol/",
        {
            "design": {"kind": "sequential"},
            "washout": {"min_days": 0},
            "findings": FINDINGS,
            "arms": [arm | {"ai_layers": ["score", "boxes", "gradcam"]}],
            "statistics": {"primary_finding": "lung_opacity", "tests": ["S.unaided", "S.aided"]},
        },
    )
    cases = manager("post", f"{base}cases/", {"images": images}, 201)["cases"]
    truth = ["case,finding,status"]
    for k, case in enumerate(cases):
        truth += [f"{case['code']},lung_opacity,{k % 2}", f"{case['code']},pleural_effusion,0"]
    sent = SimpleUploadedFile("truth.csv", "\n".join(truth).encode())
    answer = manager.client.post(f"/api/{base}truth/import/", {"file": sent})
    if answer.status_code != 201:
        raise SystemExit(f"truth: {answer.status_code} {answer.content!r}")
    for name in ("radiologist", "radiologist2"):
        manager("post", f"{base}readers/", {"username": name, "years": 5}, 201)
    manager("post", f"{base}members/", {"username": "admin", "role": "manager"}, 201)
    manager("post", f"{base}members/", {"username": "statistician", "role": "statistician"}, 201)
    manager("post", f"{base}open/")
    return base


def locked(base: str) -> None:
    """Read by both, closed, truth frozen, locked by two."""
    manager = Person("manager")
    for k, name in enumerate(("radiologist", "radiologist2")):
        read_all(Person(name), base, k * 13)
    manager("post", f"{base}close/")
    manager("post", f"{base}truth/freeze/")
    manager("post", f"{base}lock/", status=202)
    Person("admin")("post", f"{base}lock/")


def small_new_image() -> bytes:
    """A phantom at an eighth of its size under a UID of its own: a job that waits, in few bytes."""
    from pydicom import dcmread
    from pydicom.uid import ExplicitVRLittleEndian

    image = dcmread(PHANTOMS / "01-normal-pa.dcm")
    image.decompress()
    small = image.pixel_array[::8, ::8].copy()
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID[:-3]
    image.Rows, image.Columns = small.shape
    image.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image.PixelData = small.tobytes()
    written = io.BytesIO()
    image.save_as(written)
    return written.getvalue()


def main() -> None:
    found = Person("admin")("get", "images/")
    rows = sorted(found["results"] if isinstance(found, dict) else found, key=lambda one: one["sop_instance_uid"])
    images = [one["id"] for one in rows]
    predictions = Person("admin")("get", f"images/{images[0]}/predictions/")
    bundle = (predictions if isinstance(predictions, list) else predictions["results"])[0]["bundle"]
    reviews(images)
    refused = SimpleUploadedFile("notes.dcm", b"no DICOM file at all")
    Person("radiologist").client.post("/api/uploads/", {"files": refused})
    waiting = SimpleUploadedFile("waiting.dcm", small_new_image())
    Person("radiologist").client.post("/api/uploads/", {"files": waiting})
    locked(study("Read and locked", images[4:10], bundle if isinstance(bundle, str) else bundle["id"]))
    under_way = study("Under way", images[6:12], bundle if isinstance(bundle, str) else bundle["id"])
    read_all(Person("radiologist"), under_way, 5, most=2)
    call_command("verify_studies")
    call_command("verify_audit")


if __name__ == "__main__":
    main()
