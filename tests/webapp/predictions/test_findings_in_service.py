"""What the model in service asks, as its manifest has it; nothing where the file is not at hand."""

from pathlib import Path

import pytest

from inference.bundle_archive import read_manifest
from tests.inference.tiny_bundle import make_tiny_bundle
from webapp.archive.models import Project
from webapp.predictions.bundle_store import bundle_path, finding_rows_in_service, findings_in_service

pytestmark = pytest.mark.django_db


def test_findings_come_with_the_public_code_of_the_manifest(tmp_path: Path, storage: Path) -> None:
    bundle_id = make_tiny_bundle(tmp_path / "tiny.bundle")
    project = Project.default()
    project.active_bundle = bundle_id
    assert (finding_rows_in_service(project), findings_in_service(project)) == ((), {})
    (tmp_path / "tiny.bundle").rename(bundle_path(bundle_id))
    rows = finding_rows_in_service(project)
    stated = read_manifest(bundle_path(bundle_id))["findings"]
    assert [row["code"] for row in rows] == [one["code"] for one in stated]
    assert any(row["code"] for row in rows)
    assert findings_in_service(project) == {one["key"]: one["title"] for one in stated}
