"""The pages of rehearsals: who sees them, what they say, and what leaves."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.test import Client

from tests.webapp.rehearsals.conftest import GATES, POSITIVES, in_force, run_all
from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.accounts.policy import Refusal
from webapp.archive.models import Image, Project
from webapp.change_plans.models import ReferenceSet
from webapp.deployments.models import DeployedBundle
from webapp.rehearsals.ask import ask_rehearsal
from webapp.rehearsals.models import MissTick, Rehearsal

pytestmark = pytest.mark.django_db
HERE = "/models/rehearsals/"


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def done(
    ada: User, second: User, project: Project, reference: ReferenceSet, make_candidate: Callable[..., DeployedBundle]
) -> Rehearsal:
    """With new false negatives, a failed gate and one of too few cases."""
    gates = ({"key": "sensitivity", "margin": 0.05}, {"key": "specificity", "margin": 0.05})
    in_force(ada, second, project, *GATES, *gates, subgroups=["sex"])
    row = ask_rehearsal(ada, project, make_candidate(threshold=0.99))
    run_all()
    return row


def test_only_admins_ask_and_managers_see(
    ada: User, second: User, reader: User, project: Project, done: Rehearsal, candidate: DeployedBundle
) -> None:
    asked = {"project": project.slug, "candidate": candidate.pk}
    image = done.outputs.first().image_id
    ticked = {"image": image, "finding": "lung_opacity", "reason": "x"}
    for person, see, ask in ((ada, 200, 302), (second, 200, 403), (reader, 403, 403)):
        client = client_of(person)
        pages = [client.get(f"{HERE}{rest}").status_code for rest in ("", "1/", "1/export/", "1/export/?as=csv")]
        assert pages == [see] * 4
        assert client.post(f"{HERE}ask/", asked).status_code == ask
        assert b"Rehearse a candidate" in client.get(HERE).content if ask == 302 else True
    assert client_of(reader).post(f"{HERE}1/tick/", ticked).status_code == 403
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
    assert "not enough cases: " in page
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


def test_a_study_hides_its_images_here_too(
    second: User, done: Rehearsal, images: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = Refusal("embargo", "A study hides it.")
    monkeypatch.setattr(policy, "_embargo", lambda user, image: hidden if image.pk == images[0].pk else None)
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
