"""What the file says about the exam, as columns, in lists, in the API and on the reading page."""

import importlib.util
import json
import re
from pathlib import Path

import pytest
from django.apps import apps
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.webapp.archive.dicom_files import chest_dicom
from webapp.archive.exam import exam_of
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.migrations import __path__ as migrations_path
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent

pytestmark = pytest.mark.django_db


def coded(value, scheme, meaning):
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return Sequence([item])


@pytest.fixture
def taken(storage):
    def take(**attributes) -> Image:
        outcome = ingest_file([chest_dicom(**attributes)], Sender(Project.default(), None, "upload"))
        assert outcome.image is not None
        return outcome.image

    return take


def test_columns_hold_what_all_sources_say(taken):
    infant = taken(drop=("PatientAge",), PatientBirthDate="20210601", StudyDate="20210703")
    lateral = taken(drop=("ViewPosition",), ViewCodeSequence=coded("R-10236", "SRT", "left lateral"))
    both = taken(ViewCodeSequence=coded("399348003", "SCT", "antero-posterior"))
    assert infant.age_years == pytest.approx(32 / 365.25)
    assert (lateral.view, lateral.view_position) == ("LL", "")
    assert (both.view, both.warnings) == ("unclear", ["view_unclear"])


def test_a_lateral_known_by_its_code_is_found_and_shown_as_one(taken, signed_in):
    lateral = taken(drop=("ViewPosition",), ViewCodeSequence=coded("R-10236", "SRT", "left lateral"))
    taken()
    client = signed_in()
    rows = client.get("/api/images/?view=LAT").json()["results"]
    assert [(row["id"], row["view"]) for row in rows] == [(str(lateral.pk), "LL")]
    page = client.get("/?state=all&view=LAT").content.decode()
    assert page.count('data-testid="worklist-row"') == 1
    assert "left lateral" in page


def test_the_detail_names_each_fact_with_its_sources(taken, signed_in):
    image = taken(AnatomicRegionSequence=coded("85562004", "SCT", "Hand"))
    exam = signed_in().get(f"/api/images/{image.pk}/").json()["exam"]
    assert exam["body_part"] == {
        "state": "contradiction",
        "value": None,
        "shown": "",
        "sources": [
            {"attribute": "Body Part Examined", "says": "Body Part Examined says CHEST"},
            {
                "attribute": "Anatomic Region Sequence",
                "says": "Anatomic Region Sequence says 85562004 (SCT, “Hand”)",
            },
        ],
    }
    assert exam["intent"]["value"] == "FOR PRESENTATION"


def test_the_reading_page_shows_the_view_of_the_code_and_the_warnings(taken, signed_in):
    attributes = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.1.1.1", "PresentationIntentType": "FOR PROCESSING"}
    image = taken(
        drop=("ViewPosition", "PatientOrientation"), ViewCodeSequence=coded("399067008", "SCT", "lateral"), **attributes
    )
    page = signed_in().get(f"/images/{image.pk}/").content.decode()
    boot = json.loads(re.search(r'<script id="reading-boot"[^>]*>(.*?)</script>', page, re.DOTALL)[1])
    assert boot["image"]["view"] == "lateral"
    assert boot["image"]["warnings"] == ["for_processing"]


def test_a_frontal_film_without_orientation_says_so(taken):
    assert taken(drop=("PatientOrientation",)).warnings == ["side_not_stated"]
    assert taken().warnings == []


def test_facts_are_asked_of_the_stored_header_with_the_day_of_arrival(taken):
    image = taken(drop=("PatientAge",), StudyDate="20991231")
    assert exam_of(image).age.state == "unknown_term"
    assert image.warnings == ["age_unclear"]


def test_images_of_before_get_their_columns(taken):
    lateral = taken(ViewPosition="LATERAL")
    plain = Image.objects.get(pk=taken(drop=("PatientOrientation",)).pk)
    Image.objects.update(view="", warnings=["no_window"], age_years=None)
    spec = importlib.util.spec_from_file_location("exam_facts", Path(migrations_path[0]) / "0003_exam_facts.py")
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    migration.fill(apps, None)
    lateral.refresh_from_db()
    plain.refresh_from_db()
    assert (lateral.view, lateral.age_years) == ("LAT", 61.0)
    assert plain.warnings == ["no_window", "side_not_stated"]


def test_the_setting_of_a_project_is_an_administrators_and_on_the_record(signed_in):
    project = Project.default()
    address = f"/admin/archive/project/{project.pk}/change/"
    sent = {"takes_for_processing": "on", "sentinel_share": "0"}
    assert signed_in("radiologist").post(address, sent).status_code == 302
    project.refresh_from_db()
    assert project.takes_for_processing is False
    admin = signed_in("admin")
    assert admin.post(address, sent).status_code == 302
    project.refresh_from_db()
    assert project.takes_for_processing is True
    event = AccessEvent.objects.filter(verb="project.settings").get()
    assert event.details["takes_for_processing"] is True
    assert event.details["look_first"] is False
    assert admin.get("/admin/archive/project/add/").status_code == 403
