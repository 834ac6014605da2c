"""The report of a locked study as sections: for the results page, and as one HTML file, per study and per reader."""

from collections.abc import Mapping, Sequence
from typing import Any

from reader_study.analysis.documents import interval_words
from reader_study.analysis.figures.failure_modes import share_figure, site_cause_figure
from reader_study.analysis.figures.reading_times import time_figure
from reader_study.analysis.figures.switches import VERDICTS, switch_figure
from reader_study.analysis.reading_time import TimeRatio
from reader_study.analysis.study_report import difference_table, estimate_tables, marks_sections, ratings_sections
from reader_study.analysis.text_report import interval, number
from reader_study.models import ResultSet, Study
from reader_study.protocol_model import RATING_SCALES
from reader_study.results.compute_results import marks_table, results_input_sha256, table_of_text
from reader_study.results.exports.ratings_csv import ratings_csv
from reader_study.results.exports.scored_rows import ScoredRow, scored_rows
from reader_study.results.given_points import points_in_words
from reader_study.services.own_assignment import study_body
from reports.html_report import Section, Table, html_report
from webapp.reviews.failure_scheme import CAUSES, SITES

STALE = (
    "The data have been amended since this result set was computed: its numbers stand as they were, and figures that need"
    " the single readings are left out."
)

POOLED = "What is counted of the model’s calls, and what readers made of them, pools these points."


def study_report(study: Study, result: ResultSet) -> str:
    """The whole report as one HTML file that needs no network."""
    return html_report(
        f"{study.title}: results {result.number}", report_facts(study, result), result_sections(study, result)
    )


def reader_report(study: Study, result: ResultSet, reader: str) -> str:
    """One reader's part: calls, ledger, reliance and times; no other reader's line."""
    rows = [row for row in scored_rows(study) if row.assignment.reader.code == reader]
    sections = [
        *_points(result.document),
        *(_calls(code, found, reader) for code, found in result.document.get("findings", {}).items()),
        *_ledger(rows),
        *_times(rows, result.document.get("plan", {}), None),
    ]
    return html_report(f"{study.title}: reader {reader}", report_facts(study, result), sections)


def report_facts(study: Study, result: ResultSet) -> list[tuple[str, str]]:
    """What a report rests on: hashes, versions, days since opening instead of dates."""
    protocol = study.protocols.order_by("-version")[0]
    lock = study.locks.filter(kind="study").order_by("-sequence").first()
    days = (study.locked_at - study.opened_at).days if study.locked_at and study.opened_at else None
    return [
        ("Study", study.slug),
        ("Protocol", f"version {protocol.version}, SHA-256 {protocol.sha256}"),
        ("Lock", lock.sha256 if lock else "none"),
        ("Results", f"set {result.number}, SHA-256 {result.sha256}"),
        ("Input", f"SHA-256 {result.input_sha256}"),
        ("Analysis", f"version {result.code_version}"),
        ("Locked", "—" if days is None else f"day {days} after opening"),
    ]


def result_sections(study: Study, result: ResultSet) -> list[Section]:
    """Every part of a result set, in the order of the plan."""
    document = result.document
    if study.kind == Study.Kind.FAILURE_MODE:
        return failure_sections(document["failure_modes"])
    is_current = results_input_sha256(study, document["findings"]) == result.input_sha256
    rows = scored_rows(study) if is_current else []
    found: list[Section] = [] if is_current else [Section("Amended since", [STALE])]
    found += _points(document)
    labels = {row["code"]: row["label"] for row in study_body(study)["findings"]}
    for code, part in document["findings"].items():
        found += _finding_sections(study, rows, code, labels.get(code, code), part, document["plan"])
    found += [*_ledger(rows), *_times(rows, document["plan"], document["reading_time"])]
    return [*found, _panel(document), _conduct(document)]


def _points(document: Mapping[str, Any]) -> list[Section]:
    """What is pooled below; first, since it is about every call of the model. Result sets from before have no points."""
    words = points_in_words(document.get("points", []))
    return [Section("Several operating points", [*words, POOLED])] if words else []


def _finding_sections(
    study: Study, rows: Sequence[ScoredRow], code: str, label: str, part: Mapping[str, Any], plan: dict[str, Any]
) -> list[Section]:
    found: list[Section] = []
    mrmc, words = part["mrmc"], interval_words(plan)
    if "refused" in mrmc:
        found.append(Section(f"{label}: no analysis over readers", [mrmc["refused"]]))
    elif rows:
        table = table_of_text(ratings_csv(rows, code, plan["tests"]))
        found += ratings_sections(mrmc, table, _scale(study, code), label)
    notes = [mrmc[name] for name in ("reason",) if mrmc.get(name)]
    if notes:
        found.append(Section(f"{label}: how missing ratings were treated", notes))
    if "sensitivity" in part:
        found.append(_sensitivity(label, part["sensitivity"]))
    found += [_under_rule(label, own) for own in part.get("sensitivities", {}).values()]
    if "against_ai" in part:
        found.append(_against_ai(label, part["against_ai"], words))
    froc = part["froc"]
    if "refused" in froc:
        found.append(Section(f"{label}: no free-response analysis", [froc["refused"]]))
    elif rows:
        found += marks_sections(froc, marks_table(study, code, plan), label)
    return [*found, _agreement(label, part["agreement"]), _calls(label, part), _reliance(label, part["reliance"])]


def _scale(study: Study, code: str) -> tuple[float, float]:
    scale = next(row["scale"] for row in study_body(study)["findings"] if row["code"] == code)
    low, high = RATING_SCALES[scale]
    return float(low), float(high)


def _sensitivity(label: str, part: Mapping[str, Any]) -> Section:
    if "refused" in part:
        return Section(f"{label}: sensitivity analysis", [part["refused"]])
    rows = [[name, number(value)] for name, value in part["means"].items()] if "means" in part else []
    return Section(f"{label}: sensitivity analysis", [part["note"]], [Table(["arm", "mean"], rows)])


def _under_rule(label: str, part: Mapping[str, Any]) -> Section:
    title = f"{label}: sensitivity, {part['note']}"
    if "refused" in part:
        return Section(title, [part["refused"]])
    return Section(title, part["warnings"], [*estimate_tables(dict(part)), difference_table(dict(part))])


def _against_ai(label: str, part: Mapping[str, Any], words: str) -> Section:
    title = f"{label}: readers against the model alone"
    told = [f"The model abstained on {part['abstained']} of {part['n']} cases: the others are compared."]
    told = told if part.get("abstained") else []
    if "refused" in part:
        return Section(title, [*told, part["refused"]])
    rows = [
        [
            own["test"],
            number(own["model"]),
            analysis,
            number(mean["estimate"]),
            number(mean["se"], 5),
            interval(mean["ci"]),
        ]
        for own in part["tests"]
        for analysis, mean in (("readers and cases random", own["rrrc"]), ("these readers", own["frrc"]))
        if mean
    ]
    return Section(title, told, [Table(["arm", "model alone", "analysis", "readers minus model", "SE", words], rows)])


def _agreement(label: str, part: Mapping[str, Any]) -> Section:
    title = f"{label}: agreement of readers"
    if "refused" in part:
        return Section(title, [part["refused"]])
    rows = [
        [
            test,
            name.replace("_", " "),
            number(own["estimate"]),
            interval(own["ci"]),
            str(own["n"]),
            own.get("reason") or "",
        ]
        for test, block in part["tests"].items()
        for name, own in block.items()
    ]
    return Section(title, (), [Table(["arm", "statistic", "estimate", interval_words(part), "n", ""], rows)])


def _calls(label: str, part: Mapping[str, Any], reader: str | None = None) -> Section:
    rows = []
    for own in part["calls"]:
        if reader is None or own["reader"] == reader:
            present, absent = own["tp"] + own["fn"], own["fp"] + own["tn"]
            sens = f"{own['tp']} of {present}" + (f" ({own['tp'] / present:.2f})" if present else "")
            spec = f"{own['tn']} of {absent}" + (f" ({own['tn'] / absent:.2f})" if absent else "")
            rows.append([own["reader"], own["test"], sens, spec])
    return Section(f"{label}: calls against truth", (), [Table(["reader", "arm", "sensitivity", "specificity"], rows)])


def _reliance(label: str, rows: Sequence[Mapping[str, Any]]) -> Section:
    title = f"{label}: what seeing the model changed"
    if not rows:
        return Section(title, ["No arm was read without and then with the model, or no model call is known."])
    cells = [
        [
            own["reader"],
            str(own["helped"]),
            str(own["misled"]),
            number(own["p"]),
            _rate(own["rates"]["followed_when_wrong"]),
            _rate(own["rates"]["followed_when_right"]),
        ]
        for own in rows
    ]
    header = ["reader", "helped", "misled", "exact McNemar p", "followed it when wrong", "followed it when right"]
    return Section(title, (), [Table(header, cells)])


def _rate(rate: Sequence[Any] | None) -> str:
    return "—" if rate is None else f"{rate[0]:.2f} {interval(list(rate[1]))}"


def _ledger(rows: Sequence[ScoredRow]) -> list[Section]:
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        if row.switch in VERDICTS:
            own = counts.setdefault(row.assignment.reader.code, {})
            own[row.switch] = own.get(row.switch, 0) + 1
    return [Section("Switch ledger", (), (), [switch_figure(dict(sorted(counts.items())))])] if counts else []


def _times(rows: Sequence[ScoredRow], plan: Mapping[str, Any], ratio: Mapping[str, Any] | None) -> list[Section]:
    tests = plan.get("tests", [])
    seconds: dict[str, dict[str, list[float]]] = {}
    seen: set[object] = set()
    for row in rows:
        if row.test in tests and row.reading.pk not in seen and (row.reading.active_ms or row.elapsed_ms):
            seen.add(row.reading.pk)
            own = seconds.setdefault(row.test, {}).setdefault(row.assignment.reader.code, [])
            own.append((row.reading.active_ms or row.elapsed_ms) / 1000)
    if not seconds:
        return []
    shown = None
    if ratio and "ratio" in ratio:
        ci = ratio["ci"]
        shown = TimeRatio(ratio["ratio"], (ci[0], ci[1]) if ci else None, ratio["df"], ratio["p"])
    words = [ratio["refused"]] if ratio and "refused" in ratio else []
    in_order = {test: seconds[test] for test in sorted(seconds)}  # arms keep their colours from figure to figure
    return [Section("Reading time", words, (), [time_figure(in_order, shown, interval_words(plan))])]


def _panel(document: Mapping[str, Any]) -> Section:
    rows = [
        [code, *(_cell(value) for value in own.values())]
        for code, own in document["panel"].items()
        if isinstance(own, Mapping)
    ]
    header = next((["finding", *own] for own in document["panel"].values() if isinstance(own, Mapping)), ["finding"])
    return Section(
        "Reference standard: agreement of the panel", (), [Table([name.replace("_", " ") for name in header], rows)]
    )


def _cell(value: object) -> str:
    if value is None:
        return "—"
    return number(value) if isinstance(value, float) else str(value)


def _conduct(document: Mapping[str, Any]) -> Section:
    deviations = [[code.replace("_", " "), str(count)] for code, count in document["deviations"].items()]
    holm = document["multiplicity"]
    adjusted = [[code, number(holm["p"][code]), number(holm["adjusted"][code])] for code in holm["p"]]
    abstention = document["abstention"]
    words = (
        [f"The model abstained in {abstention['abstained']} of {abstention['n']} aided readings."]
        if abstention["n"]
        else []
    )
    tables = [Table(["deviation", "count"], deviations or [["none", "0"]])]
    words += [
        f"Primary finding {code} has no p and counts as 1: {why}." for code, why in holm.get("without_p", {}).items()
    ]
    if adjusted:
        tables.append(Table(["primary finding", "p", "p, Holm"], adjusted))
    return Section("Conduct of the study", words, tables)


def _in_order(codes: Mapping[str, int], first: Mapping[str, str]) -> list[str]:
    """Codes of the built-in scheme in its order, then those of later versions."""
    return [code for code in first if code in codes] + sorted(code for code in codes if code not in first)


def failure_sections(part: Mapping[str, Any]) -> list[Section]:
    """Site by cause with intervals, shares at hilum and clavicle, agreement of coders."""
    rows = [
        [
            own["outcome"],
            own["site"],
            own["cause"],
            f"{own['n']} of {own['of']}",
            f"{own['share']:.2f} {interval(own['ci'])}",
        ]
        for own in part["rows"]
    ]
    counts: dict[tuple[str, str], int] = {}
    by_site: dict[str, int] = {}
    for own in part["rows"]:
        counts[own["site"], own["cause"]] = counts.get((own["site"], own["cause"]), 0) + own["n"]
        by_site[own["site"]] = by_site.get(own["site"], 0) + own["n"]
    sites = _in_order(by_site, SITES)
    causes = _in_order({cause: 1 for _, cause in counts}, CAUSES)
    figures = [site_cause_figure(counts, sites, causes), share_figure(by_site, part["coded"], "Site")] if rows else []
    shares = [
        [site, f"{own['n']} of {own['of']}", _rate((own["share"], own["ci"])) if own["share"] is not None else "—"]
        for site, own in part["shares"].items()
    ]
    kappas = [
        [name, number(own["estimate"]), str(own["n"]), own.get("reason") or ""] for name, own in part["kappa"].items()
    ]
    words = [f"{part['coded']} of {part['items']} failures are coded; scheme version {part['scheme_version']}."]
    if part.get("scheme_map"):  # results stored before the scheme could be edited have none
        words.append(f"Codes of earlier versions are counted through the maps: {'; '.join(part['scheme_map'])}.")
    pooled = points_in_words(part.get("points", []))
    return [
        Section(
            "Failures by site and cause",
            [*words, *pooled],
            [Table(["outcome", "site", "cause", "n", "share (95 % CI)"], rows)],
            figures,
        ),
        Section(
            "At the hilum and at the clavicle over the apex",
            ["Share among false positives and wrong places, the two errors that paper 001 describes.", *pooled],
            [Table(["site", "n", "share (95 % CI)"], shares)],
        ),
        Section("Agreement of the two coders", (), [Table(["code", "kappa", "n", ""], kappas)]),
    ]
