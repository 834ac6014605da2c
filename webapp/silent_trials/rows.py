"""Silent trials as pages and exports show them."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from webapp.deployments.models import DeployedBundle
from webapp.silent_trials.end import answers_of, due_end
from webapp.silent_trials.models import SilentTrial
from webapp.silent_trials.pairs import SIDES
from webapp.silent_trials.report import SLICES
from webapp.work.models import Job

COLUMNS = ("finding", "figure", "model", "slice", "slice_value", "count", "value", "low", "high", "n")
SIDE_WORDS = {"in_service": "in service", "candidate": "candidate"}
CALLS = ("same", "flagged_newly", "cleared_newly")
TRIALS = ("project", "plan", "rehearsal", "end__created_by", "report", "created_by")


def names_of(trial: SilentTrial) -> dict[str, str]:
    """`candidate` and `in_service`: name and version."""
    rows = DeployedBundle.objects.filter(pk__in=trial.bundles).defer("manifest", "card").in_bulk()
    return {
        name: str(rows.get(key, key[:12]))
        for name, key in (("candidate", trial.candidate_id), ("in_service", trial.in_service_id))
    }


def state_of(trial: SilentTrial) -> dict[str, Any]:
    """word, sentence, images answered; while it runs also what it waits for."""
    done = answers_of(trial)
    found: dict[str, Any] = {"done": done, "most": trial.least_images, "word": "running", "text": "", "is_over": False}
    if hasattr(trial, "end"):
        word = "complete" if trial.end.is_complete else trial.end.get_code_display()
        return {**found, "word": word, "text": trial.end.text, "is_over": True}
    due = due_end(trial)
    return {**found, "text": f"It ends now. {due[1]}" if due else _waits_for(trial, done)}


def _waits_for(trial: SilentTrial, done: int) -> str:
    jobs = Job.objects.filter(silent_case__trial=trial)
    queued, failed = jobs.filter(state__in=Job.UNFINISHED).count(), jobs.filter(state=Job.State.FAILED).count()
    days = max(0, trial.most_days - (timezone.now() - trial.created_at).days)
    parts = [f"It waits for {_count(trial.least_images - done, 'image')}"]
    if queued:
        parts.append(f"{queued} of them queued behind other work")
    text = f"{', '.join(parts)}. Days left: {days}."
    return f"{text} {_count(failed, 'image')} could not be run (Operations says why)." if failed else text


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def titles_of(trial: SilentTrial) -> dict[str, str]:
    """Key -> title of the candidate's findings."""
    row = DeployedBundle.objects.filter(pk=trial.candidate_id).first()
    return {one["key"]: one["title"] for one in row.manifest.get("findings", [])} if row else {}


def counts_rows(trial: SilentTrial, counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Of either model: name, refusals with the checks in words, and times."""
    names = names_of(trial)
    return [
        {
            "name": f"{names[side]}, {SIDE_WORDS[side]}",
            "own": counts["refusals"][side],
            "reasons": [f"{name.replace('_', ' ')} {n}" for name, n in counts["refusals"][side]["reasons"].items()],
            "took": counts["speed"][side],
        }
        for side in SIDES
    ]


def finding_cards(trial: SilentTrial) -> list[dict[str, Any]]:
    """One for each finding: agreement overall, its slices under their titles, and accuracy."""
    titles, names, report = titles_of(trial), names_of(trial), trial.report.report
    return [
        {
            "title": titles.get(key, key),
            "overall": own,
            "slices": [(SLICES[kind][0], rows) for kind, rows in own["slices"].items()],
            "accuracy": report["accuracy"][key],
            "models": [(f"{names[side]}, {SIDE_WORDS[side]}", report["accuracy"][key][side]) for side in SIDES],
        }
        for key, own in report["findings"].items()
    ]


def export_document(trial: SilentTrial) -> dict[str, Any]:
    """Everything but the images."""
    state = state_of(trial)
    return {
        "silent_trial": trial.number,
        "project": trial.project.slug,
        "started_at": trial.created_at.isoformat(),
        "candidate": trial.candidate_id,
        "in_service": trial.in_service_id,
        "plan": {"version": trial.plan.version, "sha256": trial.plan_sha256},
        "rehearsal": trial.rehearsal.number,
        "asked": {"least_images": trial.least_images, "most_days": trial.most_days},
        "images": state["done"],
        "state": state["word"],
        "why": state["text"],
        "ended_at": trial.end.created_at.isoformat() if hasattr(trial, "end") else None,
        "report": trial.report.report if hasattr(trial, "report") else None,
        "note": "Research use only, not for diagnosis.",
    }


def export_rows(trial: SilentTrial) -> list[list[object]]:
    """The figures, one a line, as COLUMNS."""
    rows = _figures(trial.report.report) if hasattr(trial, "report") else ()
    return [[row.get(name) for name in COLUMNS] for row in rows]


def _figures(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for finding, own in report["findings"].items():
        parts = [("", own), *((kind, row) for kind, rows in own["slices"].items() for row in rows)]
        for kind, row in parts:
            where = {"finding": finding, "slice": kind, "slice_value": row.get("name", "")}
            yield from ({**where, "figure": name, **row[name]} for name in CALLS)
        for model in SIDES:
            figures = report["accuracy"][finding][model]
            yield from ({"finding": finding, "figure": name, "model": model, **one} for name, one in figures.items())
    for model in SIDES:
        refused, took = report["refusals"][model], report["speed"][model]
        yield {"figure": "refused", "model": model, **refused, "count": refused["refused"]}
        for name in ("median", "p95"):
            yield {"figure": f"run_seconds_{name}", "model": model, "value": took[name], "n": took["n"]}
