"""Every address, in every arm and state: no byte of AI output, truth or another reader's answer where it must not be.

Each case has a probability, box, truth region of its own and each reader a comment, so that a string found in an answer tells
whose it is.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from reader_study.models import Assignment, Case, FailureItem, Membership, Reader, ReadingSession, Study, Truth
from reader_study.services.change_state import close_study, pause_study, resume_study
from reader_study.services.choose_cases import add_cases
from reader_study.services.import_truth import import_truth
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.people import add_member
from reader_study.study_api_urls import urlpatterns
from tests.reader_study.studies.study_factory import (
    MadeStudy,
    answers,
    crossed_body,
    lock,
    make_study,
    opened,
    second_read_body,
)
from tests.webapp.viewer.case_factory import make_image, make_job, make_result, make_user
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.later_truth.models import LaterTruth
from webapp.predictions.models import Prediction
from webapp.probes.models import Probe
from webapp.reviews.models import CaseReview

pytestmark = pytest.mark.django_db
CLINICAL = (
    "/images/{image}/", "/api/images/{image}/", "/api/images/{image}/predictions/", "/api/images/{image}/reviews/",
    "/api/predictions/{prediction}/maps/gradcam/", "/api/predictions/{prediction}/findings/lung_opacity/operating-curve/",
    "/api/images/{image}/priors/", "/api/images/{image}/probes/", "/api/probes/{probe}/",
    "/api/predictions/{prediction}/reproductions/", "/api/images/{image}/later-truths/",
    "/api/images/{image}/dicom-header/",
)  # fmt: skip
CLINICAL_LISTS = (
    "/?state=all", "/failures/", "/api/images/", "/api/reviews/export/?as=json", "/api/reviews/export/", "/later-truth/",
    "/api/later-truths/export/?as=json", "/api/later-truths/export/",
)  # fmt: skip


POST_ONLY = {one.name for one in urlpatterns if not hasattr(one.callback.view_class, "get")}  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Secrets:
    """Strings by case code that tell AI output and truth; those of the second reader's answers; the model's names."""

    ai: dict[str, list[str]]
    truth: dict[str, list[str]]
    other: list[str]
    model: list[str]


@dataclass
class Crawl:
    made: MadeStudy
    secrets: Secrets
    predictions: dict[str, str]
    later: dict[Any, Any]  # of each case's image one of the same patient that is in no study
    probes: dict[str, str]

    def texts(self, user: Any, paths: Iterator[str]) -> Iterator[tuple[str, str]]:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        for path in paths:
            answer = client.get(path, headers={"X-Tab": "t"})
            yield path, f"{answer.content.decode('utf-8', 'replace')}{dict(answer.headers)}"

    def study_paths(self) -> Iterator[str]:
        """Every GET address with every id of the study."""
        study = self.made.study
        rows: dict[str, list[Any]] = {
            "study": [study.pk],
            "member": list(Membership.objects.filter(study=study).values_list("pk", flat=True))[:1],
            "reader": list(Reader.objects.filter(study=study).values_list("pk", flat=True))[:1],
            "case": list(Case.objects.filter(study=study).values_list("pk", flat=True))[:1],
            "session": list(ReadingSession.objects.filter(reader__study=study).values_list("pk", flat=True))[:1],
            "assignment": self.some_assignments(),
            "truth": list(Truth.objects.filter(case__study=study).values_list("pk", flat=True))[:2],
            "item": list(FailureItem.objects.filter(case__study=study).values_list("pk", flat=True))[:1],
            "number": [1],
            "kind": ["gradcam", "long_csv"],
        }
        for pattern in urlpatterns:
            routes = [f"/api/{pattern.pattern}"]
            for name, values in rows.items():
                for converter in ("uuid", "int", "slug"):
                    mark = f"<{converter}:{name}>"
                    routes = [r.replace(mark, str(v)) for r in routes for v in (values if mark in r else [""])]
            yield from (route for route in routes if "<" not in route and pattern.name not in POST_ONLY)

    def some_assignments(self) -> list[Any]:
        """Of each reader the last one that was opened and one that was not, which is every kind there is."""
        found = []
        for reader in Reader.objects.filter(study=self.made.study):
            rows = Assignment.objects.filter(reader=reader).order_by(
                "-readings__opened_at", "session__ordinal", "position"
            )
            found += [*rows.filter(readings__isnull=False)[:1], *rows.filter(readings__isnull=True)[:1]]
        return [row.pk for row in found]

    def clinical_paths(self) -> Iterator[str]:
        yield from CLINICAL_LISTS
        newest = Case.objects.filter(study=self.made.study).order_by("-assignments__readings__opened_at", "code")
        for case in dict.fromkeys(newest[:3]):
            for path in CLINICAL:
                yield path.format(
                    image=case.image_id, prediction=self.predictions[case.code], probe=self.probes[case.code]
                )
            later = self.later[case.image_id]
            yield f"/api/images/{later}/priors/"
            yield f"/api/predictions/{Prediction.objects.get(image=later).pk}/trend/"

    def leaks(self, user: Any, secrets: list[str], *, clinical: bool = True) -> list[str]:
        paths = [*self.study_paths(), *(self.clinical_paths() if clinical else [])]
        return [
            f"{path}: {secret}" for path, text in self.texts(user, iter(paths)) for secret in secrets if secret in text
        ]


def crawl_of(body: dict[str, Any]) -> Crawl:
    # The crawl itself opens the cases in the clinical pages, which would hold them back for four weeks.
    made = make_study({**body, "washout": {"min_days": 0}}, cases=0)
    images = [make_image(patient_id=f"CRAWL{k}") for k in range(4)]
    added = add_cases(made.manager, made.study, images)
    by_image = {case.image_id: case for case in added}
    ai, truth, predictions, probes, lines = {}, {}, {}, {}, ["case,finding,status,x,y,w,h"]
    for k, image in enumerate(images):
        case = by_image[image.pk]
        result = make_result(image, 0.61234567 + k / 100, image_sha256=image.stored_sha256)
        result.document["findings"][0]["boxes"] = [{"x": 417.625 + k, "y": 5, "w": 9, "h": 9}]
        result.save()
        predictions[case.code] = str(result.pk)
        probes[case.code] = asked_before(made.readers[0], result)
        ai[case.code] = [f"{0.61234567 + k / 100}", f"{417.625 + k}"]
        lines += [f"{case.code},lung_opacity,1,{733.375 + k},20,30,40", f"{case.code},pleural_effusion,0,,,,"]
        truth[case.code] = [f"{733.375 + k}", found_later(image, f"seen on scan number {k}")]
    later = {
        image.pk: make_image(patient_id=image.patient_id, study_date=datetime.date(2026, 12, 1)).pk for image in images
    }
    for image in later.values():  # whose trend would tell the numbers of the cases
        make_result(Image.objects.get(pk=image), 0.5)
    Project.objects.update(ai_on_priors=True)
    import_truth(made.manager, made.study, "\n".join(lines))
    opened(made)
    reader_two = made.readers[1]
    session = ReadingSession.objects.filter(reader__user=reader_two).order_by("ordinal")[0]
    open_session(reader_two, session)
    found = next_assignment(reader_two, made.study, "t").assignment
    assert found is not None
    said = answers(63.0625, comment="said by the second reader")
    lock(reader_two, made.study, found, found.arm.stages[0], said)
    model = [made.study.arms.exclude(bundle_id="").get().bundle_id, "demo-cxr"]
    return Crawl(made, Secrets(ai, truth, ["63.0625", "said by the second reader"], model), predictions, later, probes)


def test_the_priors_of_a_patient_name_no_case_of_the_study() -> None:
    crawl = crawl_of(second_read_body())
    paths = [f"/api/images/{later}/priors/" for later in crawl.later.values()]
    cases = [str(image) for image in crawl.later] + [str(image)[:8] for image in crawl.later]
    for reader in crawl.made.readers:
        assert [case for _, text in crawl.texts(reader, iter(paths)) for case in cases if case in text] == []
    shown = "".join(text for _, text in crawl.texts(crawl.made.manager, iter(paths)))
    assert all(case in shown for case in cases), "the crawl sees what is shown"


def found_later(image: Image, note: str) -> str:
    """On a finding that the first reader had answered before the study, so that nothing but the study hides it."""
    said = {"finding": "lung_opacity", "says": "present", "source": "ct", "exam_date": datetime.date(2026, 12, 24)}
    LaterTruth(image=image, image_sha256=image.stored_sha256, idempotency_key=note, note=note, **said).save()
    return note


def test_the_numbers_over_time_of_a_patient_tell_none_of_a_case() -> None:
    crawl = crawl_of(crossed_body())
    results = Prediction.objects.filter(image__in=crawl.later.values())
    paths = [f"/api/predictions/{result.pk}/trend/" for result in results]
    numbers = [texts[0] for texts in crawl.secrets.ai.values()]
    for reader in crawl.made.readers:
        assert [number for _, text in crawl.texts(reader, iter(paths)) for number in numbers if number in text] == []
    shown = "".join(text for _, text in crawl.texts(crawl.made.manager, iter(paths)))
    assert all(number in shown for number in numbers), "the crawl sees what is shown"


def test_what_was_found_later_is_hidden_by_the_study_alone() -> None:
    crawl = crawl_of(crossed_body())
    notes = [text for texts in crawl.secrets.truth.values() for text in texts if text.startswith("seen")]
    reader = crawl.made.readers[0]
    assert [leak for leak in crawl.leaks(reader, notes) if leak] == []
    Study.objects.filter(pk=crawl.made.study.pk).update(state="locked")
    shown = "".join(text for _, text in crawl.texts(reader, iter(CLINICAL_LISTS)))
    assert len(notes) == 4
    assert all(note in shown for note in notes), "the crawl sees what is shown"


def asked_before(reader: User, result: Prediction) -> str:
    """Before the study this reader had answered the finding and asked what would change the model's mind."""
    answer = {"bundle_id": result.bundle_id, "finding": "lung_opacity", "verdict": "cannot_judge"}
    CaseReview(reader=reader, image=result.image, prediction=result, idempotency_key=str(result.pk), **answer).save()
    before = {"probability": result.highest_probability, "interval": None, "decision": "positive", "reason": None}
    probe = Probe.objects.create(
        image=result.image,
        prediction=result,
        finding="lung_opacity",
        reader=reader,
        job=make_job("succeeded"),
        areas=[],
        result={"provider": "CPU", "before": before, "erased": []},
    )
    return str(probe.pk)


def everything(secrets: Secrets, *, without_ai_of: str = "") -> list[str]:
    ai = [text for code, texts in secrets.ai.items() if code != without_ai_of for text in texts]
    truth = [text for texts in secrets.truth.values() for text in texts]
    return [*ai, *truth, *secrets.other, *secrets.model]


DESIGNS = [crossed_body(), pytest.param(second_read_body(), marks=pytest.mark.slow)]


@pytest.mark.parametrize("body", DESIGNS, ids=["crossed", "second read"])
def test_a_reader_never_meets_a_byte_that_is_not_for_this_moment(body: dict[str, Any]) -> None:
    """`make check` crawls one design; the other, whose decisive moments the crawl of a drawn case has, is for `make test`."""
    crawl = crawl_of(body)
    made, reader = crawl.made, crawl.made.readers[0]
    assert crawl.leaks(reader, everything(crawl.secrets)) == [], "before the session"
    session = ReadingSession.objects.filter(reader__user=reader).order_by("ordinal")[0]
    open_session(reader, session)
    stages = set()
    while (found := next_assignment(reader, made.study, "t")).state == "reading":
        assignment = found.assignment
        assert assignment is not None
        for stage in assignment.arm.stages:
            own = assignment.case.code if stage == "aided" else ""
            assert crawl.leaks(reader, everything(crawl.secrets, without_ai_of=own)) == [], (
                f"{stage} of {assignment.arm.code}"
            )
            if own:
                shown = "".join(
                    text
                    for _, text in crawl.texts(
                        reader, iter([f"/api/studies/{made.study.pk}/assignments/{assignment.pk}/ai/"])
                    )
                )
                assert all(text in shown for text in crawl.secrets.ai[own]), "the crawl sees what is shown"
            stages.add(stage)
            lock(reader, made.study, assignment, stage, answers())
        if len(stages) == 2:
            break
    assert stages == {"unaided", "aided"}
    assert crawl.leaks(reader, everything(crawl.secrets)) == [], "after the lock of a case"
    made.study = pause_study(made.manager, made.study)
    assert crawl.leaks(reader, everything(crawl.secrets)) == [], "paused"
    made.study = resume_study(made.manager, made.study)
    made.study = close_study(made.manager, made.study)
    assert crawl.leaks(reader, everything(crawl.secrets)) == [], "closed"


def test_a_reader_asks_nothing_about_a_case_of_an_open_study() -> None:
    crawl = crawl_of(crossed_body())
    client = Client()
    client.force_login(crawl.made.readers[0])
    probe = Probe.objects.select_related("prediction").first()
    assert probe is not None
    body = {"prediction": str(probe.prediction_id), "finding": "lung_opacity", "areas": [{"structure": "heart"}]}
    path = f"/api/images/{probe.image_id}/probes/"
    refused = client.post(path, body, content_type="application/json")
    assert (refused.status_code, client.get(path).status_code) == (404, 404), "it is not there while it is to be read"
    assert client.get(f"/api/probes/{probe.pk}/").status_code == 403
    close_study(crawl.made.manager, crawl.made.study)
    refused = client.post(path, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, client.get(path).json()["code"])
    assert refused.json()["code"] != "own_answer_first", "the study hides it, though the reader had answered before"


def test_the_panel_meets_neither_ai_nor_readers_nor_each_other() -> None:
    crawl = crawl_of(crossed_body())
    panel = make_user("panelist2")
    add_member(crawl.made.manager, crawl.made.study, panel.username, "panel")
    assert crawl.leaks(panel, [*everything(crawl.secrets)[:8], *crawl.secrets.other], clinical=True) == []


@pytest.mark.parametrize("role", ["manager", "statistician", "auditor"])
def test_those_who_run_the_study_meet_no_answer_truth_or_ai_before_the_lock(role: str) -> None:
    crawl = crawl_of(second_read_body())
    person = {"manager": crawl.made.manager, "statistician": crawl.made.statistician}.get(role)
    if person is None:
        person = make_user("auditor2")
        add_member(crawl.made.manager, crawl.made.study, person.username, "auditor")
    secrets = [text for text in everything(crawl.secrets) if text not in crawl.secrets.model]
    assert crawl.leaks(person, secrets, clinical=False) == []


def test_a_stranger_meets_nothing_of_the_study() -> None:
    crawl = crawl_of(crossed_body())
    codes = list(crawl.secrets.ai)
    secrets = [
        *codes,
        *crawl.secrets.other,
        crawl.made.study.title,
        *(text for texts in crawl.secrets.truth.values() for text in texts),
    ]
    assert crawl.leaks(make_user("stranger2"), secrets, clinical=False) == []


def test_answers_have_one_size_and_key_order_whatever_the_case() -> None:
    """Two unread cases of one arm differ in nothing but ids, code and position."""
    crawl = crawl_of(second_read_body())
    reader, study = crawl.made.readers[0], crawl.made.study
    open_session(reader, ReadingSession.objects.filter(reader__user=reader).order_by("ordinal")[0])
    client = Client()
    client.force_login(reader)
    shapes = []
    for _ in range(4):
        document = client.post(f"/api/studies/{study.pk}/next/", headers={"X-Tab": "t"}).json()
        assignment = document["assignment"]
        shapes.append(
            (
                list(document),
                list(assignment),
                {k: assignment[k] for k in ("total", "part", "role", "stage", "stages", "has_ai", "items")},
            )
        )
        row = Assignment.objects.get(pk=assignment["id"])
        for stage in row.arm.stages:
            lock(reader, Study.objects.get(pk=study.pk), row, stage, answers())
    assert all(shape == shapes[0] for shape in shapes)
