"""The report of one project and month as one HTML file, from stored facts: opens from disk, asks nothing of any network."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reports.html_report import Section, Table, html_report
from webapp.accounts.policy import Person
from webapp.archive.models import Project
from webapp.deployments.models import DeployedBundle
from webapp.deployments.service_history import Period, periods
from webapp.watching.compared import ESTIMATED, FIGURES, side_by_side
from webapp.watching.counted import Arrival, Said, arrivals, counts_of, said_of
from webapp.watching.first_results import FirstResult, first_results
from webapp.watching.monthly_sections import sections_of
from webapp.watching.months import Month
from webapp.watching.report import ASSUMPTION
from webapp.watching.unaided_labels import labelled_results

COUNTS = ("Images", "Answered", "Refused (95 %)", "Reasons", "Calls reversed (95 %)", "Median s", "p95 s")
MOMENT = "%Y-%m-%d %H:%M"
TICK = timedelta(microseconds=1)
NO_LABEL = "There is not one unaided label of this month: nothing was measured. Estimates rest on the model's own probabilities."


@dataclass(frozen=True)
class AskedMonth:
    """finding: key; title: as people call it. person: for whom it is made. now: when."""

    project: Project
    month: Month
    finding: str
    title: str
    person: Person
    now: datetime


def month_report(asked: AskedMonth) -> str:
    """What this person may know. Hidden images count as come and in nothing else."""
    since, last = asked.month.start - TICK, min(asked.month.end - TICK, asked.now)
    came = arrivals(asked.project, since, last)
    results = first_results(asked.project, asked.finding, since, last, asked.person)
    said = said_of(asked.project, asked.finding, results, since, last, asked.person)
    sections = [
        _volume(came, said),
        *_performance(asked, results),
        _service(asked),
        *sections_of(asked.project, asked.month.start, asked.month.end, asked.person),
    ]
    return html_report(f"Monitoring of {asked.project.name}, {asked.month.code}", _facts(asked), sections)


def _facts(asked: AskedMonth) -> list[tuple[str, str]]:
    goes_on = ", which goes on" if asked.month.end > asked.now else ""
    return [
        ("Project", asked.project.name),
        ("Month", f"{asked.month.code} (UTC){goes_on}"),
        ("Finding", asked.title or "none: no model is in service"),
        ("This file made", f"{asked.now.astimezone(UTC):{MOMENT}} UTC"),
    ]


def _volume(came: Sequence[Arrival], said: Said) -> Section:
    if not came:
        return Section("Volume, refusals and time to the answer", ["No image came in this month."])
    open_ = sum(one.image not in said.results and one.image not in said.given_up for one in came)
    words = ["Seconds: from the arrival of the image to its first result. Refused: by the model's gate, or given up."]
    if open_:
        words.append(f"{open_} count as come only: no result yet, or kept back while a look or a study is open.")
    tables = [_counts("All", [("the month", came)], said)]
    tables += [_counts(title, _groups(came, key), said) for title, key in (("View", "view"), ("Maker", "maker"))]
    return Section("Volume, refusals and time to the answer", words, tables)


def _groups(came: Iterable[Arrival], key: str) -> list[tuple[str, list[Arrival]]]:
    found: dict[str, list[Arrival]] = {}
    for one in came:
        found.setdefault(getattr(one, key), []).append(one)
    return sorted(found.items())


def _counts(title: str, groups: Iterable[tuple[str, Sequence[Arrival]]], said: Said) -> Table:
    return Table((title, *COUNTS), [(name, *_count_cells(counts_of(own, said))) for name, own in groups])


def _count_cells(counts: Mapping[str, Any]) -> tuple[str, ...]:
    reasons = ", ".join(f"{name} {count}" for name, count in counts["reasons"].items())
    return (
        str(counts["images"]), str(counts["answered"]), _share(counts["refused"]), reasons or "–",
        _share(counts["reversed"]), _seconds(counts["median_seconds"]), _seconds(counts["p95_seconds"]),
    )  # fmt: skip


def _share(share: Mapping[str, Any]) -> str:
    if not share["n"]:
        return "–"
    interval = f"{100 * share['low']:.1f} … {100 * share['high']:.1f} %"
    return f"{share['count']} of {share['n']} ({interval})"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _performance(asked: AskedMonth, results: Sequence[FirstResult]) -> list[Section]:
    """One for each model that answered first in the month, in the order of their first answers."""
    title = f"{asked.title or 'No finding'}: measured and estimated"
    bundles = list(dict.fromkeys(one.bundle for one in results))
    if not bundles:
        return [Section(title, ["No model answered an image of this month that may be counted."])]
    names = {row.pk: str(row) for row in DeployedBundle.objects.filter(pk__in=bundles).defer("manifest", "card")}
    return [_of_bundle(asked, f"{title}, {names.get(one, one[:12])}", one, results) for one in bundles]


def _of_bundle(asked: AskedMonth, title: str, bundle: str, results: Sequence[FirstResult]) -> Section:
    own = [one for one in results if one.bundle == bundle]
    both = side_by_side(own, labelled_results(asked.project, asked.finding, own, asked.person))
    measured = (
        f"Measured on {both['labels']} unaided labels ({both['labels_with']} with the finding) of {len(own)} images that it"
        " answered first: what readers said before the model was shown, weighted by the chance of being asked, as known"
        " when this file was made."
    )
    words = [measured if both["labels"] else NO_LABEL, ASSUMPTION]
    if both["parts"]:
        apart = ", ".join(FIGURES[name] for name in both["parts"])
        words.append(f"{apart}: what is measured and what is estimated lie apart, beyond both intervals.")
    rows = [
        (name, *_figure(both["measured"][key]), *_figure(both["estimated"][key] if key in ESTIMATED else None))
        for key, name in FIGURES.items()
    ]
    header = ("Figure", "Measured (95 %)", "n", "Estimated without labels (95 %)", "n")
    return Section(title, words, [Table(header, rows)])


def _figure(figure: Mapping[str, Any] | None) -> tuple[str, str]:
    """Words and n."""
    if figure is None:
        return "–", "–"
    if figure["value"] is None:
        return "too few", str(figure["n"])
    interval = "" if figure["low"] is None else f" ({figure['low']:.3f} … {figure['high']:.3f})"
    return f"{figure['value']:.3f}{interval}", str(figure["n"])


def _service(asked: AskedMonth) -> Section:
    """Changes newest first are told oldest first."""
    own = [one for one in reversed(periods(asked.project)) if _overlaps(one, asked.month)]
    if not own:
        return Section("What answered", ["The record tells of no model in service in this month."])
    header = ("From (UTC)", "To (UTC)", "Model", "Put there by", "Why")
    return Section("What answered", tables=[Table(header, [_period(one) for one in own])])


def _overlaps(period: Period, month: Month) -> bool:
    end = period.after.created_at if period.after else None
    return period.change.created_at < month.end and (end is None or end > month.start)


def _period(period: Period) -> tuple[str, ...]:
    change = period.change
    until = f"{period.until:{MOMENT}}" if period.until else "not known" if period.after else "still"
    model = f"{change.bundle}, SHA-256 {change.bundle_id}" if change.bundle else "none"
    return f"{change.created_at:{MOMENT}}", until, model, change.who, change.why or change.get_how_display()
