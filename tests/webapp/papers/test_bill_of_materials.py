"""The bill of materials: follows the published schema, names every file of the bundle by its hash, and is for admins."""

import base64
import hashlib
import io
import json
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.management import call_command
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from reports.software_parts import npm_components
from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.viewer.case_factory import make_user
from webapp.deployments.models import DeployedBundle
from webapp.papers.bill_of_materials import LOCK

pytestmark = pytest.mark.django_db
STANDARDS = Path(__file__).parent / "standards"


def schema(name: str) -> dict[str, Any]:
    return json.loads((STANDARDS / f"cyclonedx_{name}.schema.json").read_text("utf-8"))


def problems(document: dict[str, Any]) -> list[str]:
    beside = [schema("spdx"), schema("jsf-0.82")]
    registry = Registry().with_resources((part["$id"], Resource.from_contents(part)) for part in beside)
    found = Draft7Validator(schema("bom-1.6"), registry=registry).iter_errors(document)
    return [f"{list(error.path)}: {error.message[:200]}" for error in found]


@pytest.fixture
def bundle(settings, tmp_path) -> DeployedBundle:
    """Registered, its file in the store; no self-check."""
    settings.BUNDLE_DIR = tmp_path
    made = tmp_path / "made"
    make_tiny_bundle(made)
    digest = hashlib.sha256(made.read_bytes()).hexdigest()
    made.rename(tmp_path / f"{digest}.bundle")
    with zipfile.ZipFile(tmp_path / f"{digest}.bundle") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    return DeployedBundle.objects.create(bundle_id=digest, name="tiny", version="1", manifest=manifest)


def test_it_follows_the_schema_and_names_each_file_and_package(bundle, settings, client):
    client.force_login(make_user("admin", "admin"))
    answer = client.get(f"/models/papers/{bundle.pk}/bill-of-materials/")
    document = answer.json()
    assert problems(document) == []
    parts = {part["bom-ref"]: part for part in document["components"]}
    with zipfile.ZipFile(settings.BUNDLE_DIR / f"{bundle.pk}.bundle") as archive:
        for name in archive.namelist():
            assert (
                parts[f"{bundle.pk}/{name}"]["hashes"][0]["content"] == hashlib.sha256(archive.read(name)).hexdigest()
            )
    assert parts[f"data:{bundle.pk}"]["name"] == bundle.manifest["evidence"]["data"]["name"]
    assert document["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": bundle.pk}]
    assert parts[f"pkg:pypi/django@{version('django')}"]["licenses"]
    assert any(name.startswith("pkg:npm/react@") for name in parts)
    assert problems({"specVersion": "1.6", "bomFormat": "another"}) != []  # the schema is asked


def test_packages_of_the_viewer_come_with_their_hash_and_those_of_the_build_are_told_apart():
    parts = {part["name"]: part for part in npm_components(site.BASE_DIR / LOCK)}
    locked = json.loads((site.BASE_DIR / LOCK).read_text("utf-8"))["packages"]["node_modules/react"]
    assert (parts["react"]["version"], parts["react"]["scope"]) == (locked["version"], "required")
    assert parts["vite"]["scope"] == "excluded"
    digest = base64.b64decode(locked["integrity"].removeprefix("sha512-")).hex()
    assert parts["react"]["hashes"] == [{"alg": "SHA-512", "content": digest}]


def test_a_reader_gets_neither_the_bill_nor_a_link_to_it(bundle, client):
    client.force_login(make_user("reader"))
    address = f"/models/papers/{bundle.pk}/bill-of-materials/"
    assert client.get(address).status_code == 403
    assert address not in client.get(f"/models/{bundle.pk}/").content.decode()


def test_a_missing_file_is_said_and_the_command_line_makes_the_same(bundle, settings, client):
    out = io.StringIO()
    call_command("bill_of_materials", bundle=bundle.pk[:8], stdout=out)
    assert json.loads(out.getvalue())["metadata"]["component"]["bom-ref"] == f"bundle:{bundle.pk}"
    (settings.BUNDLE_DIR / f"{bundle.pk}.bundle").unlink()
    client.force_login(make_user("admin", "admin"))
    answer = client.get(f"/models/papers/{bundle.pk}/bill-of-materials/")
    assert (answer.status_code, "missing or cannot be read" in answer.content.decode()) == (503, True)
