"""What answered at a moment: equal to what was stored then, wherever it is told."""

import csv
import datetime
import importlib
import io
import random
import uuid

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from tests.webapp.deployments.test_strikes import registered, strike
from tests.webapp.openapi_check import broken_promises
from tests.webapp.viewer.case_factory import make_image, make_user
from webapp.archive.models import Image, Project
from webapp.deployments.in_service import way_back
from webapp.deployments.models import BundleStrike, DeployedBundle, ServiceChange
from webapp.deployments.service_history import MomentRefused, answered_at, asked_moment, periods
from webapp.deployments.services import activate, roll_back
from webapp.operating_points.models import CaseMix, PointDecision, PointProposal
from webapp.predictions.models import Prediction
from webapp.reviews.models.kept_row import AppendOnlyViolation

pytestmark = pytest.mark.django_db
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def _store(settings, tmp_path):
    settings.BUNDLE_DIR = tmp_path / "store"
    settings.WORKER_DIR = tmp_path / "workers"


@pytest.fixture
def clock(monkeypatch):
    """Sets the time of the service: minutes after START."""

    def at(minutes: float) -> datetime.datetime:
        moment = START + datetime.timedelta(minutes=minutes)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return at


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.slow)])
def test_moments_over_fifty_changes_are_as_the_results_stored_then_in_each_of_two_projects(clock, count):
    """`make check` asks about a hundred moments, `make test` about a thousand."""
    generator = random.Random(20261130)
    bundles = [registered(f"{number}.0.0") for number in range(5)]
    ward = Project.objects.create(name="Ward", slug="ward")
    projects, images = [Project.default(), ward], [make_image(), make_image()]
    Image.objects.filter(pk=images[1].pk).update(project=ward)
    changes, differed = sorted(generator.sample(range(10, 500_000), 50)), 0
    moments = sorted(generator.uniform(0, 520_000) for _ in range(count))
    for minutes, is_change in sorted([(one, True) for one in changes] + [(one, False) for one in moments]):
        moment, which = clock(minutes), generator.randrange(2)
        if is_change:
            _change_something(generator, bundles, projects[which])
        else:
            stored = dict(Project.objects.values_list("pk", "active_bundle"))
            differed += len(set(stored.values())) == 2
            Prediction.objects.create(
                image=images[which], bundle_id=stored[projects[which].pk], created_at=moment, finished_at=moment
            )
    clock(600_000)
    assert {row.how for row in ServiceChange.objects.all()} == {"put_in_service", "rolled_back"}
    told, wanted = [], []
    for result in Prediction.objects.select_related("image__project").order_by("created_at"):
        period = answered_at(result.image.project, result.created_at).period
        told.append((period.change.bundle_id or "") if period else "")
        wanted.append(result.bundle_id)
        assert period is None or period.until is None or period.until > result.created_at
    assert told == wanted
    assert len(set(wanted)) > 4
    assert differed > 0.3 * count  # the two projects had bundles of their own


def _change_something(generator: random.Random, bundles: list[DeployedBundle], project: Project) -> None:
    """One change: a roll back or another bundle, of this project, or one time in ten of both."""
    where = None if generator.random() < 0.1 else project
    if generator.random() < 0.3 and way_back(Project.objects.get(pk=project.pk)):
        roll_back(None, project=where)
    else:
        activate(generator.choice(bundles), None, where)


def test_points_and_case_mix_are_those_of_the_moment(clock):
    bundle, project = registered("1.0.0"), Project.default()
    clock(0)
    activate(bundle, None)
    share = {"value": 0.8, "ci": [0.7, 0.9], "n": 50}
    for version, (threshold, minutes) in enumerate([(0.4, 10), (0.6, 20)], 1):
        moment = clock(minutes)
        row = PointProposal.objects.create(
            project=project, version=version, bundle_id=bundle.pk, finding="lung_opacity", threshold=threshold,
            threshold_before=0.5, sensitivity=share, specificity=share, reason="r", created_at=moment,
        )  # fmt: skip
        PointDecision.objects.create(proposal=row, outcome="approved", created_at=moment)
        CaseMix.objects.create(project=project, prevalences={"lung_opacity": threshold / 10}, created_at=moment)

    def told(minutes: float) -> tuple[float | None, float | None]:
        found = answered_at(project, START + datetime.timedelta(minutes=minutes))
        point = found.points.get("lung_opacity")
        return point and point.threshold, found.mix and found.mix.prevalences["lung_opacity"]

    assert [told(minutes) for minutes in (9.9, 10, 19.9, 20)] == [
        (None, None), (0.4, pytest.approx(0.04)), (0.4, pytest.approx(0.04)), (0.6, pytest.approx(0.06)),
    ]  # fmt: skip


def test_page_api_and_export_tell_the_same(clock, client):
    admin = make_user("chief", "admin")
    first, second = registered("1.0.0"), registered("2.0.0")
    clock(0)
    activate(first, admin)
    clock(60)
    activate(second, None)
    _end_the_worker(second, clock, 70, 80, 90)
    clock(1000)
    client.force_login(make_user("looks"))
    told = client.get("/api/projects/default/in-service/", {"at": "2026-01-01T00:30"})
    assert broken_promises("get", "/api/projects/default/in-service/", 200, told.json()) == []
    assert told.json() | {"points": [], "prevalences": {}} == {
        "at": "2026-01-01T00:30:00.999999+00:00", "since": "2026-01-01T00:00:00+00:00", "until": "2026-01-01T01:00:00+00:00",
        "bundle_id": first.pk, "name": "model", "version": "1.0.0", "how": "put_in_service", "why": "", "by": "chief",
        "points": [], "prevalences": {},
    }  # fmt: skip
    assert client.get("/api/projects/default/in-service/").json()["bundle_id"] == first.pk
    page = client.get("/models/", {"at": "2026-01-01T00:30"}).content.decode()
    assert "put in service 2026-01-01 00:00:00 by chief" in " ".join(page.split())
    assert page.count('data-testid="service-change"') == 3
    changes = client.get("/api/projects/default/service-history/").json()["changes"]
    table = client.get("/api/projects/default/service-history/", {"as": "csv"}).content.decode()
    assert [row["bundle_id"] for row in csv.DictReader(io.StringIO(table))] == [row["bundle_id"] for row in changes]
    assert [(row["version"], row["how"], row["by"]) for row in changes] == [
        ("1.0.0", "taken_out", None), ("2.0.0", "put_in_service", None), ("1.0.0", "put_in_service", "chief"),
    ]  # fmt: skip
    assert "the worker ended 3 times" in changes[0]["why"]
    assert [change.who for change in ServiceChange.objects.all()] == ["the service itself", "the command line", "chief"]
    assert (
        client.get("/api/projects/default/service-history/?as=xls").json()["text"] == "as 'xls' is not one of json, csv"
    )
    assert client.get("/api/projects/nobodys/in-service/").status_code == 404


def test_a_bundle_that_is_taken_out_with_none_before_it_leaves_nobody_answering(clock):
    clock(0)
    bundle = activate(registered("1.0.0"), None)
    _end_the_worker(bundle, clock, 1, 2, 3)
    change = answered_at(Project.default(), clock(4)).period.change
    assert (change.bundle, change.how) == (None, "taken_out")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("yesterday", "at 'yesterday' is no date and time such as 2026-11-30T14:10"),
        ("2026-13-45T00:00", "is no date and time"),
        ("2999-01-01T00:00", "lies in the future"),
        ("9" * 5000, "is no date and time"),
        ("0001-01-01T00:00:00+14:00", "is no date and time"),
    ],
)
def test_a_moment_that_nothing_can_be_told_about_is_named(client, text, says):
    with pytest.raises(MomentRefused, match=says):
        asked_moment(text)
    Project.default()
    client.force_login(make_user("looks"))
    answer = client.get("/api/projects/default/in-service/", {"at": text})
    assert (answer.status_code, says in answer.json()["text"]) == (400, True)
    assert says in client.get("/models/", {"at": text}).content.decode().replace("&#x27;", "'")


def test_offsets_count_and_before_the_first_change_nothing_is_known(clock, client):
    clock(0)
    activate(registered("1.0.0"), None)
    clock(10_000)
    second = START + datetime.timedelta(microseconds=999_999)
    assert asked_moment("2026-01-01T02:00:00+02:00") == asked_moment("2026-01-01T02:00:00 02:00") == second
    assert asked_moment("2026-01-01 00:00:00") == second  # as the list writes it
    assert asked_moment("2026-01-01T02:00:00.5+02:00") == START + datetime.timedelta(seconds=0.5)
    assert answered_at(Project.default(), START - datetime.timedelta(seconds=1)).period is None
    client.force_login(make_user("looks"))
    page = client.get("/models/", {"at": "2025-12-31T23:59"}).content.decode()
    assert "what answered is not known" in page


def test_a_clock_that_is_set_back_changes_no_order_and_no_row(clock):
    first, second = registered("1.0.0"), registered("2.0.0")
    clock(100)
    activate(first, None)
    clock(50)
    activate(second, None)
    assert [period.change.bundle for period in periods(Project.default())] == [second, first]
    assert answered_at(Project.default(), clock(200)).period.change.bundle == second
    with pytest.raises(AppendOnlyViolation):
        ServiceChange.objects.update(why="x")


def test_changes_from_before_are_told_by_the_record(clock):
    keep = importlib.import_module("webapp.deployments.migrations.0005_service_changes_of_the_record").keep
    Project.default()
    Project.objects.update(created_at=START)
    first, second = registered("1.0.0"), registered("2.0.0")
    activate(first, make_user("chief", "admin"))
    activate(second, None)
    roll_back(None)
    before = _facts()
    models.QuerySet(ServiceChange).delete()
    keep(apps, None)
    assert _facts() == before
    assert {row.why for row in ServiceChange.objects.all()} == {"told by the record, from before this history was kept"}

    models.QuerySet(ServiceChange).delete()
    Project.objects.update(active_bundle=second.pk)  # otherwise than the record tells
    keep(apps, None)
    assert _facts()[:3] == before
    last = ServiceChange.objects.first()
    assert (last.bundle, last.how, last.who, "does not tell" in last.why) == (second, "found", "not known", True)
    found, before, *_ = periods(Project.default())
    assert (found.is_end_known, before.is_end_known, before.until) == (True, False, None)


def test_a_moment_copied_from_the_list_is_answered_by_its_line(clock, client):
    clock(0)
    activate(registered("1.0.0"), None)
    clock(10.0117)  # 10 minutes and .7 s
    second = activate(registered("2.0.0"), None)
    clock(20)
    client.force_login(make_user("looks"))
    page = client.get("/models/").content.decode()
    assert "2026-01-01 00:10:00" in page
    assert (
        client.get("/api/projects/default/in-service/", {"at": "2026-01-01T00:10:00"}).json()["bundle_id"] == second.pk
    )


def _end_the_worker(bundle, clock, *minutes: float) -> None:
    """Strikes at these minutes; a strike's own time is not the clock's."""
    for moment in map(clock, minutes):
        strike(bundle, began_at=moment)
        BundleStrike.objects.update(at=moment)


def _facts() -> list[tuple[str, str, uuid.UUID | None]]:
    return [(row.bundle_id, row.how, row.created_by_id) for row in ServiceChange.objects.order_by("number")]
