"""What a rehearsal needs, put into the home of a running server: a candidate that calls less, reviews of every image, the question.

    python -m benchmarks.rehearsal_site ask | state      (SIGHTLINE_HOME as the server has it)

ask: reviews every image that has a result, registers the demo bundle with higher operating points, and asks
for a rehearsal under the demo's plan and set. state: one JSON line, how far the newest rehearsal is.
"""

import json
import os
import random
import sys
import tempfile
import uuid
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from webapp.accounts.models import User

FINDING = "lung_opacity"
THRESHOLD = 0.9  # of the candidate's operating points


def ask() -> None:
    """Reviews, candidate, question."""
    from webapp.accounts.models import User
    from webapp.archive.models import Project
    from webapp.deployments.services import add_bundle
    from webapp.predictions.bundle_store import bundle_path
    from webapp.rehearsals.ask import ask_rehearsal

    admin, project = User.objects.get(username="admin"), Project.default()
    _review_all(User.objects.get(username="radiologist"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "candidate.bundle"
        _write_candidate(bundle_path(project.active_bundle), path)
        candidate = add_bundle(path, admin)
    print(ask_rehearsal(admin, project, candidate).code)


def _review_all(reader: "User") -> None:
    from webapp.predictions.models import Prediction
    from webapp.reviews.models import CaseReview
    from webapp.reviews.record_review import record_review

    reviewed = set(CaseReview.objects.values_list("image_id", flat=True))
    for result in Prediction.objects.exclude(bundle_id="").select_related("image").order_by("-created_at"):
        found = next((one for one in result.document.get("findings", []) if one["key"] == FINDING), None)
        if (
            found is None
            or result.image_id in reviewed
            or found["decision"] not in ("positive", "negative", "uncertain")
        ):
            continue
        reviewed.add(result.image_id)
        verdict = "absent" if found["decision"] == "uncertain" else "agree"
        key = str(uuid.uuid4())
        body = {"bundle": result.bundle_id, "finding": FINDING, "verdict": verdict, "idempotency_key": key}
        record_review(reader, result.image, body)


def _write_candidate(served: Path, path: Path) -> None:
    from inference.bundle_archive import write_members

    with zipfile.ZipFile(served) as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    manifest = json.loads(members["manifest.json"])
    threshold = THRESHOLD + random.random() / 100  # another file each time, under the same name and version
    for finding in manifest["findings"]:
        finding["operating_point"]["threshold"] = threshold
    members["manifest.json"] = (json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
    write_members(path, members)


def state() -> dict[str, object]:
    """Of the newest rehearsal: answers, verdicts, reports, and whether everything was told once."""
    from django.db.models import Count

    from webapp.rehearsals.ask import last_job
    from webapp.rehearsals.models import CaseOutput, MissMap, Rehearsal

    row = Rehearsal.objects.first()
    if row is None:
        return {}
    job = last_job(row)
    twice = CaseOutput.objects.values("rehearsal", "image", "bundle_id").annotate(n=Count("pk")).filter(n__gt=1)
    return {
        "answers": row.outputs.count(),  # type: ignore[attr-defined]
        "cases": row.reference_set.images.count() + row.replayed.count(),  # type: ignore[attr-defined]
        "verdict": hasattr(row, "verdict"),
        "stop": row.stop.text if hasattr(row, "stop") else "",
        "looks": row.reference_set.looks.count(),  # type: ignore[attr-defined]
        "maps": MissMap.objects.filter(rehearsal=row).count(),
        "misses": len(row.verdict.report["misses"]) if hasattr(row, "verdict") else 0,
        "faults": row.faults.count(),  # type: ignore[attr-defined]
        "reports": row.replays.count(),  # type: ignore[attr-defined]
        "twice": twice.count(),
        "job": f"{job.state} {job.error_code}" if job else "",
    }


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")
    django.setup()
    if arguments == ["ask"]:
        ask()
    else:
        print(json.dumps(state()))


if __name__ == "__main__":
    main(sys.argv[1:])
