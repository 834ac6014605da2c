"""The report of one rehearsal as one HTML file, made of what its page shows: opens from disk, asks nothing of any network."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from reports.html_report import Section, Table, html_report
from webapp.accounts.policy import Person
from webapp.rehearsals.misses import open_misses
from webapp.rehearsals.models import MissTick, Rehearsal
from webapp.rehearsals.rows import bundle_names, miss_rows, state_of
from webapp.rehearsals.verdict_rows import gate_rows, verdict_context

DAY_AND_MINUTE = "%Y-%m-%d %H:%M"
MISS_HEADER = ("Image", "Finding", "In service", "Candidate", "Looked at")
FLIPS = {
    "same": "Same call", "found_newly": "Found newly", "missed_newly": "Missed newly", "cleared_newly": "Cleared newly",
    "flagged_newly": "Flagged in vain newly",
}  # fmt: skip
ONLY_A_PLAN = "Every gate must pass; no verdict is overruled: only a new plan or a new candidate changes it."
NO_RATES = (
    "Not every sampling probability of the set is known: these are figures of this set, not rates of what comes in."
)


def rehearsal_report(rehearsal: Rehearsal, person: Person) -> str:
    """What this person may know of it."""
    return html_report(f"Rehearsal {rehearsal.number}", _facts(rehearsal), _sections(rehearsal, person))


def _facts(rehearsal: Rehearsal) -> list[tuple[str, str]]:
    names = bundle_names(rehearsal)
    plan, chosen, asker = rehearsal.plan, rehearsal.reference_set, rehearsal.created_by
    facts = [
        ("Project", rehearsal.project.name),
        ("Candidate", _bundle(names, rehearsal.candidate_id)),
        ("In service when it was asked for", _bundle(names, rehearsal.in_service_id)),
        ("Change plan", f"{plan.code}, SHA-256 {rehearsal.plan_sha256}"),
        ("Reference set", f"{chosen.code}, SHA-256 {rehearsal.reference_sha256}"),
        ("Asked for", f"{_moment(rehearsal)} by {asker.username if asker else 'the command line'}"),
    ]
    if hasattr(rehearsal, "verdict"):
        facts.append(("Judged", _moment(rehearsal.verdict)))
    return [*facts, ("This file made", f"{timezone.now():{DAY_AND_MINUTE}} UTC")]


def _sections(rehearsal: Rehearsal, person: Person) -> list[Section]:
    if not hasattr(rehearsal, "verdict"):
        state = state_of(rehearsal)
        why = [state["text"]] if state["text"] else []
        return [Section("No verdict", [f"State: {state['word']}.", *why])]
    shown = verdict_context(rehearsal)
    gates = gate_rows(rehearsal)
    titles = {True: "Subgroups", False: "Gates"}
    tables = {title: [gate for gate in gates if gate["is_subgroup"] is is_one] for is_one, title in titles.items()}
    return [
        Section("Passed" if rehearsal.verdict.passed else "Not passed", _verdict_words(rehearsal, shown)),
        *(_gates(title, tables[title], shown["confidence"]) for title in ("Gates", "Subgroups") if tables[title]),
        _misses(rehearsal, person),
        _flips(shown["flips"]),
    ]


def _verdict_words(rehearsal: Rehearsal, shown: Mapping[str, Any]) -> list[str]:
    report, verdict = shown["report"], rehearsal.verdict  # type: ignore[attr-defined]
    most = rehearsal.plan.body["most_looks"]
    words = [f"{report['images']} images. {ONLY_A_PLAN}" + ("" if report["is_rate"] else f" {NO_RATES}")]
    past = " Past the limit: fresh cases are needed." if report["fresh_cases_needed"] else ""
    words.append(
        f"Look {verdict.look} at this reference set of at most {most}: intervals are those of {shown['confidence']} %,"
        f" wider with each look.{past}"
    )
    left = report["left_out"]
    if left["images"]:
        text = f"{left['images']} images of {left['patients']} patients left out: the candidate learnt from them."
        words.append(text)
    return [*words, *left["gaps"]]


def _gates(title: str, gates: Iterable[Mapping[str, Any]], confidence: str) -> Section:
    header = ("Gate", "Must lie", f"Candidate − in service ({confidence} %)", "n", "Verdict", "Why")
    rows = [
        (gate["title"], gate["allowed"], gate["figure"], str(gate["n"]), _verdict(gate), gate["reason"])
        for gate in gates
    ]
    return Section(title, tables=[Table(header, rows)])


def _verdict(gate: Mapping[str, Any]) -> str:
    return f"{gate['word']} · better" if gate["is_better"] else str(gate["word"])


def _misses(rehearsal: Rehearsal, person: Person) -> Section:
    rows, waiting = miss_rows(rehearsal, person), open_misses(rehearsal)
    hidden = len(rehearsal.verdict.report["misses"]) - len(rows)  # type: ignore[attr-defined]
    words = [f"{waiting} not yet looked at by a named person."] if waiting else []
    if hidden:
        words.append(f"{hidden} of images that a reader study hides from whoever made this file are left out.")
    if not rows and not hidden:
        words.append("The candidate finds everything that the model in service finds.")
    table = Table(MISS_HEADER, [_miss(row) for row in rows])
    return Section("New false negatives", words, [table] if rows else [])


def _miss(row: Mapping[str, Any]) -> tuple[str, ...]:
    candidate = "refused" if row["candidate"] is None else f"{row['candidate']:.3f}"
    return row["code"], row["title"], f"{row['in_service']:.3f}", candidate, _looked_at(row["tick"])


def _looked_at(tick: MissTick | None) -> str:
    if tick is None:
        return "nobody yet"
    return f"{tick.created_by.username if tick.created_by else 'somebody'} on {_moment(tick)}: {tick.reason}"


def _flips(flips: Iterable[tuple[str, Mapping[str, Any]]]) -> Section:
    rows = [(title, *(str(own[key]) for key in FLIPS)) for title, own in flips]
    return Section("Flips", tables=[Table(("Finding", *FLIPS.values()), rows)])


def _bundle(names: Mapping[str, str], bundle_id: str) -> str:
    return f"{names.get(bundle_id, 'no longer registered')}, SHA-256 {bundle_id}"


def _moment(row: Any) -> str:
    return f"{row.created_at:{DAY_AND_MINUTE}} UTC"
