"""What the API gives of plans and sets, to whom; and that nobody who still has to read learns a truth from it."""

from typing import Any

import pytest
from django.test import Client

from reader_study.models import Truth
from tests.reader_study.studies.study_factory import locked_study, make_study, opened
from tests.webapp.change_plans.conftest import OPACITY, rule
from tests.webapp.openapi_check import published
from tests.webapp.viewer.case_factory import make_image
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.change_plans.default_body import default_body
from webapp.change_plans.models import ChangePlan, ReferenceImage, ReferenceSet
from webapp.change_plans.propose_plan import plan_sha256
from webapp.change_plans.reference_sets import propose_reference_set
from webapp.change_plans.two_persons import PlanRefused
from webapp.reveal.canonical_json import sha256_of
from webapp.sentinel.models import SentinelDraw

pytestmark = pytest.mark.django_db
PLANS, SETS = "/api/projects/default/change-plans/", "/api/projects/default/reference-sets/"


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user: User, url: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = of(user).post(url, body, content_type="application/json")
    return answer.status_code, answer.json()


def test_a_plan_is_proposed_read_and_approved(ada: User, second: User, project: Project) -> None:
    defaults = of(ada).get(PLANS).json()["defaults"]
    assert defaults == default_body(project)
    status, made = post(ada, PLANS, reason="the first", body=defaults)
    assert (status, made["code"], made["is_in_force"], made["decision"]) == (201, "P-1", False, None)
    assert made["sha256"] == plan_sha256("default", 1, made["bundle_id"], made["body"])
    status, refused = post(ada, f"{PLANS}1/decision/", outcome="approved")
    assert (status, refused["code"]) == (403, "own_proposal")
    status, approved = post(second, f"{PLANS}1/decision/", outcome="approved", note="yes")
    assert (status, approved["is_in_force"], approved["decision"]["by"]) == (200, True, "omar")
    assert of(second).get(f"{PLANS}1/").json() == approved
    assert of(second).get(f"{PLANS}2/").status_code == 404


def test_a_wrong_body_is_answered_with_its_sentence(ada: User, second: User, project: Project) -> None:
    body = default_body(project)
    body["gates"][0]["margin"] = -0.05
    status, refused = post(ada, PLANS, reason="r", body=body)
    assert (status, refused["field"]) == (400, "body.gates[0].margin")
    assert "without a minus" in refused["text"]
    status, refused = post(ada, SETS, reason="r", rule=rule(origins=["aided"]))
    assert (status, refused["field"]) == (400, "rule.origins[0]")
    status, refused = post(second, PLANS, reason="r", body=default_body(project))
    assert (status, refused["text"]) == (403, "Only an admin may propose a change plan or a reference set.")


def test_a_set_is_proposed_and_its_export_gives_the_hash(
    ada: User, second: User, project: Project, images: list[Image]
) -> None:
    status, made = post(ada, SETS, reason="to measure by", rule=rule())
    assert (status, made["code"], made["image_count"], made["looks"]) == (201, "R-1", 6, 0)
    export = of(second).get(f"{SETS}1/").json()
    assert (export["withheld"], len(export["images"])) == (0, 6)
    assert export["sha256"] == sha256_of({name: export[name] for name in ("project", "version", "rule", "images")})
    status, declined = post(second, f"{SETS}1/decision/", outcome="declined", note="too few")
    assert (status, declined["decision"]["outcome"]) == (200, "declined")


def test_a_reader_is_told_nothing(plan: ChangePlan, proposed: ReferenceSet, reader: User) -> None:
    for url in (PLANS, f"{PLANS}1/", SETS, f"{SETS}1/"):
        answer = of(reader).get(url)
        assert (answer.status_code, set(answer.json())) == (403, {"code", "text", "field"})
        assert OPACITY not in answer.content.decode()
    for url in (PLANS, SETS, f"{PLANS}1/decision/", f"{SETS}1/decision/"):
        assert post(reader, url, outcome="approved")[0] == 403


def test_a_manager_who_reads_in_a_study_is_not_told_its_truths(
    ada: User, project: Project, images: list[Image]
) -> None:
    """Images of a locked-up set may be shown in a study later: whoever reads there gets the rest of the set alone. Where classes
    are drawn apart, the probability of an image is that of its class; the hash can be tried out; the rule gives a total."""
    propose_reference_set(ada, project, rule(images=4, positive_share=0.5), "to measure by")
    taken = {row.image for row in ReferenceImage.objects.all()}
    shown = [*images[:1], *[image for image in images[2:] if image in taken][:1]]
    made = make_study(images=shown)
    blind = made.readers[0]
    blind.role = User.Role.MANAGER
    blind.save()
    opened(made)
    export = of(blind).get(f"{SETS}1/").json()
    hidden = [one for one in export["images"] if one["labels"] is None]
    assert {one["image"] for one in hidden} == {str(image.pk) for image in shown}
    names = ("is_positive", "stratum", "probability", "draw_probability")
    assert {one[name] for one in hidden for name in names} == {None}
    assert {one["probability"] for one in export["images"]} == {None, 1.0, 0.5}
    [listed] = of(blind).get(SETS).json()["reference_sets"]
    for document in (export, listed):
        assert (document["withheld"], document["sha256"], document["rule"]) == (2, None, None)
        assert document["withheld_why"].startswith("withheld while a study that you read in is under way")
    whole = of(ada).get(f"{SETS}1/").json()
    assert (whole["shares_with"], whole["looks_so_far"], whole["drawn_before"], whole["changed_labels"]) == (
        [],
        0,
        [],
        0,
    )
    assert (whole["withheld"], whole["withheld_why"], len(whole["sha256"])) == (0, None, 64)


def test_who_still_owes_a_look_before_the_model_is_not_told(proposed: ReferenceSet, second: User, reader: User) -> None:
    """A drawn image whose truth is known otherwise: nobody's look has ended, and the manager may still give one."""
    waiting = make_image()
    SentinelDraw.objects.create(image=waiting, probability=0.05, is_drawn=True)
    row = proposed.images.all()[0]
    copied = {name: getattr(row, name) for name in ("reference_set", "is_positive", "probability", "labels")}
    ReferenceImage(image=waiting, stored_sha256=waiting.stored_sha256, **copied).save()
    told = {one["image"]: one["labels"] for one in of(second).get(f"{SETS}1/").json()["images"]}
    assert (told[str(waiting.pk)], told[str(row.image_id)]) == (None, row.labels)


def test_panel_truth_of_a_locked_study_is_taken_in_by_who_may_see_it(ada: User, project: Project) -> None:
    """As the training set's rules allow: a stranger to the study has no sight of its truth, and nobody before the lock."""
    made = locked_study(opened(make_study(cases=4)))
    made.manager.role = User.Role.ADMIN
    made.manager.save()
    Truth.objects.filter(case__study=made.study).update(source=Truth.Source.PANEL)
    asked = rule(origins=["panel"])
    with pytest.raises(PlanRefused, match="the set would be empty"):
        propose_reference_set(ada, project, asked, "r")
    found = propose_reference_set(made.manager, project, asked, "r")
    labels = [label for row in found.images.all() for label in row.labels]
    assert {(one["kind"], one["source"]) for one in labels} == {("panel", "panel of a locked study")}
    assert sorted(one["value"] for one in labels) == [0, 0, 1, 1]
    assert {row.draw_probability for row in found.images.all()} == {None}


def test_imported_truth_of_a_study_is_not_taken_in(project: Project) -> None:
    made = locked_study(opened(make_study(cases=4)))
    made.manager.role = User.Role.ADMIN
    made.manager.save()
    with pytest.raises(PlanRefused, match="the set would be empty"):
        propose_reference_set(made.manager, project, rule(origins=["panel", "unaided"]), "r")


def test_the_schema_describes_what_is_sent(ada: User) -> None:
    bodies = published()["components"]["schemas"]
    assert set(bodies["PlanBody"]["properties"]) >= {"gates", "alpha", "primary_finding", "stop_rules"}
    assert bodies["ReferenceRule"]["properties"]["origins"]["items"]["enum"] == ["panel", "unaided", "drawn"]
