"""The desk of models: what answers in which project, its history as a bar, the registry, and forms that say what they do."""

import datetime
import re

import pytest
from django.utils import timezone

from tests.webapp.deployments.test_strikes import job, registered
from tests.webapp.viewer.case_factory import make_image, make_user
from webapp.archive.models import Project
from webapp.audit.models import AccessEvent
from webapp.deployments.models import BundleOwner, DeployedBundle, ServiceChange
from webapp.deployments.registry_rows import purpose_of
from webapp.deployments.service_history import Period
from webapp.deployments.services import activate
from webapp.deployments.timeline import LEAST_SHARE, timeline
from webapp.operating_points.models import CaseMix, PointDecision, PointProposal
from webapp.predictions.models import Prediction
from webapp.reviews.models.kept_row import AppendOnlyViolation

pytestmark = pytest.mark.django_db
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.BUNDLE_DIR = tmp_path / "store"


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
def admin(client):
    client.person = make_user("chief", "admin")
    client.force_login(client.person)
    return client


def words(answer) -> str:
    """The page as it reads: without tags, blanks as one."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_the_desk_says_what_answers_since_when_by_whom_and_why(admin, chest, one):
    activate(one, admin.person, why="rehearsal of Monday")
    page = words(admin.get("/models/"))
    assert "model 1.0.0" in page
    assert "put in service · by chief" in page
    assert "rehearsal of Monday" in page
    assert "read whole and unchanged on" in page
    assert "had no other model before that it could go back to" in page


def test_of_several_projects_one_is_chosen_and_each_is_named_with_its_model(admin, chest, ward, one, two):
    activate(one, None)
    activate(two, None, ward)
    for address, model, changes in (("/models/", one, 1), ("/models/?project=ward", two, 2)):
        answer = admin.get(address)
        page = answer.content.decode()
        shown = page[page.index('data-testid="what-answers"') :]
        assert shown.index(str(model)) < shown.index("answers for every new prediction")
        assert page.count('data-testid="service-change"') == changes
        assert 'href="?project=ward"' in page
    assert "What answers now · Default project" in words(admin.get("/models/?project=nowhere"))


def test_a_change_says_what_it_will_do_and_keeps_its_reason(admin, chest, ward, one, two):
    activate(one, None)
    image = make_image()
    type(image).objects.filter(pk=image.pk).update(project=ward)
    Prediction.objects.create(image_id=image.pk, job=job(waiting_for="waiting: the file of model is missing"))
    page = words(admin.get("/models/?project=ward"))
    assert "Default project: model 1.0.0 answers now; 0 images wait." in page
    assert "Ward: model 1.0.0 answers now; 1 image waits and will start at once." in page
    form = {"project": "ward", "why": "trial", "seen": [f"default:{one.pk}", f"ward:{one.pk}"], "shown": "ward"}
    done = admin.post(f"/models/{two.pk}/activate/", form, follow=True)
    assert done.redirect_chain == [("/models/?project=ward", 302)]
    assert re.search(
        r"model 2.0.0 is in service in Ward. Its whole file was read in \d\.\d\d s and is unchanged.", words(done)
    )
    assert ServiceChange.objects.filter(project=ward).first().why == "trial"
    assert Project.default().active_bundle == one.pk


def test_who_acts_on_a_page_of_before_is_told_and_changes_nothing(admin, chest, one, two):
    page = admin.get("/models/").content.decode()
    seen = re.findall(r'name="seen" value="([^"]*)"', page)
    assert set(seen) == {"default:"}
    activate(one, make_user("second", "admin"))
    told = words(admin.post(f"/models/{two.pk}/activate/", {"seen": seen}, follow=True))
    assert "by second: not what you saw. Nothing was changed; look again." in told
    assert Project.default().active_bundle == one.pk


def test_a_project_is_rolled_back_by_its_form_and_two_who_press_go_one_step(admin, chest, ward, one, two):
    three = registered("3.0.0")
    for bundle in (one, two, three):
        activate(bundle, None)
    page = words(admin.get("/models/?project=ward"))
    assert "out of service in Ward and go back to model 2.0.0" in page
    form = {"project": "ward", "why": "misses"}
    assert "model 2.0.0 is in service again in Ward." in words(
        admin.post(f"/models/{three.pk}/rollback/", form, follow=True)
    )
    assert "model 3.0.0 is not in service in Ward" in words(
        admin.post(f"/models/{three.pk}/rollback/", form, follow=True)
    )
    answering = dict(Project.objects.values_list("slug", "active_bundle"))
    assert answering == {"default": three.pk, "ward": two.pk}
    assert "is not one of default, ward" in words(
        admin.post(f"/models/{two.pk}/rollback/", {"project": "x"}, follow=True)
    )
    both = words(admin.post(f"/models/{three.pk}/rollback/", {}, follow=True))
    assert "model 2.0.0 is in service again in Default project." in both


def test_an_altered_file_is_refused_by_the_form_in_a_sentence(admin, one, two, settings):
    activate(one, None)
    (settings.BUNDLE_DIR / f"{two.pk}.bundle").write_bytes(b"2.")
    told = words(admin.post(f"/models/{two.pk}/activate/", follow=True))
    assert "is no longer the one that was added" in told
    assert Project.default().active_bundle == one.pk


def test_a_reader_sees_the_desk_without_its_forms_and_without_counts_of_what_waits(client, one):
    activate(one, None)
    client.force_login(make_user("looks"))
    page = client.get("/models/").content.decode()
    assert "What answers now" in page
    assert all(word not in page for word in ("<form method=post", 'method="post" action="/models', "images wait"))
    for word in ("activate", "rollback", "owner"):
        assert client.post(f"/models/{one.pk}/{word}/", {"owner": "looks"}).status_code == 403
    assert not BundleOwner.objects.exists()


def test_an_owner_is_a_person_of_this_site_and_every_one_is_kept(admin, one, client):
    second = make_user("second")
    gone = make_user("gone")
    gone.is_active = False
    gone.save()
    url = f"/models/{one.pk}/owner/"
    assert "nobody is named" in words(admin.get(f"/models/{one.pk}/"))
    assert "chief answers for model 1.0.0 from now on." in words(admin.post(url, {"owner": "chief"}, follow=True))
    assert "chief is the owner of model 1.0.0 already." in words(admin.post(url, {"owner": "chief"}, follow=True))
    for nobody in ("gone", "nobody", ""):
        told = words(admin.post(url, {"owner": nobody}, follow=True)).replace("&#x27;", "'")
        assert f"'{nobody}' is not the name of an account in use here" in told
    admin.post(url, {"owner": "second"})
    assert [(row.number, row.person, row.created_by) for row in one.owners.all()] == [
        (2, second, admin.person),
        (1, admin.person, admin.person),
    ]
    events = AccessEvent.objects.filter(verb="name_bundle_owner").order_by("sequence")
    assert [event.details for event in events] == [
        {"owner": str(admin.person.pk), "before": ""},
        {"owner": str(second.pk), "before": str(admin.person.pk)},
    ]
    assert "second since" in words(admin.get(f"/models/{one.pk}/"))
    assert admin.get("/api/bundles/").json()["results"][0]["owner"] == "second"
    with pytest.raises(AppendOnlyViolation):
        one.owners.update(person=admin.person)
    assert admin.get(url).headers["Location"] == "/models/"


def test_the_registry_tells_purpose_data_and_what_is_not_stated(admin, one):
    assert "not stated in its card" in words(admin.get("/models/"))
    data = {"name": "set", "splits": {"selection": 55}}
    DeployedBundle.objects.update(
        card="# M\n\n## Intended use\nTo show it.\nTo test it.\n\nMore.\n",
        manifest={"findings": [], "evidence": {"data": data, "split": "test", "n": 134}},
    )
    page = words(admin.get("/models/"))
    assert "Purpose To show it. To test it. Owner" in page
    assert "Chosen on 55 images of data set set, split selection." in page
    assert "Measured on 134 images of data set set, split test." in page


@pytest.mark.parametrize(
    ("card", "purpose"), [("", ""), ("## Purpose\n- a\n\ntext", "text"), ("## Purpose\n## Data\nno", ""), ("text", "")]
)
def test_a_purpose_is_what_stands_below_its_heading(card, purpose):
    assert purpose_of(card) == purpose


def drawn(project: Project, hours: list[float]) -> list[Period]:
    """Changes at these hours after START, newest first."""
    rows = [ServiceChange(project=project, number=n, created_at=START + HOUR * at) for n, at in enumerate(hours, 1)]
    return [Period(row, after) for row, after in zip(rows[::-1], [None, *rows[::-1]], strict=False)]


def test_the_bar_follows_time_and_short_periods_are_drawn_wide_enough(chest):
    even = timeline(chest, drawn(chest, [0, 50]), START + 100 * HOUR)
    assert [(segment.x, segment.width) for segment in even.segments] == [(0, 50), (50, 50)]
    assert not even.is_stretched
    one_short = timeline(chest, drawn(chest, [0, 99]), START + 100 * HOUR)
    assert [segment.width for segment in one_short.segments] == [93, 7]
    assert one_short.is_stretched
    many = timeline(chest, drawn(chest, [0, *[90 + part / 10 for part in range(30)]]), START + 100 * HOUR)
    assert len(many.segments) == 10
    assert min(segment.width for segment in many.segments) >= 100 * LEAST_SHARE - 1e-6
    assert sum(segment.width for segment in many.segments) == pytest.approx(100, abs=0.01)
    assert timeline(chest, [], START).segments == ()


def test_a_clock_that_was_set_back_draws_a_bar_all_the_same(chest):
    bar = timeline(chest, drawn(chest, [10, 5]), START)
    assert sum(segment.width for segment in bar.segments) == pytest.approx(100)


def test_points_and_case_mixes_are_marks_on_the_bar_and_lines_below_it(admin, chest, one, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: START)
    activate(one, None)
    monkeypatch.setattr(timezone, "now", lambda: START + 100 * HOUR)
    share = {"value": 0.8, "ci": [0.7, 0.9], "n": 50}
    asked = PointProposal.objects.create(
        project=chest, version=1, bundle_id=one.pk, finding="opacity", threshold=0.58, threshold_before=0.63,
        sensitivity=share, specificity=share, reason="night shift", created_at=START,
    )  # fmt: skip
    PointDecision.objects.create(
        proposal=asked, outcome="approved", created_at=START + 25 * HOUR, created_by=admin.person
    )
    CaseMix.objects.create(project=chest, prevalences={"opacity": 0.11}, created_at=START + 50 * HOUR)
    CaseMix.objects.create(
        project=chest, prevalences={"opacity": 0.2}, created_at=START - HOUR
    )  # before the bar begins
    page = admin.get("/models/")
    assert "operating point of opacity 0.63 → 0.58 (version 1), approved by chief: night shift" in words(page)
    assert "case mix stated by the command line: opacity 11 %" in words(page)
    assert re.findall(r'class="mark" x1="([^"]+)"', page.content.decode()) == ["50.0%", "25.0%"]
