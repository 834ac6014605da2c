"""The report of a month as one file: of that month alone, and what is not known is said."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result, make_user
from tests.webapp.watching.conftest import OPACITY, judged, told_first
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent
from webapp.change_plans.default_body import default_body
from webapp.change_plans.models import ChangePlan
from webapp.deployments.models import DeployedBundle, ServiceChange
from webapp.sentinel.models import SentinelDraw
from webapp.stop_rules.models import Evaluation, Firing
from webapp.watching.months import MonthRefused, asked_month, month_of

pytestmark = pytest.mark.django_db
HERE = "/models/watching/month/"


@pytest.fixture(autouse=True)
def findings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.watching.pages.findings_in_service", lambda project: {OPACITY: "Lung opacity"})


def file(month: str = "", role: str = "manager", expected: int = 200) -> str:
    client = Client()
    client.force_login(User.objects.filter(username=role).first() or make_user(role, role))
    answer = client.get(HERE, {"finding": OPACITY, "month": month or month_of(timezone.now()).code})
    assert answer.status_code == expected
    return answer.content.decode()


def rows(page: str) -> list[list[str]]:
    """Cells of every line of every table."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [[html.unescape(cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)] for row in found]


def came_at(image: Image, at: datetime) -> Image:
    Image.objects.filter(pk=image.pk).update(created_at=at)
    return image


def test_it_says_volume_refusals_and_both_figures_and_loads_nothing(project: Project) -> None:
    reader = make_user("rita")
    for number in range(6):
        says = "present" if number % 2 else "absent"
        told_first(reader, says, 0.9 if number % 2 else 0.1)
    judged(reader, "false_positive")
    refused = make_result(make_image(), None, "refused")
    refused.document["gate"]["checks"] = [{"name": "age", "passed": False, "text": "x"}]
    refused.save()
    page = file()
    whole = next(row for row in rows(page) if row and row[0] == "the month")
    assert whole[1:6] == ["8", "8", "1 of 8 (2.2 … 47.1 %)", "age 1", "1 of 1 (20.7 … 100.0 %)"]
    assert "Measured on 6 unaided labels (3 with the finding) of 8 images that it answered first" in page
    sensitivity = next(row for row in rows(page) if row and row[0] == "Sensitivity")
    assert sensitivity[1].startswith("1.000 (")
    assert sensitivity[2] == "3"
    assert "Estimated without labels (CBPE)" in html.unescape(page)
    assert "http" not in page.replace('<meta http-equiv="Content-Security-Policy"', "")
    assert not re.search(r"<(script|link|img|iframe|a)\b|url\(|@import", page)
    assert "lung_opacity" not in page
    assert AccessEvent.objects.filter(verb="export_month").count() == 1


def test_a_month_without_one_unaided_label_says_so(project: Project) -> None:
    make_result(make_image(), 0.8)
    page = file()
    assert "There is not one unaided label of this month: nothing was measured." in page
    assert "Measured on 0" not in page
    assert "No image came in this month." in file("2020-02")
    assert "No model answered an image of this month" in file("2020-02")


def test_only_what_came_in_the_month_counts(project: Project) -> None:
    for at in ("2026-10-31T23:59:59", "2026-11-01T00:00:00", "2026-11-30T23:59:59.999999", "2026-12-01T00:00:00"):
        came_at(make_image(), datetime.fromisoformat(at).replace(tzinfo=UTC))
    whole = next(row for row in rows(file("2026-11")) if row and row[0] == "the month")
    assert whole[1] == "2"


def test_it_tells_what_answered_and_which_rules_fired(project: Project) -> None:
    DeployedBundle.objects.create(bundle_id=BUNDLE, name="tiny-cxr", version="7", manifest={})
    bundle, ada = DeployedBundle.objects.get(), make_user("ada", "admin")
    month = month_of(timezone.now())
    ServiceChange(
        project=project, number=1, bundle=bundle, how="put_in_service", why="it passed", created_by=ada,
        created_at=month.start - timedelta(days=40),
    ).save()  # fmt: skip
    body = {**default_body(project), "findings": [OPACITY], "primary_finding": OPACITY}
    plan = ChangePlan.objects.create(project=project, version=1, body=body, sha256="0" * 64, reason="x")
    read = Evaluation.objects.create(
        plan=plan, rule=1, number=1, state="beyond", value=0.5, n=40, low=0.4, high=0.6, limit=0.2
    )
    assert "No stop rule fired in this month." in file()
    Firing.objects.create(
        project=project, plan=plan, rule=1, number=1, evaluation=read, action="tell", did="told 2 people"
    )
    page = file()
    period = next(row for row in rows(page) if len(row) == 5 and "SHA-256" in row[2])
    assert period[1:] == ["still", f"tiny-cxr 7, SHA-256 {BUNDLE}", "ada", "it passed"]
    fired = next(row for row in rows(page) if row and row[-1] == "not lifted")
    assert fired[3:7] == ["0.500 (0.400 … 0.600)", "40", "0.2", "told 2 people"]
    assert "told 2 people" not in file((month.start - timedelta(days=1)).strftime("%Y-%m"))


def test_an_open_look_is_in_no_figure_and_readers_get_nothing(project: Project) -> None:
    image = make_image()
    make_result(image, 0.9)
    SentinelDraw.objects.create(image=image, probability=0.05, is_drawn=True)
    page = file()
    assert next(row for row in rows(page) if row and row[0] == "the month")[1:3] == ["1", "0"]
    assert "1 count as come only" in page
    assert "0.9" not in page
    assert "Monitoring of" not in file(role="reader", expected=403)


@pytest.mark.parametrize(
    ("text", "said"),
    [("11/2026", "is no month such as"), ("2026-13", "is no month such as"), ("2999-01", "has not begun")],
)  # fmt: skip
def test_a_month_that_is_none_is_named(project: Project, text: str, said: str) -> None:
    answer = file(text, expected=400)
    assert text in answer
    assert said in answer


def test_without_a_month_it_is_the_last_one_that_is_over() -> None:
    assert asked_month("", datetime(2026, 3, 1, tzinfo=UTC)).code == "2026-02"
    assert month_of(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)).end == datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(MonthRefused):
        asked_month("2026-04", datetime(2026, 3, 31, tzinfo=UTC))
