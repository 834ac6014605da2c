"""What is drawn in the phantoms that come with this program. A file is one of them by its bytes, not by what it calls itself."""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from inference.file_sha256 import file_sha256
from webapp.archive.models import Image, Project
from webapp.training_set.labels import Place


@dataclass(frozen=True)
class Drawn:
    """findings: key -> whether it is drawn. boxes: key -> where, in source pixels."""

    findings: dict[str, bool]
    boxes: dict[str, tuple[Place, ...]]


def drawn_truths(project: Project) -> dict[UUID, Drawn]:
    """Image -> what is drawn in it, of the project's images that came as the very files of webapp/demo/phantoms."""
    folder = Path(settings.DEMO_DIR) / "phantoms"
    table = folder / "truth.json"
    if not table.is_file():
        return {}
    by_uid = {row["sop_instance_uid"]: row for row in json.loads(table.read_text("utf-8"))["images"]}
    found: dict[UUID, Drawn] = {}
    for image in Image.objects.filter(project=project, sop_instance_uid__in=list(by_uid)):
        row = by_uid[image.sop_instance_uid]
        path = folder / row["file"]
        if path.is_file() and file_sha256(path) == image.received_sha256:
            found[image.pk] = _drawn(row)
    return found


def _drawn(row: dict[str, object]) -> Drawn:
    boxes: dict[str, list[Place]] = {}
    for box in row["boxes"]:  # type: ignore[attr-defined]
        boxes.setdefault(box["key"], []).append(Place(box["x"], box["y"], box["w"], box["h"]))
    findings = {str(key): bool(value) for key, value in row["findings"].items()}  # type: ignore[attr-defined]
    return Drawn(findings, {key: tuple(places) for key, places in boxes.items()})
