"""From the labels to the derived bundle: who may ask, what is refused with which number, what the bundle inherits and is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from inference.bundle import Bundle
from reader_study.patient_key import patient_key
from tests.webapp.change_plans.conftest import OPACITY, say_first
from tests.webapp.viewer.case_factory import make_image, make_user
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent
from webapp.change_plans.default_body import default_body
from webapp.change_plans.propose_plan import decide_plan, propose_plan
from webapp.deployments.manifest_rows import finding_rows
from webapp.deployments.models import BundleOwner, DeployedBundle
from webapp.deployments.services import GateRefused, activate
from webapp.predictions.bundle_store import bundle_path
from webapp.retraining import trained_on
from webapp.retraining.trained_on import Taught, trained_images, trained_patients
from webapp.sentinel.models import SentinelDraw
from webapp.site_calibration import turn
from webapp.site_calibration.ask import CalibrationRefused, ask_calibration
from webapp.site_calibration.models import SiteCalibration, SiteCalibrationEnd
from webapp.site_calibration.site_labels import site_labels
from webapp.work.models import Job

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/models/site-calibration/"
Turns = Callable[[], list[Any]]


def sign_in(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def base_of(project: Project) -> DeployedBundle:
    return DeployedBundle.objects.get(pk=project.active_bundle)


def text(person: User, address: str) -> str:
    answer = sign_in(Client(), person).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_with_too_few_labels_the_page_and_the_refusal_name_the_number_still_needed(
    project: Project, ada: User, images: list[Image]
) -> None:
    said = "38 more positives and 22 more negatives needed: 50 of either at least"
    page = text(ada, PAGE)
    assert said in page
    assert "Lung opacity" in page
    assert "ask-site-calibration" not in page
    with pytest.raises(CalibrationRefused, match=f"Lung opacity: {said}"):
        ask_calibration(ada, project, project.active_bundle)
    assert not Job.objects.filter(kind="site_calibrate").exists()


def test_the_derived_bundle_is_registered_owned_and_waits_for_its_rehearsal(
    few_are_enough: None, project: Project, ada: User, second: User, images: list[Image], all_turns: Turns
) -> None:
    before, base = project.active_bundle, base_of(project)
    row = ask_calibration(ada, project, base.pk)
    assert set(all_turns()) == {"succeeded"}
    end = SiteCalibrationEnd.objects.get(calibration=row)
    assert end.report[OPACITY]["code"] == "", end.report[OPACITY]["text"]
    assert end.report[OPACITY]["gain"][1] > 0
    assert {own["code"] for key, own in end.report.items() if key != OPACITY} == {"too_few"}
    made = end.bundle
    assert made is not None
    assert (made.name, BundleOwner.objects.get(bundle=made).person) == ("tiny-cxr-site1", ada)
    derived, old = Bundle.load(bundle_path(made.pk)), Bundle.load(bundle_path(base.pk))
    assert derived.manifest["findings"][1:] == old.manifest["findings"][1:]
    assert derived.contents.findings[0].calibrator.parameters != old.contents.findings[0].calibrator.parameters
    assert derived.manifest["evidence"]["site_calibration"]["base"] == base.pk
    assert derived.manifest["evidence"]["site_calibrated"] == {OPACITY: "C-1"}
    assert finding_rows(made.manifest)[0].calibrated_on == "40 images of one site (C-1), 12 with the finding"
    assert "keeps its calibrator" in made.card
    assert Project.default().active_bundle == before
    assert list(AccessEvent.objects.filter(verb__startswith="site_calibration").values_list("verb", flat=True)) == [
        "site_calibration.ask", "site_calibration.finished",
    ]  # fmt: skip
    page = text(second, f"{PAGE}1/")
    assert "1 of 3 findings refitted" in page
    assert "keeps its calibrator: 40 more positives" not in page  # the test's own least number
    assert "The 40 patients whose labels were used are no test of it" in page
    decide_plan(second, propose_plan(ada, project, default_body(project), "the first"), "approved")
    with pytest.raises(GateRefused, match="It was not rehearsed"):
        activate(made, ada)


def test_patients_used_are_no_test_of_it_nor_those_of_its_base(
    few_are_enough: None,
    project: Project,
    ada: User,
    images: list[Image],
    all_turns: Turns,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = make_image(patient_id="OF-THE-BASE")
    base_id = project.active_bundle
    taught = {base_id: Taught(frozenset([patient_key(other)]))}
    monkeypatch.setattr(trained_on, "teachers", [*trained_on.teachers, taught.get])
    ask_calibration(ada, project, base_id)
    all_turns()
    made = SiteCalibrationEnd.objects.get().bundle
    assert made is not None
    assert trained_patients(made.pk) == {patient_key(image) for image in [*images, other]}
    assert trained_images(made.pk, Image.objects.all()) == {image.pk for image in [*images, other]}
    # Its last turn was cancelled when the bundle was registered already: it has learnt from them all the same.
    SiteCalibrationEnd.objects.all()._raw_delete("default")
    assert trained_images(made.pk, Image.objects.all()) == {image.pk for image in [*images, other]}


def test_labels_are_those_of_the_moment_of_asking_and_a_killed_turn_repeats_none(
    few_are_enough: None,
    project: Project,
    ada: User,
    reader: User,
    images: list[Image],
    all_turns: Turns,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turn, "TURN_SECONDS", -1.0)  # one image a turn
    row = ask_calibration(ada, project, project.active_bundle)
    late = make_image(patient_id="LATE")
    SentinelDraw.objects.create(image=late, probability=0.05, is_drawn=True)
    say_first(reader, late, True)
    states = all_turns()
    assert len(states) == len(images) + 1
    assert row.scores.count() == len(images)  # type: ignore[attr-defined]
    assert SiteCalibrationEnd.objects.count() == 1
    assert len(SiteCalibration.objects.get().labels) == 3 * len(images)


def test_only_answers_before_the_model_with_a_known_chance_are_taken(
    project: Project, ada: User, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    base, keys = project.active_bundle, [OPACITY]
    found = site_labels(ada, project, base, keys)
    assert len(found.labels) == 40
    assert {label.weight for label in found.labels} == {20.0}
    taught = {base: Taught(frozenset([patient_key(images[0])]))}
    monkeypatch.setattr(trained_on, "teachers", [taught.get])
    less = site_labels(ada, project, base, keys)
    assert (len(less.labels), less.left_out) == (39, {"taught_the_base": 1})
    rest = [image for image in images if image != images[0]]
    monkeypatch.setattr("webapp.site_calibration.site_labels.kept_back_of", lambda project: {rest[0].pk: object()})
    assert site_labels(ada, project, base, keys).left_out == {"taught_the_base": 1, "kept_back": 1}


def test_admins_ask_managers_look_on_and_others_learn_nothing(
    few_are_enough: None, project: Project, ada: User, second: User, reader: User, images: list[Image]
) -> None:
    form = {"base": project.active_bundle}
    for person, sees, asks in ((reader, 403, 403), (second, 200, 403), (ada, 200, 302)):
        client = sign_in(Client(), person)
        assert client.get(PAGE).status_code == sees
        assert client.post(f"{PAGE}ask/", form).status_code == asks
        assert client.get(f"{PAGE}1/").status_code == (sees if person != second else 404)
        assert ("desk-site-calibration" in client.get("/models/").content.decode()) == (sees == 200)
    with pytest.raises(CalibrationRefused, match="C-1 refits tiny-cxr"):
        ask_calibration(ada, project, project.active_bundle)
    with pytest.raises(CalibrationRefused, match="is no registered bundle"):
        ask_calibration(ada, project, "0" * 64)
    base = base_of(project)
    base.manifest["task"] = "single"
    base.save()
    with pytest.raises(CalibrationRefused, match="gives one answer per image"):
        ask_calibration(make_user("zoe", "admin"), project, base.pk)
