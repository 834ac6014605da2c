"""What the pages show and do: a draft by its forms, a locked study with figures and reports."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from reader_study.models import Deviation, Membership, ReadingSession, Study
from reader_study.protocol_model import AI_LAYERS
from reader_study.services.edit_protocol import current_protocol
from tests.reader_study.studies.study_factory import (
    locked_study,
    make_study,
    opened,
    second_read_body,
)
from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("pages_manager", "manager"))
    return client


def new_study(manager: Client) -> Study:
    manager.post("/studies/add/", {"title": "By forms", "kind": "reading"})
    return Study.objects.get(title="By forms")


def form_of(**more: Any) -> dict[str, Any]:
    return {
        "findings.0.code": "lung_opacity", "findings.0.label": "Lung opacity", "findings.0.scale": "0-100",
        "findings.0.cut": "50", "findings.0.primary": "on", "findings.1.code": "", "findings.1.cut": "50",
        "arms.0.code": "U", "arms.0.label": "Part 1", "arms.0.kind": "unaided", "arms.0.ai_layers": ["score"],
        "arms.0.bundle_id": BUNDLE, "arms.1.code": "A", "arms.1.label": "Part 2", "arms.1.kind": "aided_concurrent",
        "arms.1.ai_layers": ["gradcam", "score"], "arms.1.bundle_id": BUNDLE,
        "questions.0.code": "quality", "questions.0.label": "Quality", "questions.0.type": "choice",
        "questions.0.options": "good, poor ", "questions.0.required": "on",
        "design.kind": "crossed", "design.blocks": "2", "design.replicates": "1", "design.anchor_cases": "0",
        "design.readers_per_case": "2", "washout.min_days": "28", "training.pass_share": "0.8", "training.attempts": "2",
        "reading.marks": ["box", "point"], "reading.actions": "on", "truth.votes": "2", "truth.rule": "two_plus_one",
        "truth.merge_iou": "0.5", "statistics.primary_finding": "lung_opacity", "statistics.tests": ["U", "A"],
        "statistics.fom": "auc", "statistics.method": "or", "statistics.covariance": "jackknife",
        "statistics.alpha": "0.05", "statistics.hit_rule": "centre",
    } | more  # fmt: skip


def test_a_protocol_filled_in_by_the_form_is_stored_as_a_body(manager: Client) -> None:
    study = new_study(manager)
    assert manager.post(f"/studies/{study.pk}/protocol/", form_of()).status_code == 302
    body = current_protocol(study).body
    assert [row["code"] for row in body["findings"]] == ["lung_opacity"]
    assert body["findings"][0]["cut"] == 50
    assert body["reading"]["display_check"] is False  # not ticked
    # An unaided arm shows no AI, whatever was ticked.
    assert (body["arms"][0]["ai_layers"], body["arms"][0]["bundle_id"]) == ([], "")
    assert (body["arms"][1]["ai_layers"], body["arms"][1]["bundle_id"]) == (["score", "gradcam"], BUNDLE)
    assert body["questions"][0]["options"] == ["good", "poor"]
    assert body["design"]["blocks"] == 2
    assert (body["reading"]["actions"], body["reading"]["inadequate"]) == (True, False)
    page = manager.get(f"/studies/{study.pk}/protocol/").content.decode()
    assert 'value="good, poor"' in page
    for code, layer in AI_LAYERS.items():
        assert re.search(rf'name="arms.1.ai_layers" value="{code}"[^>]*> *{layer.title}', page), code
    assert "Still to put right" not in page


def test_a_number_that_is_none_is_named_and_nothing_is_lost(manager: Client) -> None:
    study = new_study(manager)
    manager.post(f"/studies/{study.pk}/protocol/", form_of(**{"washout.min_days": "soon"}))
    page = manager.get(f"/studies/{study.pk}/protocol/").content.decode()
    assert "washout.min_days &#x27;soon&#x27; is not a whole number from 0 to 3650" in page
    assert 'value="lung_opacity"' in page


def test_images_are_found_and_added_as_cases(manager: Client) -> None:
    images = [make_image(patient_id=f"P{k}") for k in range(3)]
    for k, image in enumerate(images):
        make_result(image, 0.9 if k else 0.1, "positive" if k else "negative")
    study = new_study(manager)
    page = manager.get(f"/studies/{study.pk}/cases/?find=1&decision=positive").content.decode()
    assert [str(image.pk) in page for image in images] == [False, True, True]
    manager.post(f"/studies/{study.pk}/cases/add/", {"image": [str(images[1].pk)], "role": "scored", "stratum": "hard"})
    assert [(case.image_id, case.stratum) for case in study.cases.all()] == [(images[1].pk, "hard")]
    wrong = manager.get(f"/studies/{study.pk}/cases/?find=1&date_from=yesterday").content.decode()
    assert "date_from &#x27;yesterday&#x27; is not a date" in wrong


def test_a_draft_says_what_it_lacks_and_opening_is_refused_with_it(manager: Client) -> None:
    study = new_study(manager)
    assert "no finding: readers need at least one to rate" in manager.get(f"/studies/{study.pk}/").content.decode()
    answer = manager.post(f"/studies/{study.pk}/step/open/", follow=True)
    assert "no finding" in answer.content.decode()
    study.refresh_from_db()
    assert study.state == "draft"


def test_title_and_description_are_edited_while_it_is_a_draft(manager: Client) -> None:
    study = new_study(manager)
    page = manager.post(
        f"/studies/{study.pk}/rename/", {"title": "Another title", "description": "<b>Why</b>"}, follow=True
    ).content.decode()
    study.refresh_from_db()
    assert (study.title, study.description) == ("Another title", "<b>Why</b>")
    assert "&lt;b&gt;Why&lt;/b&gt;" in page
    manager.post(f"/studies/{study.pk}/rename/", {"title": " ", "description": ""})
    study.refresh_from_db()
    assert study.title == "Another title"


def test_washout_is_waived_with_a_reason_and_recorded() -> None:
    made = opened(make_study(cases=4))
    client = Client()
    client.force_login(made.manager)
    session = ReadingSession.objects.filter(reader__study=made.study, ordinal=2).first()
    assert session is not None
    path = f"/studies/{made.study.pk}/progress/sessions/{session.pk}/override/"
    client.post(path, {"reason": ""})
    assert not Deviation.objects.filter(study=made.study).exists()
    client.post(path, {"reason": "the reader leaves on Friday"})
    assert Deviation.objects.get(study=made.study).code == "washout_override"
    assert "the reader leaves on Friday" in client.get(f"/studies/{made.study.pk}/progress/").content.decode()


def test_a_reader_sees_the_own_progress_and_no_count_of_the_study() -> None:
    made = opened(make_study(cases=4))
    client = Client()
    client.force_login(made.readers[0])
    page = client.get(f"/studies/{made.study.pk}/").content.decode()
    assert 'data-testid="own-progress"' in page
    assert "<dt>Readers</dt>" not in page
    assert "Allocation" not in page


def test_results_show_figures_from_the_same_ratings_and_reports_are_one_file() -> None:
    made = locked_study(opened(make_study(second_read_body(), cases=8)))
    client = Client()
    client.force_login(made.manager)
    page = client.get(f"/studies/{made.study.pk}/results/").content.decode()
    for words in ("ROC, readers and their average", "Difference in auc", "Calls before and after", "Reading time"):
        assert words in page, words
    assert 'src="/static/plotly/plotly.min.js"' in page
    report = client.get(f"/studies/{made.study.pk}/results/1/report/")
    assert report.headers["Content-Disposition"].startswith("attachment")
    text = report.content.decode()
    assert "Plotly.newPlot(" in text
    assert made.study.result_sets.get().input_sha256 in text
    assert "Research use only — not for diagnosis" in text


def test_a_reader_report_holds_no_other_reader() -> None:
    made = locked_study(opened(make_study(cases=8)))
    client = Client()
    client.force_login(made.manager)
    text = client.get(f"/studies/{made.study.pk}/results/1/report/R01/").content.decode().split("<script>")[0]
    assert "R01" in text
    assert "R02" not in text
    assert client.get(f"/studies/{made.study.pk}/results/1/report/R09/").status_code == 404
    assert client.get(f"/studies/{made.study.pk}/results/7/report/").status_code == 404


def test_figures_of_an_older_result_set_are_left_out_once_the_data_are_amended() -> None:
    made = locked_study(opened(make_study(cases=8)))
    client = Client()
    client.force_login(made.manager)
    case = made.study.cases.first()
    assert case is not None
    change = json.dumps({"case": case.code})
    body = {"kind": "void_case", "reason": "wrong patient", "change": change}
    client.post(f"/studies/{made.study.pk}/amendments/propose/", body)
    client.post(f"/studies/{made.study.pk}/amendments/1/approve/")
    assert made.study.result_sets.count() == 1  # the author cannot approve
    other = Client()
    other.force_login(made.statistician)
    other.post(f"/studies/{made.study.pk}/amendments/1/approve/")
    assert made.study.result_sets.count() == 2
    assert "ROC, readers" in client.get(f"/studies/{made.study.pk}/results/2/").content.decode()
    old = client.get(f"/studies/{made.study.pk}/results/1/").content.decode()
    assert "The data have been amended since" in old
    assert "ROC, readers" not in old


def test_sizing_draws_power_and_names_a_wrong_number(manager: Client) -> None:
    study = new_study(manager)
    page = manager.get(
        f"/studies/{study.pk}/sizing/?size=1&var=0.00080229&cov1=0.00034661&cov2=0.00034407&cov3=0.00023903"
        "&var_tr=0.0002004&pilot_cases=114&effect=0.05&readers_from=4&readers_to=6&cases_from=50&cases_to=200"
        "&power=0.8&alpha=0.05&analysis=rrrc"
    ).content.decode()
    assert 'data-figure="power"' in page
    wrong = manager.get(f"/studies/{study.pk}/sizing/?size=1&var=much").content.decode()
    assert "Var &#x27;much&#x27; is not a number" in wrong


def test_people_are_added_and_a_reader_holds_no_other_role(manager: Client) -> None:
    study = new_study(manager)
    make_user("reading_person")
    manager.post(f"/studies/{study.pk}/people/readers/", {"username": "reading_person", "years": "4"})
    assert study.readers.get().years == 4
    answer = manager.post(
        f"/studies/{study.pk}/people/members/", {"username": "reading_person", "role": "statistician"}, follow=True
    )
    assert "reading_person" in answer.content.decode()
    assert not Membership.objects.filter(study=study, role="statistician").exists()
