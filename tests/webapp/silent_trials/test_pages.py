"""The pages of silent trials: who sees them, what they say before and after the end, and what leaves."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.test import Client

from tests.webapp.silent_trials.conftest import IMAGES, again, work
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.change_plans.models import ChangePlan
from webapp.deployments.models import DeployedBundle
from webapp.silent_trials.models import SilentTrial
from webapp.silent_trials.report import write_reports

pytestmark = pytest.mark.django_db
HERE = "/models/silent/"


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_only_admins_start_and_end_and_managers_see(
    ada: User, second: User, reader: User, project: Project, trial: SilentTrial, candidate: DeployedBundle
) -> None:
    asked = {"project": project.slug, "candidate": candidate.pk}
    for person, see in ((ada, 200), (second, 200), (reader, 403)):
        client = client_of(person)
        pages = [client.get(f"{HERE}{rest}").status_code for rest in ("", "1/", "1/export/", "1/export/?as=csv")]
        assert pages == [see] * 4
        assert ("desk-silent" in client.get("/models/").content.decode()) == (see == 200)
    for person in (second, reader):
        client = client_of(person)
        sent = [client.post(f"{HERE}start/", asked), client.post(f"{HERE}1/end/", {"reason": "because"})]
        assert [answer.status_code for answer in sent] == [403, 403]
    assert not hasattr(again(trial), "end")
    admin = client_of(ada)
    assert "one at a time" in admin.post(f"{HERE}start/", asked, follow=True).content.decode()
    admin.post(f"{HERE}1/end/", {"reason": " "})
    assert not hasattr(again(trial), "end")
    page = admin.post(f"{HERE}1/end/", {"reason": "the ward moved"}, follow=True).content.decode()
    assert "Ended by ada: the ward moved" in page
    assert client_of(ada).get(f"{HERE}99/").status_code == 404


def test_before_the_end_counts_refusals_and_speed_and_after_it_the_figures(
    ada: User, trial: SilentTrial, arrive: Callable[..., Image]
) -> None:
    client = client_of(ada)
    arrive()
    work()
    page = client.get(f"{HERE}1/").content.decode()
    assert "It waits for 3 images. Days left: 10." in page
    assert "shown to nobody before the trial ends" in page
    assert "Same call" not in page
    assert json.loads(client.get(f"{HERE}1/export/").content)["report"] is None
    assert client.get(f"{HERE}1/export/?as=csv").content.decode().count("\n") == 1
    for _ in range(IMAGES - 1):
        arrive()
    work()
    assert "A worker computes the figures" in client.get(f"{HERE}1/").content.decode()
    write_reports()
    page = client.get(f"{HERE}1/").content.decode()
    assert "Same call" in page
    assert "1.000 (0.510 … 1.000)" in page
    assert "No unaided label came in." in page
    assert "4 images came, as many as P-1 asks for." in page
    document = json.loads(client.get(f"{HERE}1/export/").content)
    assert document["report"]["findings"]["lung_opacity"]["n"] == IMAGES
    rows = list(csv.DictReader(io.StringIO(client.get(f"{HERE}1/export/?as=csv").content.decode())))
    named = {"same", "flagged_newly", "cleared_newly", "sensitivity", "specificity", "accuracy", "refused"}
    assert {row["figure"] for row in rows} == {*named, "run_seconds_median", "run_seconds_p95"}
    same = next(row for row in rows if row["figure"] == "same" and not row["slice"])
    assert (same["count"], same["value"], same["n"]) == ("4", "1", "4")
    assert not any(word in page + json.dumps(document) for word in ("DOE", "004-0"))


def test_the_form_of_plans_may_leave_the_trial_out(ada: User, project: Project, plan: ChangePlan) -> None:
    assert "until 4 new images have come" in client_of(ada).get(f"/models/plans/{project.slug}/1/").content.decode()
