"""A database as after years of use: images with results, reviews, refusals and a reader study, in the shares of a busy house.

Rows only: no file lies behind them. Everything follows from the seed, so that two fillings are alike but for their random keys.
"""

import datetime
import random
import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils import timezone

from reader_study.models import Case, Membership, Study
from webapp.accounts.models import User
from webapp.archive.models import Image, Project, QuarantinedFile
from webapp.predictions.models import Prediction
from webapp.reviews.models import CaseReview
from webapp.work.models import Job

BATCH = 2000
DAYS = 730
READERS = 12
QUARANTINED_SHARE = 0.02
EMBARGOED = 2000
FINDINGS = tuple(f"finding_{number:02}" for number in range(14))
SITES = ("HIL", "CLA", "UZ", "MZ", "LZ", "CPA", "MED", "PLE")
VIEWS = (("PA", 55), ("AP", 30), ("LL", 8), ("", 5), ("unclear", 2))
SYLLABLES = ("an", "ber", "co", "dal", "er", "fin", "gar", "hol", "in", "jor", "ka", "lund", "mo", "ner", "ost", "pet")
# Of 1,000 results: what became of them, once the newest are past.
OUTCOMES = (("succeeded", 987), ("failed", 10), ("cancelled", 3))
HEADER = {f"attribute_{number:02}": "x" * 40 for number in range(50)}  # 2.8 KiB, as a DicomHeader


def fill(images: int, seed: int = 11) -> None:
    """`images` studies of one image each: 92 % read (of the newest 5 % four in ten), 1 % without a model, 4 % refused, the
    newest 200 waiting. The person `blinded` reads in an open study of EMBARGOED cases."""
    numbers = random.Random(seed)
    readers = [User.objects.create_user(f"reader{number}") for number in range(READERS)]
    blinded = User.objects.create_user("blinded")
    project, now = Project.default(), timezone.now()
    for start in range(0, images, BATCH):
        with transaction.atomic():
            _add_batch(range(start, min(start + BATCH, images)), images, project, readers, now, numbers)
    with transaction.atomic():
        files = [_quarantined(number, numbers.choice(readers)) for number in range(int(images * QUARANTINED_SHARE))]
        QuarantinedFile.objects.bulk_create(files, batch_size=500)
        _open_study(blinded, min(EMBARGOED, images // 10))


def _add_batch(
    places: range, of: int, project: Project, readers: list[User], now: datetime.datetime, numbers: random.Random
) -> None:
    """Places count from the oldest arrival."""
    images, jobs, results, reviews = [], [], [], []
    for place in places:
        image = _image(place, of, project, numbers.choice(readers), now, numbers)
        images.append(image)
        if numbers.random() < 0.01:
            continue
        state = "queued" if of - place <= 200 else _chosen(OUTCOMES, numbers)
        job = Job(kind="infer", state=state, idempotency_key=str(image.pk), created_at=image.created_at)
        if state == "succeeded":
            job.started_at = image.created_at + datetime.timedelta(seconds=2)
            job.finished_at = image.created_at + datetime.timedelta(seconds=3)
        jobs.append(job)
        result = _result(image, job, numbers)
        results.append(result)
        is_new = place >= of * 0.95
        if state == "succeeded" and numbers.random() < (0.4 if is_new else 0.95):
            reviews += list(_reviews(image, result, readers, numbers))
    _create_arrived(images)
    Job.objects.bulk_create(jobs, batch_size=500)
    Prediction.objects.bulk_create(results, batch_size=500)
    CaseReview.objects.bulk_create(reviews, batch_size=500)


def _create_arrived(images: list[Image]) -> None:
    """With the arrival that each names: the column would take the present moment."""
    arrival = Image._meta.get_field("created_at")
    arrival.auto_now_add = False  # type: ignore[attr-defined]
    try:
        Image.objects.bulk_create(images, batch_size=500)
    finally:
        arrival.auto_now_add = True  # type: ignore[attr-defined]


def _image(
    place: int, of: int, project: Project, uploader: User, now: datetime.datetime, numbers: random.Random
) -> Image:
    arrived = now - datetime.timedelta(days=DAYS) * ((of - place) / of)
    uid = f"1.2.826.0.1.{numbers.getrandbits(60)}.{place}"
    name = "^".join("".join(numbers.choices(SYLLABLES, k=3)).upper() for _ in range(2))
    view = _chosen(VIEWS, numbers)
    return Image(
        project=project, sop_instance_uid=uid, study_instance_uid=f"{uid}.1", series_instance_uid=f"{uid}.2",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1.1", transfer_syntax_uid="1.2.840.10008.1.2.1", patient_name=name,
        patient_id=f"{numbers.getrandbits(28):09}", patient_sex="F", age_years=float(numbers.randint(18, 95)),
        study_date=None if numbers.random() < 0.005 else (arrived - datetime.timedelta(hours=2)).date(),
        study_time=f"{numbers.randint(0, 23):02}{numbers.randint(0, 59):02}00", accession_number=f"A{place:08}", modality="DX",
        view_position=view, view=view, rows=2500, columns=2048, bits_stored=12, photometric="MONOCHROME2", header=HEADER,
        received_sha256=f"{place:064x}", stored_sha256=f"{place:064x}", bytes=numbers.randint(2, 20) * 2**20,
        storage_key=uuid.uuid4(), uploaded_by=uploader, created_at=arrived,
    )  # fmt: skip


def _result(image: Image, job: Job, numbers: random.Random) -> Prediction:
    result = Prediction(image=image, job=job, created_at=image.created_at)
    if job.state != "succeeded":
        return result
    is_refused = numbers.random() < 0.04
    key, highest = numbers.choice(FINDINGS), numbers.random() ** 2
    decision = (
        "refused" if is_refused else "positive" if highest > 0.5 else "uncertain" if highest > 0.4 else "negative"
    )
    found = [
        {
            "key": name, "title": name.replace("_", " ").capitalize(), "decision": decision if name == key else "negative",
            "probability": None if is_refused else highest if name == key else 0.01, "interval": [0.1, 0.2], "boxes": [],
            "reason": None, "operating_point": {"threshold": 0.45},
        }
        for name in FINDINGS
    ]  # fmt: skip
    result.document = {"findings": found, "gate": {"verdict": "refused" if is_refused else "pass", "checks": []}}
    result.bundle_id, result.bundle_name, result.bundle_version = "b" * 64, "bench", "1.0.0"
    result.highest_finding, result.highest_probability = ("", None) if is_refused else (key, highest)
    result.highest_decision, result.finished_at = decision, job.finished_at
    return result


def _reviews(image: Image, result: Prediction, readers: list[User], numbers: random.Random) -> Iterator[CaseReview]:
    """One to three verdicts; of a hundred five mark a failure, two of those are corrected later."""
    for finding in numbers.sample(FINDINGS, numbers.randint(1, 3)):
        review = _review(image, result, finding, numbers.choice(readers), numbers)
        yield review
        if review.outcome and numbers.random() < 0.4:
            correction = _review(image, result, finding, review.reader, numbers)
            correction.replaces = review
            yield correction


def _review(image: Image, result: Prediction, finding: str, reader: User, numbers: random.Random) -> CaseReview:
    values: dict[str, Any] = {"verdict": "agree"}
    if numbers.random() < 0.05:
        values = {"verdict": "false_positive", "outcome": "FP", "site": numbers.choice(SITES), "cause": "NRM"}
    return CaseReview(
        image=image, image_sha256=image.stored_sha256, prediction=result, bundle_id="b" * 64, finding=finding,
        reader=reader, idempotency_key=str(uuid.uuid4()), request_sha256="c" * 64, **values,
    )  # fmt: skip


def _quarantined(number: int, uploader: User) -> QuarantinedFile:
    return QuarantinedFile(
        code="not_dicom", sha256=f"{number:064x}", bytes=1000 + number, source="upload", uploaded_by=uploader
    )


def _open_study(reader: User, cases: int) -> None:
    """Cases of all ages, so that hidden ones stand among the others of every list."""
    study = Study.objects.create(title="Bench", slug="bench", owner=reader, seed=1, state=Study.State.OPEN)
    Membership.objects.create(study=study, user=reader, role=Membership.Role.READER)
    keys = list(Image.objects.order_by("created_at").values_list("pk", flat=True))
    step = max(1, len(keys) // cases)
    Case.objects.bulk_create(
        [
            Case(study=study, image_id=key, code=f"C{place:05}", patient_key=f"{place:064x}")
            for place, key in enumerate(keys[::step][:cases], start=1)
        ],
        batch_size=500,
    )


def _chosen(shares: tuple[tuple[str, int], ...], numbers: random.Random) -> str:
    return numbers.choices([value for value, _ in shares], [share for _, share in shares])[0]
