"""Views take rows from reader_study.visible, never from Model.objects: blinding."""

import re
from pathlib import Path

import pytest

import reader_study.views
from reader_study.models import Case, Reading, Study
from reader_study.visible import visible_to
from tests.reader_study.studies.study_factory import make_study, opened
from tests.webapp.viewer.case_factory import make_user
from webapp.accounts.models import User

VIEWS = Path(reader_study.views.__file__ or "").parent


@pytest.mark.parametrize("path", sorted(VIEWS.glob("*.py")), ids=lambda path: path.stem)
def test_views_use_no_manager_of_a_model_but_in_visible_to(path: Path) -> None:
    found = [line for line in path.read_text().splitlines() if re.search(r"(?<!visible_to\()\b\w+\.objects\b", line)]
    assert found == [], "use visible_to(Model.objects.all(), user), not Model.objects: blinding"


@pytest.mark.django_db
def test_a_model_without_a_rule_is_seen_by_nobody() -> None:
    user = make_user("curious", "admin")
    assert not visible_to(User.objects.all(), user).exists()


@pytest.mark.django_db
def test_rows_follow_the_role_and_the_state() -> None:
    made = opened(make_study(cases=2))
    seen = {
        user.username[:6]: (
            visible_to(Study.objects.all(), user).count(),
            visible_to(Case.objects.all(), user).count(),
            visible_to(Reading.objects.all(), user).count(),
        )
        for user in (made.manager, made.readers[0], made.statistician, make_user("nobody"))
    }
    assert seen == {"manage": (1, 2, 0), "reader": (1, 0, 0), "statis": (1, 0, 0), "nobody": (0, 0, 0)}
