"""A planted fault fires a rule once; it hides or rolls back; a named person lifts it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.change_plans.conftest import ada, in_service, project, second  # noqa: F401  fixtures
from tests.webapp.viewer.case_factory import make_image, make_result, make_user
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.change_plans.default_body import default_body
from webapp.change_plans.models import ChangePlan
from webapp.change_plans.propose_plan import decide_plan, propose_plan
from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import activate
from webapp.refused import Refused
from webapp.stop_rules.lift import lift
from webapp.stop_rules.marks import marks
from webapp.stop_rules.models import Evaluation
from webapp.stop_rules.turn import look_at_rules
from webapp.watching.signals import SignalReading
from webapp.withholding.withheld import open_withholdings

pytestmark = pytest.mark.django_db
PAGE = "/models/stop-rules/"


def plan_with(ada: User, second: User, project: Project, **rule: Any) -> ChangePlan:  # noqa: F811
    own = {"signal": "refusal_rate", "limit": 0.2, "least_n": 4, "action": "hide", **rule}
    made = propose_plan(ada, project, default_body(project) | {"stop_rules": [own]}, "with one rule")
    decide_plan(second, made, "approved")
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Says what every signal reads from now on."""

    def say(value: float | None, n: int = 99, interval: tuple[float, float] | None = None) -> None:
        def read(project: Project, key: str, *, now: Any) -> SignalReading:  # noqa: F811
            return SignalReading(key, now, value, n, interval, None if value is not None else "nothing came")

        def read_for(project: Project, key: str, *, now: Any, finding: str) -> SignalReading:  # noqa: F811
            return read(project, key, now=now)

        monkeypatch.setattr("webapp.stop_rules.turn.read_signal", read)
        monkeypatch.setattr("webapp.stop_rules.would_fire.read_signal", read_for)

    return say


def test_a_planted_fault_withholds_the_scores_until_a_second_person_lifts_it(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    signed_in: Callable[..., Client],
) -> None:
    """Through the real signal: every image that comes is refused."""
    plan = plan_with(ada, second, project)
    good = make_result(make_image(), bundle_id=project.active_bundle)
    client = signed_in()
    path = f"/api/images/{good.image_id}/predictions/"  # type: ignore[attr-defined]
    for _ in range(3):
        make_result(make_image(), None, "refused", bundle_id=project.active_bundle)
    assert client.get(path).status_code == 200
    (firing,) = look_at_rules()
    assert client.get(path).json()["code"] == "withheld"
    assert (firing.code, firing.evaluation.value, firing.evaluation.n) == ("S1", 0.75, 4)
    assert look_at_rules() == []
    with pytest.raises(Refused, match=f"You wrote {plan.code}|is lifted by"):
        lift(ada, firing, "all is well")
    with pytest.raises(Refused, match="reason"):
        lift(second, firing, " ")
    lift(second, firing, "a test phantom, taken out")
    told = [words for _, words in marks(project, firing.created_at)]
    assert told == ["rule S1 of P-1 withheld the scores", "omar lifted rule S1 of P-1"]
    assert client.get(path).status_code == 200
    with pytest.raises(Refused, match="already"):
        lift(second, firing, "again")
    verbs = set(AccessEvent.objects.values_list("verb", flat=True))
    assert {"stop_rule.fire", "withholding.begin", "stop_rule.lift", "withholding.lift"} <= verbs


def test_after_a_lift_it_fires_again_only_when_it_was_within_its_limit(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    reads: Callable[..., None],
) -> None:
    plan_with(ada, second, project)
    reads(0.5)
    (firing,) = look_at_rules()
    lift(second, firing, "known")
    assert look_at_rules() == []
    reads(0.1)
    look_at_rules()
    reads(0.5)
    assert [one.number for one in look_at_rules()] == [2]


@pytest.mark.parametrize(("value", "n", "state"), [(0.9, 3, "too_few"), (None, 0, "no_value"), (0.2, 99, "within")])
def test_what_fires_nothing_is_kept_with_its_state(
    value: float | None,
    n: int,
    state: str,
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    reads: Callable[..., None],
) -> None:
    plan_with(ada, second, project)
    reads(value, n)
    assert look_at_rules() == []
    assert [row.state for row in Evaluation.objects.all()] == [state]


def test_a_measured_figure_fires_by_the_upper_end_of_its_interval(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    reads: Callable[..., None],
) -> None:
    plan_with(ada, second, project, signal="auc", limit=0.75)
    reads(0.7, 99, (0.6, 0.8))
    assert look_at_rules() == []
    reads(0.7, 99, (0.6, 0.74))
    assert len(look_at_rules()) == 1


def test_readings_are_kept_on_a_change_and_hourly_and_a_clock_set_back_fires_nothing_twice(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    reads: Callable[..., None],
) -> None:
    plan_with(ada, second, project)
    reads(0.1)
    start = timezone.now()
    for minutes, kept in ((0, 1), (5, 1), (61, 2), (-600, 2)):
        look_at_rules(start + timedelta(minutes=minutes))
        assert Evaluation.objects.count() == kept
    reads(0.5)
    assert len(look_at_rules(start)) == 1
    assert look_at_rules(start - timedelta(days=2)) == []
    assert [row.number for row in Evaluation.objects.all()] == [3, 2, 1]


def test_it_rolls_back_and_where_there_is_nothing_to_go_back_to_it_withholds(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    in_service: Callable[..., str],  # noqa: F811
    reads: Callable[..., None],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, later = make_rows(in_service)
    monkeypatch.setattr("webapp.deployments.services._ask_gates", lambda *_: None)
    project.refresh_from_db()
    activate(first, ada, project)
    activate(later, ada, project)
    project.refresh_from_db()
    plan_with(ada, second, project, action="roll_back")
    reads(0.5)
    (firing,) = look_at_rules()
    project.refresh_from_db()
    assert project.active_bundle == first.pk
    assert "Rolled back to" in firing.did
    assert [words for _, words in marks(project, firing.created_at)] == ["rule S1 of P-1 rolled back"]
    assert not open_withholdings().exists()
    assert look_at_rules() == []


def test_where_there_is_nothing_to_roll_back_to_it_withholds_and_says_so(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    reads: Callable[..., None],
) -> None:
    plan_with(ada, second, project, action="roll_back")
    reads(0.5)
    (firing,) = look_at_rules()
    assert "Scores are withheld" in firing.did
    assert "nothing to roll back to" in firing.did
    assert [row.rule for row in open_withholdings(project)] == ["S1"]


def test_readers_see_no_page_of_rules_and_the_author_of_the_plan_no_button(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    reads: Callable[..., None],
    client: Client,
    signed_in: Callable[..., Client],
) -> None:
    plan_with(ada, second, project)
    reads(0.5)
    (firing,) = look_at_rules()
    reader, stranger = signed_in(), Client()
    for path in (PAGE, f"{PAGE}{firing.pk}/lift/"):
        assert [getattr(stranger, way)(path).status_code == 200 for way in ("get", "post")] == [False, False]
    assert reader.get(PAGE).status_code == 403
    assert reader.post(f"{PAGE}{firing.pk}/lift/", {"reason": "seen"}).status_code == 403
    assert client.post(f"{PAGE}{firing.pk}/lift/", {"reason": "seen"}).status_code in (302, 403)
    assert open_withholdings().exists()
    client.force_login(ada)
    assert 'data-testid="lift"' not in client.get(PAGE).content.decode()
    client.force_login(second)
    assert 'data-testid="lift"' in client.get(PAGE).content.decode()
    client.post(f"{PAGE}{firing.pk}/lift/", {"reason": "seen"})
    assert "Lifted by omar" in client.get(PAGE).content.decode()
    assert not open_withholdings().exists()


def test_managers_and_admins_have_the_signals_read_at_once(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    reads: Callable[..., None],
    client: Client,
    signed_in: Callable[..., Client],
) -> None:
    plan = plan_with(ada, second, project)
    reads(0.5)
    assert signed_in().post(f"{PAGE}read/").status_code == 403
    assert not Evaluation.objects.exists()
    client.force_login(ada)
    page = client.post(f"{PAGE}read/", follow=True).content.decode()
    assert f"S1 of {plan.code} fired in {project.name}" in page
    assert "Every signal was read; no rule fired" in client.post(f"{PAGE}read/", follow=True).content.decode()
    asked = AccessEvent.objects.filter(verb="stop_rule.read").values_list("actor_name", "details__fired")
    assert list(asked) == [(ada.username, 1), (ada.username, 0)]


def test_a_person_whose_role_the_plan_does_not_name_lifts_nothing(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    reads: Callable[..., None],
) -> None:
    own = {"signal": "refusal_rate", "limit": 0.2, "least_n": 4, "action": "hide"}
    body = default_body(project) | {"stop_rules": [own], "approvers": ["manager"]}
    decide_plan(second, propose_plan(ada, project, body, "managers only"), "approved")
    reads(0.5)
    (firing,) = look_at_rules()
    with pytest.raises(Refused, match="is lifted by"):
        lift(make_user("eve", "admin"), firing, "all is well")
    assert open_withholdings(project).exists()


def make_rows(in_service: Callable[..., str]) -> list[DeployedBundle]:  # noqa: F811
    ids = [in_service(version) for version in ("1.0.0", "1.1.0")]
    Project.objects.update(active_bundle="")
    return [
        DeployedBundle.objects.create(bundle_id=one, name="tiny", version=f"1.{number}.0", manifest={})
        for number, one in enumerate(ids)
    ]
