"""Small studies, made through the services: a manager, readers, cases with results and truth."""

import datetime
import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any

from reader_study.models import Assignment, Case, Reading, ReadingSession, Study
from reader_study.results.lock_study import lock_study
from reader_study.services.change_state import close_study
from reader_study.services.choose_cases import add_cases
from reader_study.services.create_study import create_study
from reader_study.services.edit_protocol import edit_protocol
from reader_study.services.freeze_truth import freeze_truth
from reader_study.services.import_truth import import_truth
from reader_study.services.lock_reading import LockRequest, lock_reading
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.open_study import open_study
from reader_study.services.people import add_member, add_reader
from reader_study.services.reveal_ai import reveal_ai
from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result, make_user
from webapp.accounts.models import User

START = datetime.datetime(2026, 3, 2, 8, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
FINDINGS = [
    {"code": "lung_opacity", "label": "Lung opacity", "scale": "0-100", "cut": 50, "primary": True},
    {"code": "pleural_effusion", "label": "Pleural effusion", "scale": "1-5", "cut": 3, "primary": False},
]
UNAIDED = {"code": "A", "kind": "unaided", "label": "Part 1"}
AIDED = {
    "code": "B", "kind": "aided_concurrent", "label": "Part 2", "bundle_id": BUNDLE,
    "ai_layers": ["score", "boxes", "gradcam"],
}  # fmt: skip
SECOND = {**AIDED, "code": "S", "kind": "aided_second_read", "label": "Part 1"}
_numbers = itertools.count(1)


@dataclass
class MadeStudy:
    """A study with its people."""

    study: Study
    manager: User
    second: User
    statistician: User
    readers: list[User]
    panel: list[User] = field(default_factory=list)


def crossed_body(**parts: Any) -> dict[str, Any]:
    """Unaided against aided, two findings."""
    body: dict[str, Any] = {
        "findings": FINDINGS,
        "arms": [UNAIDED, AIDED],
        "statistics": {"primary_finding": "lung_opacity", "tests": ["A", "B"], "secondaries": ["pleural_effusion"]},
    }
    return body | parts


def second_read_body(**parts: Any) -> dict[str, Any]:
    """One arm, without and then with AI."""
    return crossed_body(
        **{
            "design": {"kind": "sequential"},
            "arms": [SECOND],
            "statistics": {"primary_finding": "lung_opacity", "tests": ["S.unaided", "S.aided"]},
        }
        | parts
    )


def make_study(
    body: dict[str, Any] | None = None,
    *,
    readers: int = 2,
    cases: int = 6,
    training: int = 0,
    images: list[Any] | None = None,
) -> MadeStudy:
    """A draft with cases of truth 0, 1, 0, 1 ... imported."""
    number = next(_numbers)
    names = [
        make_user(f"{role}{number}", "manager" if role != "statistician" else "radiologist")
        for role in ("manager", "second", "statistician")
    ]
    manager, second, statistician = names
    study = create_study(manager, f"Study {number}", seed=7)
    edit_protocol(manager, study, body or crossed_body())
    add_member(manager, study, second.username, "manager")
    add_member(manager, study, statistician.username, "statistician")
    people = [make_user(f"reader{number}_{k}") for k in range(readers)]
    for person in people:
        add_reader(manager, study, person.username)
    fill(study, manager, cases, "scored", images)
    fill(study, manager, training, "training")
    return MadeStudy(study, manager, second, statistician, people)


def fill(study: Study, manager: User, count: int, role: str, images: list[Any] | None = None) -> list[Case]:
    """Cases with results and imported truth; every second one shows an opacity, with a box."""
    images = images or [make_image(patient_id=f"P{uuid.uuid4().hex[:8]}") for _ in range(count)]
    for k, image in enumerate(images):
        make_result(image, 0.9 if k % 2 else 0.2, "positive" if k % 2 else "negative", image_sha256=image.stored_sha256)
    added = add_cases(manager, study, images, role) if images else []
    if added:
        lines = ["case,finding,status,x,y,w,h"]
        for k, case in enumerate(added):
            lines.append(f"{case.code},lung_opacity,{k % 2}," + ("100,100,200,200" if k % 2 else ",,,"))
            lines.append(f"{case.code},pleural_effusion,0,,,,")
        import_truth(manager, study, "\n".join(lines))
    return added


def opened(made: MadeStudy) -> MadeStudy:
    made.study = open_study(made.manager, made.study)
    return made


def answers(opacity: float = 20, effusion: float = 1, **more: Any) -> dict[str, Any]:
    """A complete answer."""
    return {
        "ratings": {
            "lung_opacity": {"rating": opacity, "action": "none"},
            "pleural_effusion": {"rating": effusion, "action": "none"},
        },
        "marks": [],
        "active_ms": 1000,
    } | more


def mark(rating: float = 80, **more: Any) -> dict[str, Any]:
    box = {"finding": "lung_opacity", "shape": "box", "x": 120, "y": 120, "w": 160, "h": 160}
    return {"key": uuid.uuid4().hex, **box, "rating": rating} | more


def lock(
    user: User,
    study: Study,
    assignment: Assignment,
    stage: str,
    body: dict[str, Any],
    now: datetime.datetime | None = None,
) -> dict[str, Any]:
    """As the page does: the model's output is opened before an aided stage is locked."""
    if stage == "aided":
        reveal_ai(user, study, assignment.pk, now)
    request = LockRequest(stage, body, uuid.uuid4().hex, tab="t")
    return lock_reading(user, study, assignment.pk, request, now)


def read_session(made: MadeStudy, user: User, now: datetime.datetime, rate: Any = None) -> int:
    """Opens the reader's next session and reads all of it; how many stages were locked.
    rate(case index by code order, stage) gives the opacity rating; the default is a weak reader who gets some wrong."""
    rate = rate or default_rating
    session = (
        ReadingSession.objects.filter(reader__user=user, reader__study=made.study, state="planned")
        .order_by("ordinal")
        .first()
    )
    assert session is not None
    open_session(user, session, now)
    locked = 0
    while (found := next_assignment(user, made.study, "t", now)).state == "reading":
        assert found.assignment is not None
        for stage in found.assignment.arm.stages:
            is_sick = found.assignment.case.truths.get(finding="lung_opacity").status == "1"
            value = rate(found.assignment, stage, is_sick)
            body = answers(value, marks=[mark(value)] if value >= 50 else [])
            now += datetime.timedelta(seconds=30)
            lock(user, made.study, found.assignment, stage, body, now)
            locked += 1
    return locked


def default_rating(assignment: Assignment, stage: str, is_sick: bool) -> float:
    """Between 5 and 95, from the case's code: overlapping classes, better with AI."""
    noise = (int(assignment.case.code[1:]) * 37 + int(assignment.reader.code[1:]) * 11) % 50
    return float(min(95, (45 if is_sick else 5) + noise + (8 if stage == "aided" and is_sick else 0)))


def read_everything(made: MadeStudy, start: datetime.datetime = START, days: int = 30, rate: Any = None) -> None:
    """All sessions of all readers, `days` apart."""
    for user in made.readers:
        now = start
        while ReadingSession.objects.filter(reader__user=user, reader__study=made.study, state="planned").exists():
            read_session(made, user, now, rate)
            now += days * DAY


def locked_study(made: MadeStudy, rate: Any = None) -> MadeStudy:
    """Read, closed, frozen and locked."""
    read_everything(made, rate=rate)
    made.study = close_study(made.manager, made.study)
    freeze_truth(made.manager, made.study)
    lock_study(made.manager, made.study)
    made.study = lock_study(made.second, made.study)
    return made


def readings(made: MadeStudy) -> Any:
    return Reading.objects.filter(assignment__reader__study=made.study)
