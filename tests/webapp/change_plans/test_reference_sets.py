"""A reference set is drawn by a rule, locked by a second person with its hash, and keeps images and labels as they were."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.webapp.change_plans.conftest import EFFUSION, HEART, OPACITY, rule, say_first, seen_first
from tests.webapp.viewer.case_factory import make_image, make_result, make_user, review_body
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.archive.storage import stored_path
from webapp.audit.models import AccessEvent
from webapp.change_plans.default_body import default_body
from webapp.change_plans.kept_patients import kept_for_reference
from webapp.change_plans.models import ChangePlan, ReferenceImage, ReferenceSet
from webapp.change_plans.propose_plan import decide_plan, plan_in_force, propose_plan
from webapp.change_plans.reference_draw import draw
from webapp.change_plans.reference_labels import reference_labels, reviewed_cases
from webapp.change_plans.reference_sets import (
    count_look,
    decide_reference_set,
    propose_reference_set,
    reference_set_in_force,
    require_usable,
    set_sha256,
)
from webapp.change_plans.shared_patients import drawn_before, shared_with
from webapp.change_plans.two_persons import PlanRefused
from webapp.change_plans.usable_labels import LabelledImage, _add_said
from webapp.change_plans.verify_set import ChangedLabel, changed_labels, changed_rows, verify
from webapp.reveal.label_kind import LabelKind
from webapp.reviews.models.kept_row import AppendOnlyViolation, KeptQuerySet
from webapp.reviews.record_review import record_review
from webapp.sentinel.models import FirstAnswer
from webapp.training_set.labels import Label
from webapp.training_set.select_cases import ReviewedCase, Selection, select_cases

pytestmark = pytest.mark.django_db
FILE = b"as it was stored"


def test_it_holds_what_was_said_before_the_model(ada: User, project: Project, images: list[Image]) -> None:
    made = propose_reference_set(ada, project, rule(), "to measure by")
    rows = {row.image: row for row in made.images.all()}
    assert set(rows) == set(images)
    assert [rows[image].is_positive for image in images] == [True, True, False, False, False, False]
    assert {(row.probability, row.draw_probability, row.weight) for row in rows.values()} == {(1.0, 0.05, 20.0)}
    assert {row.stored_sha256 for row in rows.values()} == {"b" * 64}
    labels = [label for row in rows.values() for label in row.labels]
    assert {(one["finding"], one["kind"], one["source"]) for one in labels} == {(OPACITY, "unaided", "first look")}


def test_it_is_locked_by_a_second_person(
    proposed: ReferenceSet, ada: User, second: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.change_plans.verify_set.verified_path", lambda image: None)
    with pytest.raises(PlanRefused, match="You proposed this yourself"):
        decide_reference_set(ada, proposed, "approved")
    with pytest.raises(PlanRefused, match="R-1 is not locked"):
        require_usable(proposed)
    decide_reference_set(second, proposed, "approved")
    assert reference_set_in_force(project) == proposed
    require_usable(proposed)
    assert proposed.hash == set_sha256(proposed, proposed.images.all())
    assert AccessEvent.objects.get(verb="reference_set.locked").details["sha256"] == proposed.hash
    with pytest.raises(PlanRefused, match="R-1 was locked by omar already"):
        decide_reference_set(make_user("eve", "admin"), proposed, "declined")


def test_its_rows_never_change_and_its_hash_tells_every_label(locked_set: ReferenceSet) -> None:
    row = locked_set.images.all()[0]
    with pytest.raises(AppendOnlyViolation):
        row.save()
    with pytest.raises(AppendOnlyViolation):
        ReferenceImage.objects.update(labels=[])
    rows = list(locked_set.images.all())
    rows[0].labels = [{**rows[0].labels[0], "value": 1 - rows[0].labels[0]["value"]}]
    assert set_sha256(locked_set, rows) != locked_set.hash


def test_a_label_beside_the_model_is_not_taken_in(
    ada: User, project: Project, reader: User, images: list[Image]
) -> None:
    """The review alone makes an aided label; after a first look the first word counts, whatever was said since."""
    alone = make_image()
    make_result(alone, image_sha256=alone.stored_sha256)
    record_review(reader, alone, review_body(finding=OPACITY))
    record_review(reader, images[0], review_body(finding=OPACITY))  # a false positive after all
    made = propose_reference_set(ada, project, rule(), "r")
    rows = {row.image: row for row in made.images.all()}
    assert alone not in rows
    assert rows[images[0]].is_positive
    outside = reviewed_cases(project)
    assert {(one.image, one.kind, one.label, one.weight) for one in outside} == {(alone, LabelKind.AIDED, 0, None)}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"findings": ["pneumothorax"]}, "finding 'pneumothorax' is not one of the model in service: lung_opacity, "),
        (
            {"origins": ["panel"]},
            "the set would be empty: no image that may be used has a label of lung_opacity from panel",
        ),
        (
            {"findings": [EFFUSION]},
            "the set would have no positives of pleural_effusion: with one class alone nothing can be",
        ),
        ({"findings": [OPACITY, HEART]}, "the set would have no positives of cardiomegaly"),
        ({"least_positives": 3}, "the set would have 2 positives of lung_opacity, and the rule asks for 3 at least"),
        ({"images": 20}, "the rule asks for 20 images, one of a patient, and 6 have a label of lung_opacity"),
    ],
)
def test_a_set_that_cannot_be_is_refused(
    ada: User, project: Project, images: list[Image], changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(PlanRefused) as refused:
        propose_reference_set(ada, project, rule(**changes), "r")
    assert sentence in refused.value.text
    assert not ReferenceSet.objects.exists()


def test_only_an_admin_proposes_with_a_reason(ada: User, second: User, project: Project) -> None:
    with pytest.raises(PlanRefused, match="Only an admin may propose"):
        propose_reference_set(second, project, rule(), "r")
    with pytest.raises(PlanRefused, match="give a reason"):
        propose_reference_set(ada, project, rule(), "")


def test_its_patients_never_train(ada: User, second: User, project: Project, images: list[Image], reader: User) -> None:
    """Every image of the patient, while it waits for its second person, too; what was withdrawn keeps nobody back."""
    other = seen_first(reader, True, patient_id=images[0].patient_id)
    unnamed = [
        seen_first(reader, False, patient_id="", study_instance_uid=uid) for uid in ("1.2.77", "1.2.77", "1.2.78")
    ]
    free = {case.image for case in select_cases(None, project).cases}
    assert free == {*images, other, *unnamed}
    made = propose_reference_set(ada, project, rule(), "r")
    taken = {row.image for row in made.images.all()}
    assert len(taken & {images[0], other}) == 1  # one image of a patient
    selection = select_cases(None, project)
    assert selection.cases == ()
    reasons = {one.case: one.code for one in selection.left_out if one.case}
    assert reasons == dict.fromkeys((image.code for image in free), "in_reference_set")
    assert kept_for_reference(project) == {image.pk for image in free}
    decide_reference_set(ada, made, "withdrawn")
    assert {case.image for case in select_cases(None, project).cases} == free


def test_a_file_of_its_patients_keeps_a_patient_of_another_project(ada: User, project: Project, reader: User) -> None:
    """As it was sent or as it is stored: numbers of patients may be others there."""
    own = [seen_first(reader, k < 1, received_sha256=f"{k}" * 64, stored_sha256=f"{k + 5}" * 64) for k in range(3)]
    propose_reference_set(ada, project, rule(), "r")
    elsewhere = Project.objects.create(name="Elsewhere", slug="elsewhere")
    there = {"project": elsewhere, "stored_sha256": "c" * 64, "received_sha256": "d" * 64}
    sent = make_image(**there | {"received_sha256": own[0].received_sha256}, patient_id="X1")
    beside = make_image(**there, patient_id="X1")
    stored = make_image(**there | {"stored_sha256": own[1].stored_sha256}, patient_id="X2")
    make_image(**there, patient_id=own[2].patient_id)  # the same number, and nobody knows whether the same person
    assert kept_for_reference(elsewhere) == {sent.pk, beside.pk, stored.pk}


def test_a_retired_set_still_keeps_its_patients(
    locked_set: ReferenceSet, ada: User, second: User, project: Project, reader: User
) -> None:
    first = {row.image for row in locked_set.images.all()}
    later = propose_reference_set(ada, project, rule(images=4, positive_share=0.5), "fresh cases")
    decide_reference_set(second, later, "approved")
    assert reference_set_in_force(project) == later
    with pytest.raises(PlanRefused, match="R-1 is retired: R-2 is the reference set now"):
        require_usable(locked_set)
    assert kept_for_reference(project) >= {image.pk for image in first}
    stale = propose_reference_set(ada, project, rule(), "r")
    newest = propose_reference_set(ada, project, rule(), "r")
    decide_reference_set(second, newest, "approved")
    with pytest.raises(PlanRefused, match="R-4 was locked since R-3 was proposed: propose the reference set anew"):
        decide_reference_set(second, stale, "approved")


def test_files_are_read_before_the_lock_is_taken(
    proposed: ReferenceSet, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of files take longer than another request waits for the database."""
    depth = []
    monkeypatch.setattr(
        "webapp.change_plans.verify_set.verified_path", lambda image: depth.append(len(connection.savepoint_ids))
    )
    outside = len(connection.savepoint_ids)
    decide_reference_set(second, proposed, "approved")
    assert depth == [outside] * 6


def test_rows_are_compared_once_more_under_the_lock(
    proposed: ReferenceSet, second: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def verified(image: Image) -> None:
        Image.objects.filter(pk=image.pk).update(stored_sha256="c" * 64)  # while the files are read

    monkeypatch.setattr("webapp.change_plans.verify_set.verified_path", verified)
    with pytest.raises(PlanRefused, match="has another stored file than when it was chosen, and 5 more"):
        decide_reference_set(second, proposed, "approved")


def test_a_plan_approved_while_files_are_read_says_who_locks(
    proposed: ReferenceSet, ada: User, second: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("eve", "admin")

    def verified(image: Image) -> None:
        if plan_in_force(project) is None:
            plan = propose_plan(ada, project, default_body(project) | {"approvers": ["admin"]}, "r")
            decide_plan(make_user("fay", "admin"), plan, "approved")

    monkeypatch.setattr("webapp.change_plans.verify_set.verified_path", verified)
    with pytest.raises(PlanRefused, match="R-1 is approved by a second admin; you are signed in as manager"):
        decide_reference_set(second, proposed, "approved")


def test_a_set_is_drawn_before_the_lock_and_compared_under_it(
    ada: User, project: Project, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = len(connection.savepoint_ids)

    def draws(*args: Any) -> Any:
        assert len(connection.savepoint_ids) == outside
        found = list(draw(*args))
        Image.objects.filter(pk=images[0].pk).update(stored_sha256="c" * 64)
        return found

    monkeypatch.setattr("webapp.change_plans.reference_sets.draw", draws)
    with pytest.raises(PlanRefused, match=f"Image {images[0].code} changed while the set was drawn"):
        propose_reference_set(ada, project, rule(), "r")
    assert not ReferenceSet.objects.exists()


def test_an_image_whose_stored_file_changed_is_named_and_nothing_is_measured(
    storage: Path, ada: User, second: User, project: Project, reader: User
) -> None:
    sha256 = hashlib.sha256(FILE).hexdigest()
    images = [seen_first(reader, k < 1, stored_sha256=sha256) for k in range(3)]
    for image in images:
        path = stored_path(image)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(FILE)
    made = propose_reference_set(ada, project, rule(), "r")
    assert verify(made) == []
    decide_reference_set(second, made, "approved")
    require_usable(made)
    image = made.images.all()[0].image
    stored_path(image).write_bytes(b"other")
    assert [one.code for one in verify(made)] == [image.code]
    with pytest.raises(
        PlanRefused, match=f"R-1: image {image.code} is missing in the store, or its stored file was changed"
    ):
        require_usable(made)
    Image.objects.filter(pk=image.pk).update(stored_sha256="c" * 64)
    assert [one.code for one in changed_rows(made)] == [image.code]
    with pytest.raises(PlanRefused, match=f"image {image.code} has another stored file than when it was chosen"):
        require_usable(made)


def test_a_label_given_otherwise_later_changes_nothing_in_the_set_and_is_told(
    locked_set: ReferenceSet, ada: User, images: list[Image]
) -> None:
    assert changed_labels(locked_set, ada) == []
    say_first(make_user("another"), images[5], opacity=True)  # readers differ: there is no label to use any more
    assert changed_labels(locked_set, ada) == [ChangedLabel(images[5].code, OPACITY, 0, None)]
    looks = FirstAnswer.objects.filter(look__draw__image=images[4], finding=OPACITY)
    KeptQuerySet(FirstAnswer).filter(pk__in=looks.values("pk")).update(says="present")
    assert {(one.code, one.now) for one in changed_labels(locked_set, ada)} == {
        (images[4].code, 1),
        (images[5].code, None),
    }
    assert set_sha256(locked_set, locked_set.images.all()) == locked_set.hash
    assert {label.label for label in reference_labels(locked_set) if label.image == images[4]} == {0}


def test_labels_that_changed_before_the_lock_are_confirmed_by_who_locks(
    proposed: ReferenceSet, second: User, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.change_plans.verify_set.verified_path", lambda image: None)
    say_first(make_user("another"), images[5], opacity=True)
    for confirmed, said in ((None, "than when it was proposed: confirm"), (2, ", and 2 were confirmed: confirm")):
        with pytest.raises(PlanRefused, match=f"1 label of R-1 would be another today .*{said}") as refused:
            decide_reference_set(second, proposed, "approved", confirmed=confirmed)
        assert refused.value.code == "labels_changed"
    decide_reference_set(second, proposed, "approved", confirmed=1)
    assert AccessEvent.objects.get(verb="reference_set.labels_confirmed").details["labels"] == 1


def test_draws_that_were_not_kept_are_told(
    proposed: ReferenceSet, ada: User, second: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.change_plans.verify_set.verified_path", lambda image: None)
    decide_reference_set(ada, proposed, "withdrawn")
    made = propose_reference_set(ada, project, rule(seed=8), "another draw")
    assert drawn_before(made) == [proposed]
    decide_reference_set(second, made, "approved")
    assert drawn_before(propose_reference_set(ada, project, rule(), "fresh")) == []


def test_a_set_that_nobody_could_lock_is_not_proposed(ada: User, second: User, project: Project) -> None:
    User.objects.filter(pk=second.pk).update(is_active=False)
    with pytest.raises(PlanRefused, match="Nobody could approve this set: it asks for a manager or a second admin"):
        propose_reference_set(ada, project, rule(), "r")


def test_looks_are_counted_once_each(locked_set: ReferenceSet, ada: User) -> None:
    first = count_look(locked_set, ada, "rehearsal of demo-cxr 1.2.0", "a")
    again = count_look(locked_set, ada, "taken up again", "a")
    other = count_look(locked_set, None, "rehearsal of demo-cxr 1.3.0", "b")
    assert (first.number, again, other.number, locked_set.looks.count()) == (1, first, 2, 2)
    with pytest.raises(AppendOnlyViolation):
        first.save()


def test_a_row_changed_in_the_database_is_told_by_its_hash(
    locked_set: ReferenceSet, ada: User, second: User, project: Project
) -> None:
    later = propose_reference_set(ada, project, rule(), "r")
    row = later.images.all()[0]
    KeptQuerySet(ReferenceImage).filter(image=row.image).update(probability=0.5)
    with pytest.raises(PlanRefused, match=f"R-1 is not as it was proposed: its hash was {locked_set.hash[:12]}, what"):
        require_usable(locked_set)
    with pytest.raises(PlanRefused, match="R-2 is not as it was proposed"):
        decide_reference_set(second, later, "approved")


def test_nothing_is_measured_under_a_plan_changed_in_the_database(locked_set: ReferenceSet, plan: ChangePlan) -> None:
    require_usable(locked_set)
    KeptQuerySet(ChangePlan).filter(pk=plan.pk).update(body=plan.body | {"alpha": 0.2})
    with pytest.raises(PlanRefused, match=f"P-1 is not as it was proposed: its hash was {plan.hash[:12]}, what"):
        require_usable(locked_set)


def test_looks_go_on_when_the_same_images_are_locked_anew(
    locked_set: ReferenceSet, ada: User, second: User, project: Project
) -> None:
    """The identical rule and seed as R-2: of alpha nothing is given back."""
    for number in range(3):
        count_look(locked_set, ada, "rehearsal", str(number))
    again = propose_reference_set(ada, project, rule(), "r")
    assert [one.text for one in shared_with(again)] == ["6 of 6 images are of patients of R-1, looked at 3 times"]
    decide_reference_set(second, again, "approved")
    assert count_look(again, ada, "rehearsal", "a").number == 4
    assert count_look(locked_set, ada, "a late one", "b").number == 5
    assert count_look(again, ada, "rehearsal", "c").number == 6


def test_past_the_limit_the_same_patients_are_neither_drawn_nor_locked(
    locked_set: ReferenceSet, ada: User, second: User, project: Project, reader: User
) -> None:
    plan = propose_plan(ada, project, default_body(project) | {"most_looks": 2}, "r")
    decide_plan(second, plan, "approved")
    early = propose_reference_set(ada, project, rule(), "before the limit")
    for number in range(2):
        count_look(locked_set, ada, "rehearsal", str(number))
    with pytest.raises(PlanRefused, match="R-2: 6 of 6 images are of patients of R-1, looked at 2 times, and the plan"):
        decide_reference_set(second, early, "approved")
    with pytest.raises(PlanRefused, match=r"would be empty: .*; left out: 6 patients looked at as often as the plan"):
        propose_reference_set(ada, project, rule(), "r")
    fresh = {seen_first(reader, k < 1) for k in range(3)}
    made = propose_reference_set(ada, project, rule(), "fresh cases")
    decide_reference_set(second, made, "approved")
    assert {row.image for row in made.images.all()} == fresh
    assert (shared_with(made), count_look(made, ada, "rehearsal", "a").number) == ([], 1)


def test_labels_come_with_kind_and_weight(locked_set: ReferenceSet, project: Project, images: list[Image]) -> None:
    labels = reference_labels(locked_set)
    assert [(one.finding, one.kind, one.weight, one.is_rate) for one in labels] == [
        (OPACITY, "unaided", 20.0, True)
    ] * 6
    assert {one.image for one in labels if one.label == 1} == set(images[:2])
    assert reviewed_cases(project) == []  # every patient is inside


@pytest.mark.parametrize(
    ("kinds", "weights", "are_rates"),
    [(("unaided", "panel"), [20.0, 1.0], [True, False]), (("panel", "unaided"), [1.0, 20.0], [False, False])],
)
def test_each_finding_has_the_weight_of_its_own_label(
    kinds: tuple[str, str],
    weights: list[float],
    are_rates: list[bool],
    ada: User,
    project: Project,
    images: list[Image],
) -> None:
    """A panel settled one finding, and the other is what was said before the model, in either order."""
    labels = {
        key: Label(0, (), LabelKind(kind), 0 if kind == "unaided" else None, 0.05 if kind == "unaided" else None)
        for key, kind in zip((HEART, OPACITY), kinds, strict=True)
    }
    found: dict[Any, LabelledImage] = {}
    _add_said(
        found, Selection((ReviewedCase(images[0], labels, (), (), ()),), ()), [HEART, OPACITY], {"panel", "unaided"}
    )
    [own] = found.values()
    made = ReferenceSet.objects.create(
        project=project, version=1, rule=rule(findings=[HEART, OPACITY]), reason="r", sha256="", created_by=ada
    )
    documents = [label.document() for label in own.labels.values()]
    ReferenceImage.objects.create(
        reference_set=made, image=images[0], is_positive=False, probability=1.0, draw_probability=own.draw_probability,
        labels=documents,
    )  # fmt: skip
    told = reference_labels(made)
    assert ([one.weight for one in told], [one.is_rate for one in told]) == (weights, are_rates)
