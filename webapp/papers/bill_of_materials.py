"""The bill of materials (CycloneDX 1.6, JSON) of this installation, and of a bundle: its files with their hashes and its data."""

import hashlib
import uuid
import zipfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from reports.software_parts import npm_components, python_components
from webapp.deployments.models import DeployedBundle
from webapp.predictions.bundle_store import bundle_path

LOCK = Path("webapp/viewer/frontend/package-lock.json")
CHUNK = 2**20


def bill_of_materials(bundle: DeployedBundle | None = None) -> dict[str, Any]:
    """With a bundle: of it and of the software that serves it. Raises OSError or BadZipFile where its file cannot be read."""
    lock = settings.BASE_DIR / LOCK
    software = python_components() + (npm_components(lock) if lock.exists() else [])
    viewer = "from package-lock.json" if lock.exists() else "not listed: this installation has no package-lock.json"
    subject, parts = (_model(bundle), _model_parts(bundle)) if bundle else (_application(), [])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {
            "timestamp": timezone.now().isoformat(timespec="seconds"),
            "component": subject,
            "properties": [
                {"name": "sightline:python", "value": "packages installed where this was made; no hashes"},
                {"name": "sightline:viewer", "value": f"packages of the viewer {viewer}"},
            ],
        },
        "components": parts + software,
    }


def _application() -> dict[str, Any]:
    return {
        "type": "application", "bom-ref": "sightline", "name": "sightline", "version": settings.SIGHTLINE_VERSION,
    }  # fmt: skip


def _model(bundle: DeployedBundle) -> dict[str, Any]:
    datasets = [{"ref": f"data:{bundle.bundle_id}"}] if _data(bundle) else []
    return {
        "type": "machine-learning-model", "bom-ref": f"bundle:{bundle.bundle_id}",
        "name": bundle.name, "version": bundle.version,
        "hashes": [{"alg": "SHA-256", "content": bundle.bundle_id}],
        "modelCard": {"modelParameters": {"task": str(bundle.manifest.get("task", "")), "datasets": datasets}},
    }  # fmt: skip


def _model_parts(bundle: DeployedBundle) -> list[dict[str, Any]]:
    """The members of the file, read now, and the data set as the manifest names it."""
    parts = []
    with zipfile.ZipFile(bundle_path(bundle.bundle_id)) as archive:
        for name in sorted(archive.namelist()):
            hashes = [{"alg": "SHA-256", "content": _sha256(archive, name)}]
            parts.append({"type": "file", "bom-ref": f"{bundle.bundle_id}/{name}", "name": name, "hashes": hashes})
    data = _data(bundle)
    if data:
        print_ = data.get("fingerprint") or data.get("sha256")
        properties = [{"name": "sightline:data-fingerprint", "value": str(print_)}] if print_ else []
        named = {"type": "data", "bom-ref": f"data:{bundle.bundle_id}", "name": str(data["name"])}
        parts.append(named | {"data": [{"type": "dataset", "name": str(data["name"])}], "properties": properties})
    return parts


def _data(bundle: DeployedBundle) -> dict[str, Any]:
    data = (bundle.manifest.get("evidence") or {}).get("data")
    return data if isinstance(data, dict) and data.get("name") else {}


def _sha256(archive: zipfile.ZipFile, name: str) -> str:
    found = hashlib.sha256()
    with archive.open(name) as member:
        while chunk := member.read(CHUNK):
            found.update(chunk)
    return found.hexdigest()
