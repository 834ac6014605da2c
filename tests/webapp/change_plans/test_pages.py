"""Pages of plans and sets: who sees them, what they tell, and forms that keep what was typed."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from tests.reader_study.studies.study_factory import make_study, opened
from tests.webapp.change_plans.conftest import rule, say_first, seen_first
from tests.webapp.viewer.case_factory import make_user
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.change_plans.plan_form import plan_form, typed_body
from webapp.change_plans.propose_plan import plan_in_force
from webapp.change_plans.reference_sets import (
    count_look,
    decide_reference_set,
    propose_reference_set,
    reference_set_in_force,
)
from webapp.predictions.bundle_store import findings_in_service

pytestmark = pytest.mark.django_db
PLANS, SETS = "/models/plans/", "/models/reference-sets/"


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form_of(project: Project, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a browser sends of the form that the page draws for this body."""
    drawn = plan_form(body, findings_in_service(project))
    sent: dict[str, Any] = {
        name: [one["key"] for one in drawn[field] if one["is_on"]]
        for name, field in (
            ("may_change", "changes"),
            ("findings", "findings"),
            ("subgroups", "subgroups"),
            ("approvers", "approvers"),
        )
    }
    for gate in body["gates"]:
        key, by_subgroup = gate["key"], gate["subgroup_margin"]
        sent |= {f"gate-{key}": "on", f"margin-{key}": gate["margin"], f"subgroup-{key}": by_subgroup or ""}
    for one in body["stop_rules"]:
        key = one["signal"]
        sent |= {f"rule-{key}": "on", f"limit-{key}": one["limit"], f"least-{key}": one["least_n"]}
        sent[f"action-{key}"] = one["action"]
    sent |= {f"least_{name}": value for name, value in body["least"].items()}
    sent |= {name: "" if value is None else value for name, value in (body["silent_trial"] or {}).items()}
    sent |= {name: body[name] for name in ("primary_finding", "alpha", "power", "most_looks")}
    return sent | {"reason": "as the house does it"} | more


def test_the_form_makes_the_body_that_it_was_drawn_from(ada: User, plan: ChangePlan, project: Project) -> None:
    typed = QueryDict(mutable=True)
    for name, value in form_of(project, plan.body).items():
        typed.setlist(name, value if isinstance(value, list) else [str(value)])
    assert typed_body(typed) == plan.body


def test_a_plan_is_proposed_from_the_form_and_approved_on_its_page(ada: User, second: User, project: Project) -> None:
    new = of(ada).get(f"{PLANS}default/new/")
    body = new.context["body"]
    answer = of(ada).post(f"{PLANS}default/new/", form_of(project, body, alpha="0,02"))
    assert (answer.status_code, answer.url) == (302, f"{PLANS}default/1/")
    page = of(second).get(answer.url).content.decode()
    assert "waits for a second person" in page
    assert 'href="/models/stop-rules/"' in page
    assert 'data-testid="withdraw"' not in page
    own = of(ada).get(answer.url).content.decode()
    assert 'data-testid="withdraw"' in own
    assert 'data-testid="approve"' not in own
    of(second).post(f"{answer.url}decide/", {"outcome": "approved", "note": "agreed"})
    found = plan_in_force(project)
    assert found is not None
    assert found.body["alpha"] == 0.02
    page = of(second).get(answer.url).content.decode()
    assert "by omar: agreed" in page
    assert found.hash in page


def test_a_refused_form_keeps_what_was_typed(ada: User, project: Project) -> None:
    body = of(ada).get(f"{PLANS}default/new/").context["body"]
    sent = form_of(project, body, **{"margin-auc": "-0.05", "least_positives": "many"})
    answer = of(ada).post(f"{PLANS}default/new/", sent)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "margin of gate auc -0.05 is not above 0 and at most 0.1" in page
    assert 'name="margin-auc"' in page
    assert 'value="-0.05"' in page
    assert 'value="many"' in page
    assert not ChangePlan.objects.exists()


def test_a_set_is_drawn_from_the_form_and_its_page_gives_figures_alone(
    ada: User, second: User, project: Project, images: list[Image]
) -> None:
    sent = {
        "findings": ["lung_opacity"], "origins": ["panel", "unaided"], "images": "4", "positive_percent": "50", "seed": "7",
        "least_positives": "2", "least_negatives": "2", "reason": "to measure by", "strata": ["sex"],
    }  # fmt: skip
    refused = of(ada).post(f"{SETS}default/new/", sent | {"least_positives": "3"})
    assert refused.status_code == 400
    assert "the set would have 2 positives of lung_opacity, and the rule asks for 3" in refused.content.decode()
    answer = of(ada).post(f"{SETS}default/new/", sent)
    assert (answer.status_code, answer.url) == (302, f"{SETS}default/1/")
    page = of(second).get(answer.url).content.decode()
    for words in ("Enriched: its figures are no rates without the weights", "4 images", "before the model", "female"):
        assert words in page
    assert not [image for image in images if image.code in page or str(image.pk) in page or image.patient_id in page]
    figures = of(second).get(answer.url).context["figures"]
    assert [(row.positives, row.negatives) for row in figures.findings] == [(2, 2)]
    assert dict(figures.by)["Sex"] == [("female", 2, 2)]


def test_a_manager_who_reads_in_a_study_cannot_subtract(
    proposed: ReferenceSet, images: list[Image], second: User
) -> None:
    made = make_study(images=images[:1])
    blind = made.readers[0]
    blind.role = User.Role.MANAGER
    blind.save()
    opened(made)
    answer = of(blind).get(f"{SETS}default/1/")
    page, figures = answer.content.decode(), answer.context["figures"]
    assert "1 withheld while a study that you read in is under way" in page
    assert (figures.images, figures.withheld, figures.findings, figures.by) == (5, 1, [], [])
    for words in ('data-testid="classes"', "Subgroups", "Least with", "Images asked for", proposed.hash[:12]):
        assert words not in page
        assert words in of(second).get(f"{SETS}default/1/").content.decode()
    for address in (SETS, "/models/"):
        assert proposed.hash[:12] not in of(blind).get(address).content.decode()


def test_the_page_counts_looks_and_asks_for_fresh_cases_at_the_limit(
    locked_set: ReferenceSet, plan: ChangePlan, second: User
) -> None:
    for number in range(10):
        count_look(locked_set, second, "rehearsal", str(number))
    page = of(second).get(f"{SETS}default/1/").content.decode()
    assert "10 of at most 10 (P-1)" in page
    assert "Fresh cases are due" in page


def test_the_page_names_images_that_changed_and_says_when_labels_would_differ(
    locked_set: ReferenceSet, images: list[Image], second: User
) -> None:
    Image.objects.filter(pk=images[0].pk).update(stored_sha256="c" * 64)
    page = of(second).get(f"{SETS}default/1/").content.decode()
    assert f"image {images[0].code} has another stored file than when it was chosen" in page
    assert 'data-testid="changed-labels"' not in page


def test_beside_lock_stand_who_may_changed_labels_and_draws_that_were_not_kept(
    proposed: ReferenceSet, images: list[Image], ada: User, second: User, project: Project
) -> None:
    decide_reference_set(ada, proposed, "withdrawn")
    propose_reference_set(ada, project, rule(seed=8), "another draw")
    say_first(make_user("another"), images[5], opacity=True)
    page = of(second).get(f"{SETS}default/2/").content.decode()
    assert "It can be locked by omar (manager)." in page
    assert "R-1</a>, seed" in page
    assert "Lung opacity: 1 absent → not settled any more" in page
    assert 'name="confirmed" value="1" required' in page
    assert "lung_opacity" not in page
    of(second).post(f"{SETS}default/2/decide/", {"outcome": "approved"})
    assert reference_set_in_force(project) is None


@pytest.mark.parametrize(
    "address", [PLANS, f"{PLANS}default/1/", f"{PLANS}default/new/", SETS, f"{SETS}default/1/", f"{SETS}default/new/"]
)
def test_readers_see_none_of_it(address: str, plan: ChangePlan, locked_set: ReferenceSet, reader: User) -> None:
    assert of(reader).get(address).status_code == 403
    assert of(reader).post(address, {"reason": "r"}).status_code in (403, 405)


@pytest.mark.parametrize("address", [f"{PLANS}default/1/decide/", f"{SETS}default/1/decide/"])
def test_readers_decide_nothing(address: str, plan: ChangePlan, proposed: ReferenceSet, reader: User) -> None:
    assert of(reader).post(address, {"outcome": "approved"}).status_code == 403
    assert reference_set_in_force(Project.default()) is None


def test_a_manager_reads_and_proposes_nothing(second: User, plan: ChangePlan) -> None:
    assert of(second).get(f"{PLANS}default/new/").status_code == 403
    assert of(second).get(f"{SETS}default/new/").status_code == 403
    assert "new-plan" not in of(second).get(PLANS).content.decode()


def test_the_desk_tells_what_is_in_force_and_what_waits(
    plan: ChangePlan, proposed: ReferenceSet, ada: User, second: User, reader: User
) -> None:
    desk = of(second).get("/models/").content.decode()
    assert "approved by omar" in desk
    assert "none locked" in desk
    assert "for you or another second person" in desk
    assert "for a second person" in of(ada).get("/models/").content.decode()
    assert "desk-plans" not in of(reader).get("/models/").content.decode()


def test_a_page_of_a_set_says_when_nobody_knows_how_images_were_chosen(
    second: User, proposed: ReferenceSet, reader: User
) -> None:
    row = proposed.images.all()[0]
    copied = {name: getattr(row, name) for name in ("reference_set", "is_positive", "probability", "labels")}
    image = seen_first(make_user("other"), True)
    type(row)(image=image, stored_sha256="b" * 64, draw_probability=None, **copied).save()
    page = of(second).get(f"{SETS}default/1/").content.decode()
    assert "Of 1 of 7 images nobody knows with which chance they were chosen" in page
