"""`manage.py load_demo_study`."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from reader_study import demo_study
from reader_study.models import Study, Truth
from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_result
from webapp.archive.models import Project

pytestmark = pytest.mark.django_db


def phantoms(count: int = 8) -> list[tuple]:
    """Images with rows as truth.json has them; the files themselves are not needed to make a study."""
    found = []
    for k in range(count):
        image = make_image(patient_id=f"PHANTOM-{k}")
        findings = {"lung_opacity": bool(k % 2), "pleural_effusion": False, "cardiomegaly": k == 2}
        boxes = [{"key": "lung_opacity", "x": 10.0, "y": 10.0, "w": 20.0, "h": 20.0}] if k % 2 else []
        found.append((image, {"findings": findings, "boxes": boxes}))
    return found


def test_without_the_demo_model_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match=r"run `manage\.py load_demo` first"):
        call_command("load_demo_study", stdout=StringIO())


def test_it_makes_a_draft_once_and_opens_it_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = phantoms()
    monkeypatch.setattr(demo_study, "_phantoms", lambda path: rows)
    project = Project.default()
    project.active_bundle = BUNDLE
    project.save()
    for _ in range(2):
        call_command("load_demo_study", stdout=StringIO())
    study = Study.objects.get()
    assert (study.state, study.cases.count(), study.cases.filter(role="training").count(), study.readers.count()) == (
        "draft",
        8,
        2,
        3,
    )
    assert Truth.objects.filter(finding="lung_opacity", status="1").count() == 4
    out = StringIO()
    call_command("load_demo_study", "--open", stdout=out)
    assert "stays a draft: 8 results are missing" in out.getvalue()
    for image, _ in rows:
        make_result(image, image_sha256=image.stored_sha256)
    call_command("load_demo_study", "--open", stdout=StringIO())
    assert Study.objects.get().state == "open"
