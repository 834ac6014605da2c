"""Rehearsals as pages and exports show them."""

from typing import Any
from uuid import UUID

from webapp.accounts.policy import Person, may_use_labels
from webapp.archive.models import Image
from webapp.deployments.models import DeployedBundle
from webapp.rehearsals.ask import is_over, last_job
from webapp.rehearsals.models import Rehearsal
from webapp.reveal.embargoed import not_under_embargo

COLUMNS = (
    "key", "kind", "finding", "subgroup", "allowed_low", "allowed_high", "value", "low", "high", "confidence", "candidate",
    "in_service", "n", "positives", "negatives", "patients", "p", "verdict", "needed", "reason", "method",
)  # fmt: skip


def bundle_names(rehearsal: Rehearsal) -> dict[str, str]:
    """Id -> name and version."""
    rows = DeployedBundle.objects.filter(pk__in=rehearsal.bundles).defer("manifest", "card")
    return {row.pk: str(row) for row in rows}


def state_of(rehearsal: Rehearsal) -> dict[str, Any]:
    """How far it is: word, sentence, cases done and in all."""
    chosen = rehearsal.reference_set.images.values("image")  # type: ignore[attr-defined]
    done = rehearsal.outputs.filter(image__in=chosen).count()  # type: ignore[attr-defined]
    most = 2 * rehearsal.reference_set.images.count()  # type: ignore[attr-defined]
    found = {"done": done, "most": most, "text": ""}
    if hasattr(rehearsal, "verdict"):
        return {**found, "word": "passed" if rehearsal.verdict.passed else "not passed"}
    if hasattr(rehearsal, "stop"):
        return {**found, "word": "stopped", "text": rehearsal.stop.text}
    job = last_job(rehearsal)
    if job is None:
        return {**found, "word": "waits"}
    return {**found, "word": job.state, "text": job.error_text or job.waiting_for}


def finding_titles(rehearsal: Rehearsal) -> dict[str, str]:
    """Key -> title, as the candidate calls it."""
    return {finding["key"]: finding["title"] for finding in _manifest(rehearsal).get("findings", [])}


def miss_rows(rehearsal: Rehearsal, person: Person) -> list[dict[str, Any]]:
    """New false negatives of images that nothing hides from this person; with who ticked each off, and why."""
    misses = rehearsal.verdict.report["misses"]
    images = Image.objects.select_related("project").in_bulk([UUID(miss["image"]) for miss in misses])
    ticks = {(str(row.image_id), row.finding): row for row in rehearsal.ticks.select_related("created_by")}  # type: ignore[attr-defined]
    titles = finding_titles(rehearsal)
    return [
        {
            **miss,
            "title": titles.get(miss["finding"], miss["finding"]),
            "code": images[UUID(miss["image"])].code,
            "tick": ticks.get((miss["image"], miss["finding"])),
        }
        for miss in misses
        if may_use_labels(person, images[UUID(miss["image"])]) is None
    ]


def withheld_cases(rehearsal: Rehearsal, person: Person) -> int:
    """How many replayed images are hidden from the person; while any is, no figure is told: with the rest of a sum they would have
    the part."""
    rows = rehearsal.replayed.all()  # type: ignore[attr-defined]
    count: int = rows.count() - not_under_embargo(rows, person, "image", labels_only=True).count()
    return count


def export_document(rehearsal: Rehearsal, person: Person) -> dict[str, Any]:
    """Everything that the verdict rests on, by hash; no patient. Images of misses are left out: they are told on the page."""
    state = state_of(rehearsal)
    document: dict[str, Any] = {
        "rehearsal": rehearsal.number,
        "project": rehearsal.project.slug,
        "asked_at": rehearsal.created_at.isoformat(),
        "candidate": rehearsal.candidate_id,
        "in_service": rehearsal.in_service_id,
        "plan": {"version": rehearsal.plan.version, "sha256": rehearsal.plan_sha256},
        "reference_set": {"version": rehearsal.reference_set.version, "sha256": rehearsal.reference_sha256},
        "state": state["word"],
        "why": state["text"],
        "note": "Research use only, not for diagnosis.",
    }
    if is_over(rehearsal) and hasattr(rehearsal, "verdict"):
        report = rehearsal.verdict.report
        document |= {"look": rehearsal.verdict.look, "passed": rehearsal.verdict.passed}
        document |= {name: value for name, value in report.items() if name != "misses"}
        document["new_false_negatives"] = len(report["misses"])
        replay = rehearsal.replays.first()  # type: ignore[attr-defined]
        document["reviewed_cases"] = replay.report if replay and not withheld_cases(rehearsal, person) else None
    return document


def export_rows(rehearsal: Rehearsal) -> list[list[object]]:
    """The gates, one a line, as COLUMNS."""
    gates = rehearsal.verdict.report["gates"] if hasattr(rehearsal, "verdict") else []
    return [
        [{**gate, "allowed_low": gate["allowed"][0], "allowed_high": gate["allowed"][1]}[name] for name in COLUMNS]
        for gate in gates
    ]


def _manifest(rehearsal: Rehearsal) -> dict[str, Any]:
    row = DeployedBundle.objects.filter(pk=rehearsal.candidate_id).first()
    return row.manifest if row else {}
