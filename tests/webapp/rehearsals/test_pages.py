"""The pages of rehearsals: who sees them, what they say, and what leaves."""

import csv
import io
import json
import re
from collections.abc import Callable

import numpy as np
import pytest
from django.test import Client

from inference.dicom.display import DisplayFrame
from tests.inference.tiny_bundle import SIZE
from tests.webapp.rehearsals.conftest import GATES, POSITIVES, in_force, run_all
from tests.webapp.viewer.case_factory import make_image
from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent
from webapp.change_plans.models import ReferenceSet
from webapp.deployments.models import DeployedBundle
from webapp.rehearsals.ask import ask_rehearsal
from webapp.rehearsals.models import CaseOutput, MissTick, Rehearsal
from webapp.rehearsals.replay_report import replay_report
from webapp.rehearsals.replay_rows import replay_context
from webapp.rehearsals.verdict_rows import folded, is_folded
from webapp.withholding.steps import withhold

pytestmark = pytest.mark.django_db
HERE = "/models/rehearsals/"


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def done(
    ada: User,
    second: User,
    project: Project,
    reference: ReferenceSet,
    make_candidate: Callable[..., DeployedBundle],
    monkeypatch: pytest.MonkeyPatch,
) -> Rehearsal:
    """With new false negatives, a failed gate and one of too few cases."""
    gates = ({"key": "sensitivity", "margin": 0.05}, {"key": "specificity", "margin": 0.05})
    in_force(ada, second, project, *GATES, *gates, subgroups=["sex"])
    row = ask_rehearsal(ada, project, make_candidate(threshold=0.99))
    run_all()
    gray = np.full((SIZE, SIZE), 30000, np.uint16)
    monkeypatch.setattr("webapp.rehearsals.miss_pages.frames.display", lambda image: DisplayFrame(gray, {}))  # type: ignore[typeddict-item]
    return row


def test_only_admins_ask_and_managers_see(
    ada: User, second: User, reader: User, project: Project, done: Rehearsal, candidate: DeployedBundle
) -> None:
    asked = {"project": project.slug, "candidate": candidate.pk}
    image = done.verdict.report["misses"][0]["image"]
    ticked = {"image": image, "finding": "lung_opacity", "reason": "x"}
    for person, see, ask in ((ada, 200, 302), (second, 200, 403), (reader, 403, 403)):
        client = client_of(person)
        miss = f"1/misses/{image}/lung_opacity/"
        rests = ("", "1/", "1/export/", "1/export/?as=csv", miss, f"{miss}candidate.png", f"{miss}in-service.png")
        assert [client.get(f"{HERE}{rest}").status_code for rest in rests] == [see] * len(rests)
        assert client.post(f"{HERE}ask/", asked).status_code == ask
        assert b"Rehearse a candidate" in client.get(HERE).content if ask == 302 else True
    assert client_of(reader).post(f"{HERE}1/tick/", ticked).status_code == 403
    assert client_of(reader).post(f"{HERE}1/retry/").status_code == 403
    assert not MissTick.objects.exists()
    assert client_of(ada).get(f"{HERE}99/").status_code == 404


def test_a_reader_learns_nothing_on_the_page_of_models(reader: User, second: User, done: Rehearsal) -> None:
    assert "desk-rehearsals" not in client_of(reader).get("/models/").content.decode()
    assert "desk-rehearsals" in client_of(second).get("/models/").content.decode()


def test_the_page_says_gate_margin_interval_n_and_verdict(ada: User, done: Rehearsal, images: list[Image]) -> None:
    page = client_of(ada).get(f"{HERE}1/").content.decode()
    assert "Not passed" in page
    assert "at least -0.05" in page
    assert "-1.000 (-1.000 … -0.790" in page
    assert "Specificity at the operating point, not worse · Lung opacity" in page, "it stays in sight"
    assert "not enough cases: " in page
    assert "lung_opacity" not in re.sub(r'(value|href|src)="[^"]*"', "", page)
    assert page.count("<circle") > 10, "reliability and intervals are drawn"
    assert "Look 1 at this reference set of at most 10: intervals are those of 80 %" in page
    assert f"{POSITIVES} wait for a named person" in page
    assert images[0].code in page
    assert "these are figures of this set" not in page
    assert not any(word in page for word in ("DOE", "004-0"))


def test_while_it_runs_the_page_says_how_far_it_is(
    ada: User, second: User, project: Project, reference: ReferenceSet, candidate: DeployedBundle
) -> None:
    in_force(ada, second, project)
    ask_rehearsal(ada, project, candidate)
    page = client_of(ada).get(f"{HERE}1/").content.decode()
    assert "Queued" in page
    assert f"0 of {4 * POSITIVES}" in page
    assert "0 of" in client_of(ada).get("/models/").content.decode()


def test_a_tick_carries_name_and_reason(second: User, done: Rehearsal, images: list[Image]) -> None:
    client = client_of(second)
    sent = {"image": str(images[0].pk), "finding": "lung_opacity", "reason": "seen on the lateral"}
    assert client.post(f"{HERE}1/tick/", sent).status_code == 302
    page = client.get(f"{HERE}1/").content.decode()
    assert "omar on" in page
    assert "seen on the lateral" in page
    assert f"{POSITIVES - 1} wait for a named person" in page


def test_misses_are_shown_and_ticked_while_scores_are_withheld(
    second: User, done: Rehearsal, images: list[Image], project: Project
) -> None:
    client = client_of(second)
    shown = client.get(f"{HERE}1/").content.decode()
    assert images[0].code in shown
    withhold(project, "S2", "P-1", "refused too often")
    assert client.get(f"/api/images/{images[0].pk}/predictions/").status_code == 403
    assert client.get(f"{HERE}1/misses/{images[0].pk}/lung_opacity/").status_code == 200
    sent = {"image": str(images[0].pk), "finding": "lung_opacity", "reason": "seen on the lateral"}
    assert client.post(f"{HERE}1/tick/", sent).status_code == 302
    page = client.get(f"{HERE}1/").content.decode()
    assert f"{POSITIVES - 1} wait for a named person" in page
    assert images[0].code in page
    assert "hides from you" not in page


def test_a_study_hides_its_images_here_too(
    second: User, done: Rehearsal, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = Refusal("embargo", "A study hides it.")
    monkeypatch.setattr(policy, "_embargo", lambda user, image, *_: hidden if image.pk == images[0].pk else None)
    miss = f"{HERE}1/misses/{images[0].pk}/lung_opacity/"
    assert [client_of(second).get(f"{miss}{rest}").status_code for rest in ("", "candidate.png")] == [403, 403]
    page = client_of(second).get(f"{HERE}1/").content.decode()
    assert images[0].code not in page
    assert str(images[0].pk) not in page
    assert images[1].code in page
    assert "1 of images that a reader study hides from you" in page


def test_the_exports_name_plan_set_and_bundles_and_no_image(ada: User, done: Rehearsal, images: list[Image]) -> None:
    client: Client = client_of(ada)
    document = json.loads(client.get(f"{HERE}1/export/").content)
    assert document["plan"]["sha256"] == done.plan_sha256
    assert document["reference_set"]["sha256"] == done.reference_sha256
    assert (document["candidate"], document["in_service"]) == (done.candidate_id, done.in_service_id)
    assert (document["passed"], document["look"], document["new_false_negatives"]) == (False, 1, POSITIVES)
    assert not any(str(image.pk) in json.dumps(document) for image in images)
    rows = list(csv.DictReader(io.StringIO(client.get(f"{HERE}1/export/?as=csv").content.decode())))
    assert [row["kind"] for row in rows] == ["auc", "memory", "sensitivity", "specificity"]
    assert rows[2]["verdict"] == "failed"
    assert float(rows[2]["value"].lstrip("'")) == -1


def test_a_miss_shows_the_maps_of_both_models_side_by_side(second: User, done: Rehearsal, images: list[Image]) -> None:
    client = client_of(second)
    address = f"{HERE}1/misses/{images[0].pk}/lung_opacity/"
    page = client.get(address).content.decode()
    assert "Lung opacity, missed newly" in page
    for model in ("in-service", "candidate"):
        assert f'src="{address}{model}.png"' in page
        picture = client.get(f"{address}{model}.png")
        assert (picture["Content-Type"], picture["Cache-Control"]) == ("image/png", "no-store")
        assert picture.content.startswith(b"\x89PNG")
    assert client.get(f"{address}other.png").status_code == 404
    assert client.get(f"{HERE}1/misses/{images[-1].pk}/lung_opacity/").status_code == 404  # no miss
    assert AccessEvent.objects.filter(verb="see_rehearsal_map", actor=second).count() == 2


def test_reviewed_cases_are_told_only_to_whom_nothing_hides_one(
    ada: User, second: User, done: Rehearsal, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report of the replay, made up for one more image, which a study then hides from the manager."""
    case = make_image()
    label = {"finding": "lung_opacity", "value": 1, "kind": "unaided", "weight": 1.0}
    done.replayed.create(image=case, stored_sha256=case.stored_sha256, labels=[label])
    outputs = [
        CaseOutput(rehearsal=done, image=case, bundle_id=one, is_refused=False, seconds=1) for one in done.bundles
    ]
    for output, flagged in zip(outputs, (False, True), strict=True):
        output.findings = {"lung_opacity": {"probability": 0.9, "flagged": flagged, "pointed": None}}
        output.save()
    done.replays.create(round=1, report=replay_report(done))
    done.retries.create()
    page = client_of(second).get(f"{HERE}1/").content.decode()
    assert "1 of 1 images answered by both models" in page
    assert "before the model" in page
    assert (
        json.loads(client_of(second).get(f"{HERE}1/export/").content)["reviewed_cases"]["changes"]["fresh"]["fixed"]
        == 1
    )
    monkeypatch.setattr("webapp.rehearsals.rows.not_under_embargo", lambda rows, person, path, **which: rows.none())
    page = client_of(second).get(f"{HERE}1/").content.decode()
    assert "1 of the images are hidden from you" in page
    assert 'data-testid="replay-count"' not in page
    assert replay_context(done, second)["report"] is None
    assert json.loads(client_of(second).get(f"{HERE}1/export/").content)["reviewed_cases"] is None


def test_learning_loss_and_the_missing_refit_are_told_with_n_and_interval(ada: User, done: Rehearsal) -> None:
    page = client_of(ada).get(HERE).content.decode()
    table = page[page.index('data-testid="learning"') :]
    assert "no case" in table  # the model in service has no failure here
    assert f'0.500 (0.326 … 0.674) <span class="muted">n {2 * POSITIVES}</span>' in table
    assert "no refit to compare with" in table


def test_gates_of_too_few_cases_are_folded_by_kind_with_the_most_that_is_needed() -> None:
    gates = [
        {"verdict": "not_enough_cases", "kind": "auc", "needed": needed, "drawing": None}
        for needed in (120, 3400, None)
    ]
    [group] = folded([*gates, {"verdict": "passed", "kind": "auc", "needed": None, "drawing": None}])
    assert (group["title"], group["count"]) == ("AUC, not worse", 3)
    assert group["words"] == "up to 3,400 cases needed; of 1 too few to say"
    assert [is_folded(gate) for gate in gates] == [True] * 3
    assert not is_folded({"verdict": "not_enough_cases", "kind": "sensitivity", "drawing": {"low": 1}})
