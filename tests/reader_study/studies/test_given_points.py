"""A study whose cases were answered at two operating points: frozen at the opening, and said wherever the study is told."""

import re
from typing import Any

import pytest
from django.test import Client

from reader_study.models import AiOutput, FailureItem, ResultSet
from reader_study.results.exports.study_json import study_json
from reader_study.results.given_points import given_points, points_in_words
from reader_study.results.study_report import failure_sections, reader_report, study_report
from reader_study.services.choose_cases import add_cases
from reader_study.services.collect_failures import collect_failures
from reader_study.services.create_study import create_study
from reader_study.services.edit_protocol import edit_protocol
from reader_study.services.import_truth import import_truth
from tests.reader_study.studies.study_factory import MadeStudy, locked_study, make_study, opened
from tests.reader_study.studies.study_schema import check_against_schema
from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result, make_user
from webapp.predictions.models import Prediction

pytestmark = pytest.mark.django_db
WORDS = (
    "Lung opacity: these 6 answers of the model were given at 2 operating points: 4 at .42, the bundle’s own;"
    " 2 at .60, version 3 of Default project."
)


def approved(result: Prediction, threshold: float = 0.6, version: int = 3) -> Prediction:
    """The result as given at a point that the project approved."""
    result.document["findings"][0]["operating_point"] = {"threshold": threshold, "project_version": version}
    result.save()
    return result


@pytest.fixture
def made() -> MadeStudy:
    study = make_study(cases=6)
    for case in study.study.cases.order_by("code")[:2]:
        approved(case.image.predictions.get())
    return study


def page(made: MadeStudy, user: Any, path: str = "") -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/studies/{made.study.pk}/{path}", follow=True)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_draft_says_what_opening_would_mix_and_a_case_predicted_again_mends_it(made: MadeStudy) -> None:
    told = page(made, made.manager)
    assert WORDS in told
    assert "Predict those of the earlier point again" in told
    for case in made.study.cases.all():
        approved(make_result(case.image, 0.9, image_sha256=case.image.stored_sha256))
    assert "operating points" not in page(made, made.manager)


def test_what_is_predicted_after_the_opening_changes_nothing(made: MadeStudy) -> None:
    opened(made)
    frozen = list(AiOutput.objects.order_by("pk").values("payload", "payload_sha256"))
    for case in made.study.cases.all():
        approved(make_result(case.image, 0.9, image_sha256=case.image.stored_sha256), 0.7, 4)
    assert list(AiOutput.objects.order_by("pk").values("payload", "payload_sha256")) == frozen
    assert points_in_words(given_points(made.study)) == [WORDS]
    for person in (made.manager, made.second, made.statistician):
        told = page(made, person)
        assert WORDS in told
        assert "frozen at the opening" in told
    for reader in made.readers:
        assert "operating point" not in page(made, reader)


def test_one_point_is_no_news_and_refusals_are_not_told_by_a_count(made: MadeStudy) -> None:
    results = list(Prediction.objects.all())
    results[0].document["findings"][0] |= {"probability": None, "decision": "refused"}
    results[0].save()
    assert WORDS in page(made, made.manager)
    for result in results:
        result.document["findings"][0]["operating_point"] = {"threshold": 0.42}
        result.save()
    assert "operating points" not in page(made, made.manager)
    opened(made)
    assert points_in_words(given_points(made.study)) == []


def test_results_reports_and_export_say_it(made: MadeStudy) -> None:
    locked_study(opened(made))
    result = ResultSet.objects.get(study=made.study)
    for text in (
        study_report(made.study, result),
        reader_report(made.study, result, "R1"),
        page(made, made.manager, "results/"),
    ):
        assert WORDS in text
        assert "pools these points" in text
    document = study_json(made.study)
    check_against_schema(document)
    points = [row["points"]["lung_opacity"] for row in document["ai_outputs"]]
    assert sorted(point["project_version"] or 0 for point in points) == [0, 0, 0, 0, 3, 3]
    del result.document["points"]  # as results of before have none
    assert "operating points" not in study_report(made.study, result)


def test_failures_that_were_collected_at_two_points_say_it() -> None:
    manager = make_user("collects", "manager")
    study = create_study(manager, "Failures at two points", "failure_mode", seed=3)
    finding = {"code": "lung_opacity", "label": "Opacity", "scale": "0-100", "cut": 50, "primary": True}
    edit_protocol(manager, study, {"failure": {"bundle_id": BUNDLE}, "findings": [finding]}, whole=False)
    images = [make_image() for _ in range(3)]
    for k, image in enumerate(images):
        result = make_result(image, 0.9, image_sha256=image.stored_sha256)
        if k == 0:
            approved(result)
    cases = add_cases(manager, study, images)
    import_truth(manager, study, "\n".join(["case,finding,status", *(f"{case.code},lung_opacity,0" for case in cases)]))
    collect_failures(manager, study)
    words = (
        "Lung opacity: these 3 answers of the model were given at 2 operating points: 2 at .42, the bundle’s own;"
        " 1 at .60, version 3 of Default project."
    )
    points = given_points(study)
    assert points_in_words(points) == [words]
    client = Client()
    client.force_login(manager)
    assert words in client.get(f"/studies/{study.pk}/failures/").content.decode()
    part = {"rows": [], "coded": 0, "items": 3, "scheme_version": 1, "shares": {}, "kappa": {}, "points": points}
    assert [words in section.paragraphs for section in failure_sections(part)] == [True, True, False]


def test_a_failure_keeps_whose_point_it_was_found_at() -> None:
    manager = make_user("keeps", "manager")
    image = make_image()
    approved(make_result(image, 0.9, image_sha256=image.stored_sha256))
    kept = {}
    for name, thresholds in {"as answered": {}, "by the protocol": {"lung_opacity": 0.5}}.items():
        study = create_study(manager, name, "failure_mode", seed=3)
        finding = {"code": "lung_opacity", "label": "Opacity", "scale": "0-100", "cut": 50, "primary": True}
        plan = {"bundle_id": BUNDLE, "thresholds": thresholds}
        edit_protocol(manager, study, {"failure": plan, "findings": [finding]}, whole=False)
        [case] = add_cases(manager, study, [image])
        import_truth(manager, study, f"case,finding,status\n{case.code},lung_opacity,0")
        collect_failures(manager, study)
        [exported] = study_json(study)["failures"]
        kept[name] = (exported["threshold"], exported["point_of"], exported["point_version"])
        told = given_points(study)[0]["names"]
        assert told == ["set in the protocol" if thresholds else "version 3 of Default project"]
    assert kept == {"as answered": (0.6, "project", 3), "by the protocol": (0.5, "protocol", 3)}


def test_failures_of_before_name_no_point() -> None:
    manager = make_user("before", "manager")
    study = create_study(manager, "Failures of before", "failure_mode", seed=3)
    [case] = add_cases(manager, study, [make_image()])
    FailureItem(
        case=case, bundle_id=BUNDLE, finding="lung_opacity", outcome="FP", probability=0.9, threshold=0.42,
        created_by=manager,
    ).save()  # fmt: skip
    assert [row["names"] for row in given_points(study)] == [[]]
