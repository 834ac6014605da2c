"""Whoever answers a person takes rows of studies from reader_study.visible, never from Model.objects: blinding."""

import re
from pathlib import Path

import pytest
from django.apps import apps

import webapp
from reader_study.models import Case, FailureItem, Membership, Study, Truth
from reader_study.visible import RULES, STUDY_PATHS, of_study, visible_to
from tests.reader_study.studies.study_factory import make_study, opened
from tests.webapp.viewer.case_factory import make_user
from webapp.accounts.models import User

ROOT = Path(webapp.__file__ or "").parent.parent
ROOMS = (
    "reader_study/views",
    "reader_study/pages",
    "reader_study/documents",
    "reader_study/results/exports",
    "webapp/reviews/pages",
    "webapp/reviews/views",
    "webapp/viewer/views",
)
FILES = sorted(path for room in ROOMS for path in (ROOT / room).glob("*.py"))
MODELS = sorted(model.__name__ for model in apps.get_app_config("reader_study").get_models())
_NAMES = "|".join((*MODELS, "CaseReview", "model"))
# `get_object_or_404(Model, ...)` and friends take the model's manager as well.
PAST_THE_RULES = re.compile(
    rf"(?<!visible_to\()(?<!of_study\()\b(?:{_NAMES})\.(?:objects|_default_manager|_base_manager)\b"
    rf"|\bget_(?:object|list)_or_404\(\s*(?:{_NAMES})\b"
)


def past_the_rules(text: str) -> list[str]:
    return [found.group() for found in PAST_THE_RULES.finditer(text)]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_that_answers_people_is_looked_at(room: str) -> None:
    assert [path for path in FILES if path.parent == ROOT / room], f"{room} has moved: name its new place in ROOMS"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_rows_are_taken_from_visible(path: Path) -> None:
    found = past_the_rules(path.read_text())
    assert found == [], "use visible_to(Model.objects.all(), user) or of_study(Model.objects.all(), study): blinding"


@pytest.mark.parametrize(
    ("line", "is_seen"),
    [
        ("rows = Reading.objects.filter(assignment__reader__study=study)", True),
        ("Truth.objects.all()", True),
        ("get_object_or_404(Case, pk=case_id, study=study)", True),
        ("AiOutput._default_manager.get()", True),
        ("visible_to(Truth.objects.all(), user)", False),
        ("of_study(Reading.objects.all(), study)", False),
        ("get_object_or_404(visible_to(Case.objects.all(), user), pk=case_id)", False),
        ("Image.objects.filter(pk=image_id)", False),
    ],
)
def test_the_rule_knows_what_it_looks_for(line: str, is_seen: bool) -> None:
    assert bool(past_the_rules(line)) == is_seen


def test_every_rule_is_asked() -> None:
    """A rule that nothing asks is believed and never tried: delete it, and nobody sees these rows."""
    roots = [ROOT / "reader_study", ROOT / "webapp"]
    text = "\n".join(path.read_text() for root in roots for path in root.rglob("*.py") if path.name != "visible.py")
    for model in RULES:
        name = model.__name__
        asked = rf"visible_to\(\s*{name}\.objects\b|self\.row\(request, {name}\b"
        assert re.search(asked, text), f"no code asks the rule of {name}"
    for model in STUDY_PATHS:
        assert re.search(rf"of_study\(\s*{model.__name__}\.objects\b", text), (
            f"no code takes {model.__name__} of a study"
        )


@pytest.mark.django_db
def test_a_model_without_a_rule_is_seen_by_nobody() -> None:
    user = make_user("curious", "admin")
    assert not visible_to(User.objects.all(), user).exists()


@pytest.mark.django_db
def test_rows_follow_the_role_and_the_state() -> None:
    made = opened(make_study(cases=2))
    models = (Study, Case, Membership, Truth)
    seen = {
        user.username[:6]: tuple(visible_to(model.objects.all(), user).count() for model in models)  # type: ignore[attr-defined]
        for user in (made.manager, made.readers[0], made.statistician, make_user("nobody"))
    }
    # Nobody sees truth before the lock but the panel; five memberships: two managers, a statistician, two readers.
    assert seen == {"manage": (1, 2, 5, 0), "reader": (1, 0, 0, 0), "statis": (1, 0, 5, 0), "nobody": (0, 0, 0, 0)}


@pytest.mark.django_db
def test_rows_of_a_study_are_of_that_study_alone() -> None:
    made, other = make_study(cases=2), make_study(cases=3)
    assert set(of_study(Truth.objects.all(), made.study).values_list("case__study", flat=True)) == {made.study.pk}
    assert of_study(Truth.objects.all(), other.study).count() == 6
    assert not of_study(FailureItem.objects.all(), made.study).exists()
    with pytest.raises(KeyError):
        of_study(Membership.objects.all(), made.study)
