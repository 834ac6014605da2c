"""The replay of reviewed cases as pages and exports show it, to whom nothing hides one of its images."""

from typing import Any

from webapp.accounts.policy import Person
from webapp.rehearsals.ask import last_job
from webapp.rehearsals.models import Rehearsal
from webapp.rehearsals.replay import MOST_MAPS, failed_cases, missing_maps, rounds
from webapp.rehearsals.rows import finding_titles, withheld_cases
from webapp.reveal.label_kind import LabelKind
from webapp.work.models import Job

GROUPS = {
    "fresh": "Patients that it never learnt from",
    "learnt": "Failures that it was trained on",
    "trained": "Other cases of patients that it was trained on",
}


def replay_context(rehearsal: Rehearsal, person: Person) -> dict[str, Any]:
    """For the page of a rehearsal with a verdict."""
    row = rehearsal.replays.first()  # type: ignore[attr-defined]
    tried, failed, withheld = rounds(rehearsal), failed_cases(rehearsal), withheld_cases(rehearsal, person)
    is_done, job = row is not None and row.round == tried, last_job(rehearsal)
    ended = job is not None and job.state in (Job.State.FAILED, Job.State.CANCELLED) and not is_done
    found = {
        "failed": sum(failed.values()), "failed_codes": failed, "withheld": withheld, "is_done": is_done,
        "ended": (job.error_text or job.state) if job is not None and ended else "",
        "cases": rehearsal.replayed.count(),  # type: ignore[attr-defined]
        "done": _answers(rehearsal), "maps_wait": 0 if is_done else len(missing_maps(rehearsal)), "most_maps": MOST_MAPS,
    }  # fmt: skip
    if row is None or withheld:
        return {**found, "report": None}
    titles, report = finding_titles(rehearsal), row.report
    kinds = [
        {**one, "title": titles.get(one["finding"], one["finding"]), "label": LabelKind(one["kind"]).label}
        for one in report["by_kind"]
    ]
    return {
        **found,
        "report": report,
        "decided": [one for one in kinds if one["kind"] != LabelKind.AIDED],
        "aided": [one for one in kinds if one["kind"] == LabelKind.AIDED],
        "groups": [(title, report["changes"][key]) for key, title in GROUPS.items()],
        "modes": [{**one, "word": _word(one)} for one in report["modes"]],
    }


def _answers(rehearsal: Rehearsal) -> int:
    replayed = rehearsal.replayed.values("image")  # type: ignore[attr-defined]
    count: int = rehearsal.outputs.filter(image__in=replayed).count()  # type: ignore[attr-defined]
    return count


def _word(mode: dict[str, Any]) -> str:
    if mode["candidate"] == mode["in_service"]:
        return "as many"
    return "shrank" if mode["candidate"] < mode["in_service"] else "grew"
