"""`view=` means the same images in the worklist, the API and the choice of a study's cases."""

import pytest

from reader_study.sent_bodies import CaseFilter
from reader_study.services.choose_cases import find_images
from tests.reader_study.studies.study_factory import make_study
from tests.webapp.viewer.case_factory import make_image
from webapp.archive.models import Image
from webapp.viewer.worklist.cases import condition, streams
from webapp.viewer.worklist.query import WorklistQuery

pytestmark = pytest.mark.django_db


LATERAL = {"LL", "RL", "LAT", "Lateral"}


@pytest.mark.parametrize(("view", "names"), [("PA", {"PA"}), ("LAT", LATERAL), ("none", {""}), ("AP", {"AP"})])
def test_a_view_is_the_same_images_everywhere(signed_in, view, names):
    made = make_study(cases=0, readers=0)
    for name in ("PA", "AP", "LL", "RL", "LAT", "Lateral", "", "LLO"):
        make_image(view_position=name)
    wanted = set(Image.objects.filter(view_position__in=names).values_list("pk", flat=True))
    client = signed_in("radiologist", "viewer")

    in_api = {row["id"] for row in client.get(f"/api/images/?view={view}").json()["results"]}
    in_search = client.post("/api/images/search/", {"filters": {"view": view}}, "application/json").json()["results"]
    query = WorklistQuery.from_query({"state": "all", "view": view}, client.person)
    (shown,) = streams(client.person)
    in_list = shown.filter(condition(query))

    assert len(wanted) == len(names)
    assert in_api == {str(key) for key in wanted}
    assert {row["id"] for row in in_search} == in_api
    assert set(in_list.values_list("pk", flat=True)) == wanted
    assert {image.pk for image in find_images(made.manager, made.study, CaseFilter(view=view))} == wanted


@pytest.mark.parametrize(
    ("view", "names"), [("lat", LATERAL), ("LATERAL", LATERAL), ("LL", {"LL"}), ("pa", {"PA"}), ("Not stated", {""})]
)
def test_a_code_or_its_title_is_the_same_view_case_aside(signed_in, view, names):
    made = make_study(cases=0, readers=0)
    for name in ("PA", *sorted(LATERAL), ""):
        make_image(view_position=name)
    client = signed_in("radiologist", "viewer")
    rows = client.get("/api/images/", {"view": view}).json()["results"]
    assert {row["view_position"] for row in rows} == names
    in_api = {row["id"] for row in rows}
    client.force_login(made.manager)
    search = f"/api/studies/{made.study.pk}/cases/search/"
    found = client.post(search, {"view": view}, content_type="application/json").json()["images"]
    assert {row["id"] for row in found} == in_api


def test_a_view_outside_the_table_is_looked_for_as_written(signed_in):
    make_image(view_position="LLO")
    make_image(view_position="LL")
    rows = signed_in("radiologist", "viewer").get("/api/images/?view=llo").json()["results"]
    assert [row["view_position"] for row in rows] == ["LLO"]
