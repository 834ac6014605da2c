"""What readers said before the model in a locked study: labels where its protocol says so, for those who may see it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from reader_study.models import Case
from reader_study.results.lock_study import lock_study
from reader_study.services.change_state import close_study
from reader_study.services.freeze_truth import freeze_truth
from tests.reader_study.studies.study_factory import crossed_body, locked_study, make_study, opened, read_everything
from tests.webapp.viewer.case_factory import make_user
from webapp import audit
from webapp.archive.models import Project
from webapp.change_plans.models import LabelOrigin
from webapp.change_plans.reference_labels import reviewed_cases
from webapp.change_plans.usable_labels import STUDY_READING, usable_labels
from webapp.reveal.label_kind import LabelKind
from webapp.sentinel.models import SentinelDraw
from webapp.training_set.select_cases import labelled_cases
from webapp.training_set.study_words import study_words

pytestmark = pytest.mark.django_db
OPACITY = "lung_opacity"


def right(assignment: Any, stage: str, is_sick: bool) -> float:
    return 80.0 if is_sick else 10.0


def words(user: Any) -> dict[Any, Any]:
    return study_words(user, Project.default(), [], lambda finding: True)


@pytest.fixture(scope="module")
def body() -> dict[str, Any]:
    body = crossed_body()
    return {**body, "reading": {**body.get("reading", {}), "as_labels": True}}


def test_readings_before_the_model_label_after_the_lock_with_no_known_chance(body: dict[str, Any]) -> None:
    made = opened(make_study(body, readers=2, cases=2))
    read_everything(made, rate=right)
    assert words(None) == {}  # under way
    made = locked_after(made)
    found = labelled_cases(made.manager, Project.default()).cases
    labels = {case.image.pk: case.labels[OPACITY] for case in found}
    assert sorted(label.unaided for label in labels.values() if label.unaided is not None) == [0, 1]
    assert {label.probability for label in labels.values()} == {None}
    assert {label.kind for label in labels.values()} == {LabelKind.IMPORTED}  # the study's truth stands before
    usable = usable_labels(made.manager, Project.default(), [OPACITY], [LabelOrigin.UNAIDED])
    documents = [one.labels[OPACITY].document() for one in usable.values()]
    assert {(one["source"], one["probability"]) for one in documents} == {(STUDY_READING, None)}
    unaided = [one for one in reviewed_cases(Project.default()) if one.kind is LabelKind.UNAIDED]
    assert {one.weight for one in unaided} == {None}
    assert words(make_user("stranger", "manager")) == {}
    assert words(made.statistician)
    image = Case.objects.filter(study=made.study).first().image  # type: ignore[union-attr]
    SentinelDraw.objects.create(image=image, probability=0.05, is_drawn=True)
    assert image.pk not in words(made.manager)  # who still has to look first is told nothing


def locked_after(made: Any) -> Any:
    made.study = close_study(made.manager, made.study)
    freeze_truth(made.manager, made.study)
    lock_study(made.manager, made.study)
    made.study = lock_study(made.second, made.study)
    return made


def test_a_protocol_that_does_not_say_so_and_voided_cases_give_none(body: dict[str, Any]) -> None:
    made = locked_study(opened(make_study(crossed_body(), readers=2, cases=2)), right)
    assert words(None) == {}
    protocol = made.study.protocols.get()
    type(protocol).objects.filter(pk=protocol.pk).update(body={**protocol.body, "reading": {"as_labels": True}})
    assert len(words(None)) == 2
    case = Case.objects.filter(study=made.study).first()
    assert case is not None
    Case.objects.filter(pk=case.pk).update(voided_at=made.study.locked_at)
    assert case.image_id not in words(None)
    assert len(words(None)) == 1


def test_who_had_met_the_model_gives_an_aided_word(body: dict[str, Any]) -> None:
    made = opened(make_study(body, readers=2, cases=2))
    first, second = made.readers
    for case in Case.objects.filter(study=made.study):
        audit.record(first, "open", f"image:{case.image_id}")
    read_everything(made, timezone.now() + timedelta(days=60), rate=right)
    locked_after(made)
    kinds = {(image, word.reader): word.kind for image, own in words(None).items() for word in own[OPACITY]}
    assert [kind for (_, reader), kind in kinds.items() if reader == first.pk] == [LabelKind.AIDED] * 2
    # The other one read one of the cases with the model in the first session, and without it in the second.
    said = sorted(kind for (_, reader), kind in kinds.items() if reader == second.pk)
    assert said == [LabelKind.AIDED, LabelKind.UNAIDED]
