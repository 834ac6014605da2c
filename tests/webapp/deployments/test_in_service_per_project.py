"""Each project has a bundle of its own in service, and a way back of its own."""

import pytest
from django.core.management import CommandError, call_command

from tests.webapp.deployments.test_strikes import job, registered, strike
from tests.webapp.viewer.case_factory import make_image, make_user
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.deployments import activation_gates, bundle_state, services
from webapp.deployments.bundle_state import states_of
from webapp.deployments.in_service import bundle_in_service, named, projects_of, way_back
from webapp.deployments.models import DeployedBundle, ServiceChange
from webapp.deployments.services import BundleRefused, GateRefused, activate, roll_back
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.models import Prediction
from webapp.work.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.BUNDLE_DIR = tmp_path / "store"
    settings.WORKER_DIR = tmp_path / "workers"


@pytest.fixture
def chest() -> Project:
    return Project.default()


@pytest.fixture
def ward(chest) -> Project:
    return Project.objects.create(name="Ward", slug="ward")


@pytest.fixture
def one() -> DeployedBundle:
    return registered("1.0.0")


@pytest.fixture
def two() -> DeployedBundle:
    return registered("2.0.0")


@pytest.fixture
def three() -> DeployedBundle:
    return registered("3.0.0")


def answers() -> dict[str, str]:
    """Version of the model of each project; "" for none. The changes of service tell the same as the projects."""
    told = {}
    for project in Project.objects.all():
        bundle, last = bundle_in_service(project), ServiceChange.objects.filter(project=project).first()
        assert (last and last.bundle) == bundle
        told[project.slug] = bundle.version if bundle else ""
    return told


def test_a_bundle_goes_into_service_in_one_project_and_the_others_keep_theirs(chest, ward, one, two):
    activate(one, None)
    activate(two, None, ward)
    assert answers() == {"default": "1.0.0", "ward": "2.0.0"}
    states = states_of([one, two])
    assert [(states[bundle.pk].title, states[bundle.pk].projects) for bundle in (one, two)] == [
        ("In service", (chest,)),
        ("In service", (ward,)),
    ]
    activate(two, None)
    assert states_of([two])[two.pk].title == "In service in 2 projects"
    assert states_of([one])[one.pk].code == "retired"
    assert (projects_of(two), projects_of(one)) == ([chest, ward], [])


def test_each_project_goes_back_to_what_it_had_before(ward, one, two, three):
    activate(one, None)
    activate(two, None, ward)
    activate(three, None)
    assert [(change.project.slug, change.bundle) for change in roll_back(None, leaving=three)] == [
        ("default", one),
        ("ward", two),
    ]
    assert answers() == {"default": "1.0.0", "ward": "2.0.0"}
    roll_back(None, project=ward)
    assert answers() == {"default": "1.0.0", "ward": "1.0.0"}
    with pytest.raises(BundleRefused, match=r"model 1.0.0 replaced no other model in Ward, so there is nothing"):
        roll_back(None, project=ward)


def test_a_project_that_had_nothing_before_stays_while_the_others_go_back(chest, ward, one, two):
    activate(one, None, chest)
    activate(two, None)
    assert [change.project for change in roll_back(None)] == [chest]
    assert answers() == {"default": "1.0.0", "ward": "2.0.0"}


def test_two_who_roll_one_project_back_at_once_go_one_step(ward, one, two, three):
    for bundle in (one, two, three):
        activate(bundle, None, ward)
    roll_back(None, leaving=three, project=ward)
    with pytest.raises(BundleRefused, match=r"model 3.0.0 is not in service in Ward"):
        roll_back(None, leaving=three, project=ward)
    assert answers() == {"default": "", "ward": "2.0.0"}


def test_what_was_in_service_twice_in_a_row_is_one_step_of_the_way_back(chest, one, two):
    for bundle in (one, two, two):
        activate(bundle, None)
    assert way_back(chest) == [one]


def test_one_that_was_taken_out_is_on_no_way_back(chest, one, two):
    for bundle in (one, two, one):
        activate(bundle, None)
    DeployedBundle.objects.filter(pk=two.pk).update(taken_out_at="2026-01-01T00:00Z")
    assert way_back(chest) == []


def test_strikes_take_it_out_wherever_it_answers_and_each_project_returns_to_its_own(
    chest, ward, one, two, three, client
):
    night = Project.objects.create(name="Night", slug="night")
    activate(one, None, chest)
    activate(two, None, ward)
    activate(two, None, night)
    activate(three, None, chest)
    activate(three, None, ward)
    for _ in range(3):
        strike(three)
    assert answers() == {"default": "1.0.0", "ward": "2.0.0", "night": "2.0.0"}
    events = AccessEvent.objects.filter(verb="take_out_bundle")
    assert {event.details["project"]: event.details["back"] for event in events} == {"default": one.pk, "ward": two.pk}
    assert ServiceChange.objects.filter(project=night).count() == 1
    told = client.get("/readyz").json()["notices"]
    assert [notice[notice.index("between. ") + 9 :] for notice in told] == [
        f"model 1.0.0 ({one.short_id}) is in service again in Default project, as before it, and has not answered yet.",
        f"model 2.0.0 ({two.short_id}) is in service again in Ward, as before it, and has not answered yet.",
    ]
    activate(one, None, ward)
    assert len(client.get("/readyz").json()["notices"]) == 1


def test_readyz_says_in_how_many_projects_a_model_answers(ward, one, client):
    activate(one, None, ward)
    assert client.get("/readyz").json()["bundle"] == "in service in 1 of 2 projects"


def test_only_jobs_of_the_projects_that_changed_go_on(chest, ward, one):
    waiting = {}
    for project in (chest, ward):
        image = make_image()
        type(image).objects.filter(pk=image.pk).update(project=project)
        waiting[project.slug] = job(waiting_for="waiting: no model is in service")
        Prediction.objects.create(image_id=image.pk, job=waiting[project.slug])
    activate(one, None, ward)
    assert {slug: bool(Job.objects.get(pk=row.pk).waiting_for) for slug, row in waiting.items()} == {
        "default": True,
        "ward": False,
    }
    assert AccessEvent.objects.get(verb="activate_bundle").details["released"] == 1


@pytest.fixture
def gates(monkeypatch):
    """The gates of rooms above, for one test."""
    added: list = []
    monkeypatch.setattr(activation_gates, "activation_gates", added)
    return added


def test_a_gate_is_asked_for_each_project_under_the_lock_and_one_refusal_keeps_all_as_they_are(
    chest, ward, one, two, gates, monkeypatch
):
    admin, asked = make_user("chief", "admin"), []
    activate(one, None)

    def gate(bundle, project, user):
        asked.append((bundle, project, user))
        return "its rehearsal has not passed." if project == ward else None

    monkeypatch.setattr(services, "lock_service", lambda: asked.append("locked"))
    gates += [lambda *_: None, gate]
    with pytest.raises(GateRefused, match=r"^model 2.0.0 was not put in service. Ward: its rehearsal has not passed.$"):
        activate(two, admin)
    assert asked == ["locked", (two, chest, admin), (two, ward, admin)]
    assert answers() == {"default": "1.0.0", "ward": "1.0.0"}
    assert ServiceChange.objects.count() == 2
    event = AccessEvent.objects.get(verb="refuse_activation")
    assert (event.actor, event.target, event.details) == (
        admin,
        f"bundle:{two.pk}",
        {"project": "ward", "why": "its rehearsal has not passed."},
    )
    activate(two, admin, chest)
    assert answers() == {"default": "2.0.0", "ward": "1.0.0"}


def test_no_gate_stands_in_the_way_back(one, two, gates):
    activate(one, None)
    activate(two, None)
    gates.append(lambda *_: "no.")
    roll_back(None)
    assert answers() == {"default": "1.0.0"}


def test_who_saw_another_model_in_service_changes_nothing(chest, ward, one, two, three):
    activate(one, make_user("chief", "admin"))
    activate(two, make_user("second", "admin"), ward)
    with pytest.raises(
        BundleRefused, match=r"^In Ward model 2.0.0 \(.*\) is in service by now, since .* by second: not"
    ):
        activate(three, None, seen={"default": one.pk, "ward": one.pk})
    with pytest.raises(BundleRefused, match=r"^In Ward model 2.0.0"):
        activate(three, None, ward, seen={"ward": ""})
    assert answers() == {"default": "1.0.0", "ward": "2.0.0"}
    activate(three, None, seen={"default": one.pk, "ward": two.pk})
    assert answers() == {"default": "3.0.0", "ward": "3.0.0"}


@pytest.mark.parametrize(
    ("content", "says"), [(None, "is missing"), (b"2.0", "no longer the one"), (b"2.0.1", "alter")]
)
def test_a_missing_half_copied_or_altered_file_goes_nowhere(one, two, three, content, says):
    activate(one, None)
    activate(two, None)
    activate(three, None)
    path = bundle_path(two.pk)
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(BundleRefused, match=says):
        activate(two, None)
    with pytest.raises(BundleRefused, match=says):
        roll_back(None)
    assert answers() == {"default": "3.0.0"}
    assert DeployedBundle.objects.get(pk=one.pk).file_checked_at is not None


def test_a_process_that_dies_between_two_projects_has_changed_none(ward, one, two, monkeypatch):
    activate(one, None)
    real, calls = services.change_service, []

    def dies_at_the_second(*arguments):
        calls.append(arguments[0].slug)
        if len(calls) == 2:
            raise SystemExit
        return real(*arguments)

    monkeypatch.setattr(services, "change_service", dies_at_the_second)
    with pytest.raises(SystemExit):
        activate(two, None)
    assert calls == ["default", "ward"]
    assert answers() == {"default": "1.0.0", "ward": "1.0.0"}
    assert DeployedBundle.objects.get(pk=two.pk).activated_at is None
    assert AccessEvent.objects.filter(verb="activate_bundle").count() == 2


def test_a_reason_is_kept_with_the_change_and_one_too_long_is_refused(one):
    activate(one, None, why=" night\n shift ")
    assert ServiceChange.objects.get().why == "night shift"
    with pytest.raises(BundleRefused, match="The reason has 501 characters; at most 500 are kept"):
        activate(one, None, why="x" * 501)


def test_rooms_above_add_words_to_a_state(one, two, monkeypatch):
    monkeypatch.setattr(bundle_state, "more_states", [lambda ids: {one.pk: ["rehearsed"]} if one.pk in ids else {}])
    states = states_of([one, two])
    assert (states[one.pk].also, states[two.pk].also) == (("rehearsed",), ())


def test_the_command_changes_one_project(ward, one, two, capsys):
    activate(one, None)
    call_command("bundle", "activate", two.short_id, "--project", "ward", "--why", "trial")
    assert answers() == {"default": "1.0.0", "ward": "2.0.0"}
    call_command("bundle", "list")
    assert f"{two.short_id}  In service   model 2.0.0  (ward)" in capsys.readouterr().out
    call_command("bundle", "rollback", "--project", "ward")
    assert capsys.readouterr().out == f"ward: model 1.0.0 ({one.short_id}) is in service again\n"
    with pytest.raises(CommandError, match="project 'nowhere' is not one of default, ward"):
        call_command("bundle", "rollback", "--project", "nowhere")


def test_names_of_projects_read_as_a_list(chest, ward):
    night = Project(name="Night", slug="night")
    assert [named([chest]), named([chest, ward, night])] == ["Default project", "Default project, Ward and Night"]


def test_the_api_changes_one_project_or_as_ever_all_of_them(chest, ward, one, two, client):
    client.force_login(make_user("chief", "admin"))
    base, kind = f"/api/bundles/{two.pk}", "application/json"
    client.post(f"/api/bundles/{one.pk}/activate/")
    assert answers() == {"default": "1.0.0", "ward": "1.0.0"}
    told = client.post(
        f"{base}/activate/", {"project": "ward", "why": "trial", "seen": one.pk}, content_type=kind
    ).json()
    [place] = told["in_service"]
    assert (place["project"], place["by"], place["why"], place["goes_back_to"]) == ("ward", "chief", "trial", one.pk)
    late = client.post(f"{base}/activate/", {"project": "ward", "seen": one.pk}, content_type=kind)
    assert (late.status_code, "is in service by now" in late.json()["text"]) == (409, True)
    wrong = client.post(f"{base}/activate/", {"project": "nowhere"}, content_type=kind)
    assert (wrong.status_code, wrong.json()["text"]) == (400, "project 'nowhere' is not one of default, ward")
    assert answers() == {"default": "1.0.0", "ward": "2.0.0"}
    back = client.post(f"{base}/rollback/", {"project": "ward"}, content_type=kind)
    assert (back.status_code, back.json()["id"]) == (200, one.pk)
    client.post(f"{base}/activate/", {"project": "ward"})  # as a form: not overlooked
    assert answers() == {"default": "1.0.0", "ward": "2.0.0"}


def test_a_reader_changes_no_project(ward, one, two, client):
    activate(one, None)
    client.force_login(make_user("looks"))
    body = {"project": "ward"}
    for url in (f"/api/bundles/{two.pk}/activate/", f"/api/bundles/{one.pk}/rollback/"):
        assert client.post(url, body, content_type="application/json").status_code == 403
    for url in (f"/models/{two.pk}/activate/", f"/models/{one.pk}/rollback/"):
        assert client.post(url, body).status_code == 403
    assert answers() == {"default": "1.0.0", "ward": "1.0.0"}
