"""Run the statistics plan of a locked study. Ratings go through the very CSV text that the exports give out, so that a file
and the stored results can be compared digit by digit."""

import tempfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from reader_study.analysis import VERSION, studies
from reader_study.analysis.documents import without_nan
from reader_study.analysis.froc import NAMES as MARK_FIGURES
from reader_study.analysis.froc import MarksTable
from reader_study.analysis.marks_files import read_marks
from reader_study.analysis.missing_rules import EXCLUDE, LOWEST, ONE_SHOT, PAIRWISE, RULES, under_rule
from reader_study.analysis.multiplicity import holm
from reader_study.analysis.reading_time import time_ratio
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.reliance import following_rate, reliance
from reader_study.analysis.tables import RatingsTable, read_ratings
from reader_study.models import Study, SwitchEvent
from reader_study.results.exports.marks_csv import abnormal_without_region, lesions_csv, marks_csv, readings_csv
from reader_study.results.exports.ratings_csv import ratings_csv, with_ai_csv
from reader_study.results.exports.scored_rows import AI_READER, ScoredRow, scored_rows
from reader_study.results.given_points import given_points
from reader_study.results.panel_agreement import panel_agreement
from reader_study.services.own_assignment import study_body
from webapp.reveal.canonical_json import sha256_of

OF_MARKS = "the figure of merit of the plan, {}, is of marks: see the free-response analysis"
EDUCATIONAL = "an educational study gives feedback on every case and is never analysed across readers"


def compute_results(study: Study) -> dict[str, Any]:
    """The document of one result set: JSON-ready, undefined values null with a reason."""
    if study.kind == Study.Kind.FAILURE_MODE:
        from reader_study.results.failure_distribution import failure_distribution

        return {"kind": study.kind, "failure_modes": failure_distribution(study), "code_version": VERSION}
    body = study_body(study)
    plan = body["statistics"]
    rows = scored_rows(study)
    primaries = declared_primaries(body)
    findings = {
        code: _finding(study, rows, code, plan, educational=body["reading"]["feedback"]) for code in analysed(body)
    }
    return without_nan(
        {
            "kind": study.kind,
            "plan": plan,
            "code_version": VERSION,
            "findings": findings,
            "multiplicity": multiplicity(findings, primaries, plan["fom"]),
            "ledger": _ledger(study),
            "reading_time": _reading_time(rows, plan),
            "abstention": _abstention(rows),
            "points": given_points(study),
            "panel": panel_agreement(study),
            "deviations": dict(Counter(study.deviations.values_list("code", flat=True))),
        }
    )


def declared_primaries(body: Mapping[str, Any]) -> list[str]:
    """The family of tests: the plan's primary finding and every finding that is flagged primary, in the protocol's order."""
    first = body["statistics"]["primary_finding"]
    return [row["code"] for row in body["findings"] if row["primary"] or row["code"] == first]


def analysed(body: Mapping[str, Any]) -> list[str]:
    """Codes of the findings that have results: the plan's primary one, its secondaries, and every other primary."""
    plan = body["statistics"]
    return list(dict.fromkeys([plan["primary_finding"], *plan["secondaries"], *declared_primaries(body)]))


def results_input_sha256(study: Study, among: Collection[str] | None = None) -> str:
    """Hash of everything that the results were computed from: the ratings, marks and lesions of every finding, or of those
    that an earlier result set has."""
    body = study_body(study)
    rows, plan = scored_rows(study), body["statistics"]
    codes = analysed(body) if study.kind != Study.Kind.FAILURE_MODE else []
    texts = []
    for code in [code for code in codes if among is None or code in among]:
        texts += [
            ratings_csv(rows, code, plan["tests"]),
            marks_csv(study, code, plan["tests"]),
            lesions_csv(study, code),
        ]
    codings = [str(key) for key in study.failure_modes.order_by("id").values_list("pk", flat=True)]
    return sha256_of([plan, texts, codings])


def _finding(
    study: Study, rows: Sequence[ScoredRow], code: str, plan: dict[str, Any], *, educational: bool
) -> dict[str, Any]:
    own = [row for row in rows if row.finding == code and row.test in plan["tests"]]
    found: dict[str, Any] = {
        "counts": {
            "readings": len(own),
            "inadequate": sum(bool(row.reading.inadequate) for row in own),
            "indeterminate_cases": len({row.assignment.case.code for row in own if row.truth == "indeterminate"}),
        }
    }
    if educational:
        return {**found, "mrmc": {"refused": EDUCATIONAL}}
    text = ratings_csv(rows, code, plan["tests"])
    is_of_marks = plan["fom"] in MARK_FIGURES
    found["mrmc"] = (
        {"refused": OF_MARKS.format(plan["fom"])} if is_of_marks else _tried(lambda: analyse_text(text, plan))
    )
    if found["counts"]["inadequate"] and not is_of_marks:
        lowest = ratings_csv(rows, code, plan["tests"], lowest_if_inadequate=True)
        found["sensitivity"] = _tried(
            lambda: {**analyse_text(lowest, plan), "note": "inadequate images at the lowest rating"}
        )
    sensitivities = {} if is_of_marks else _tried(lambda: sensitivities_of(text, plan, own))
    if sensitivities and "refused" not in sensitivities:
        found["sensitivities"] = sensitivities
    against = _against_ai(study, rows, code, plan)
    if against:
        found["against_ai"] = against
    found["agreement"] = _tried(lambda: studies.analyse_agreement(table_of_text(text), alpha=plan["alpha"]))
    found["calls"] = _calls(own)
    found["reliance"] = _reliance(own, plan["alpha"])
    found["froc"] = _tried(lambda: _froc(study, code, plan))
    return found


def analyse_text(text: str, plan: dict[str, Any]) -> dict[str, Any]:
    """The `mrmc` document of a ratings file by the planned method, which missing ratings do not change: OR takes covariances
    over common cases; DBM, which needs complete cases, leaves out those with a gap, and says so."""
    return _planned(table_of_text(text), plan)


def _planned(table: RatingsTable, plan: Mapping[str, Any]) -> dict[str, Any]:
    missing = int(np.isnan(table.ratings).sum())
    is_dbm = plan["method"] == "dbm" and missing > 0
    used = under_rule(table, EXCLUDE, 0.0) if is_dbm else table
    document = studies.analyse_ratings(used, plan["method"], plan["covariance"], plan["fom"], "auto", plan["alpha"])
    if is_dbm:
        left_out = len(table.cases) - len(used.cases)
        document["reason"] = f"{missing} ratings are missing: method dbm without {left_out} cases of {len(table.cases)}"
    elif missing:
        rule = ONE_SHOT if plan["method"] == "ustat" else PAIRWISE
        document["reason"] = f"{missing} ratings are missing: method {plan['method']}, {RULES[rule]}"
    return document


def sensitivities_of(text: str, plan: Mapping[str, Any], rows: Sequence[ScoredRow]) -> dict[str, Any]:
    """The analysis under each other rule for missing ratings, by rule; empty where none is missing."""
    table = table_of_text(text)
    if not np.isnan(table.ratings).any():
        return {}
    lowest = float(rows[0].rating.finding.range[0])
    found = {}
    for rule in (EXCLUDE, LOWEST, *([ONE_SHOT] if plan["fom"] == "auc" and plan["method"] != "ustat" else [])):
        own = {**plan, "method": "ustat"} if rule == ONE_SHOT else plan
        found[rule] = _tried(lambda rule=rule, own=own: _planned(under_rule(table, rule, lowest), own))
        found[rule]["note"] = RULES[rule]
    return found


def _against_ai(study: Study, rows: Sequence[ScoredRow], code: str, plan: dict[str, Any]) -> dict[str, Any] | None:
    """Readers against the model alone on the cases that it answered; those on which it abstained are counted."""
    given = with_ai_csv(study, rows, code, plan["tests"])
    if given is None:
        return None
    counts = {"abstained": given.abstained, "n": given.cases}
    if given.abstained == given.cases:
        return {**counts, "refused": "the model abstained on every case"}
    found = _tried(
        lambda: {
            "tests": studies.compare_with_ai(
                table_of_text(given.text), AI_READER, plan["covariance"], plan["fom"], plan["alpha"]
            )
        }
    )
    return {**found, **counts}


def table_of_text(text: str) -> RatingsTable:
    """The table of a ratings file given as text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ratings.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return read_ratings(path)


def _froc(study: Study, code: str, plan: dict[str, Any]) -> dict[str, Any]:
    fom = plan["fom"] if plan["fom"] in MARK_FIGURES else "wafroc"
    document = studies.analyse_marks(marks_table(study, code, plan), fom, plan["alpha"])
    if without := abnormal_without_region(study, code):
        document["warnings"].append(f"{without} abnormal cases have no region and are left out")
    return document


def marks_table(study: Study, code: str, plan: dict[str, Any]) -> MarksTable:
    """Marks and lesions of one finding, by way of the files that the exports give out."""
    with tempfile.TemporaryDirectory() as folder:
        marks, lesions, readings = (Path(folder) / f"{name}.csv" for name in ("marks", "lesions", "readings"))
        marks.write_text(marks_csv(study, code, plan["tests"]), encoding="utf-8", newline="")
        lesions.write_text(lesions_csv(study, code), encoding="utf-8", newline="")
        readings.write_text(readings_csv(study, code, plan["tests"]), encoding="utf-8", newline="")
        return read_marks(marks, lesions, None, plan["hit_rule"], readings)


def _tried(analysis: Any) -> dict[str, Any]:
    """The document, or the reason why there is none: a small study must still lock."""
    try:
        found: dict[str, Any] = analysis()
    except (DataRefused, ValueError, ZeroDivisionError, np.linalg.LinAlgError) as refusal:
        return {"refused": str(refusal)}
    return found


def _calls(rows: Sequence[ScoredRow]) -> list[dict[str, Any]]:
    """Counts of calls against truth per reader and test."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    names = {(True, "1"): "tp", (False, "1"): "fn", (True, "0"): "fp", (False, "0"): "tn"}
    for row in rows:
        name = names.get((row.rating.call, row.truth))  # type: ignore[arg-type]
        if name and not row.assignment.replicate:
            counts.setdefault((row.assignment.reader.code, row.test), Counter())[name] += 1
    return [
        {"reader": reader, "test": test, **{name: found.get(name, 0) for name in ("tp", "fn", "fp", "tn")}}
        for (reader, test), found in sorted(counts.items())
    ]


def _reliance(rows: Sequence[ScoredRow], alpha: float) -> list[dict[str, Any]]:
    """Per reader of two-stage arms: calls before and after the model was seen, where truth and the model's call are known."""
    events = {
        (one.reading_id, one.finding_id): one
        for one in SwitchEvent.objects.filter(reading__in={row.reading.pk for row in rows})
    }
    pairs: dict[str, list[tuple[bool, bool, bool, bool]]] = {}
    for row in rows:
        event = events.get((row.reading.pk, row.rating.finding_id))
        if event is None or row.truth not in ("0", "1") or None in (event.before_call, event.after_call, event.ai_call):
            continue
        calls = (bool(event.before_call), bool(event.after_call), bool(event.ai_call), row.truth == "1")
        pairs.setdefault(row.assignment.reader.code, []).append(calls)
    found = []
    for reader, own in sorted(pairs.items()):
        result = reliance(*(np.array(column) for column in zip(*own, strict=True)))
        rates = {
            name: following_rate(getattr(result, name), alpha)
            for name in ("followed_when_wrong", "followed_when_right")
        }
        found.append({"reader": reader, **vars(result), "rates": rates})
    return found


def multiplicity(findings: Mapping[str, Any], primaries: Sequence[str], fom: str = "auc") -> dict[str, Any]:
    """Holm over every declared primary finding, whatever its method, for the first difference of each (random readers and
    cases). One without a p counts as 1, and is named with the reason."""
    p_values: dict[str, float] = {}
    without: dict[str, str] = {}
    for code in primaries:
        mrmc = findings.get(code, {}).get("froc" if fom in MARK_FIGURES else "mrmc", {})
        part = mrmc.get("ustat") or mrmc.get("rrrc") or {}
        first: Mapping[str, Any] = next(iter(part.get("differences") or []), {})
        p_values[code] = 1.0 if first.get("p") is None else first["p"]
        if first.get("p") is None:
            without[code] = (
                mrmc.get("refused") or first.get("reason") or part.get("reason") or "no difference was tested"
            )
    adjusted = dict(zip(p_values, holm(list(p_values.values())), strict=True))
    return {"method": "holm", "p": p_values, "adjusted": adjusted, "without_p": without}


def _ledger(study: Study) -> dict[str, Any]:
    """Counts of verdicts per finding, with what the model had said."""
    found: dict[str, Counter[str]] = {}
    events = SwitchEvent.objects.filter(
        reading__assignment__reader__study=study, reading__assignment__session__is_training=False
    )
    for event in events.exclude(reading__state="void").select_related("finding"):
        found.setdefault(event.finding.code, Counter())[event.verdict] += 1
    return {code: dict(sorted(counts.items())) for code, counts in sorted(found.items())}


def _reading_time(rows: Sequence[ScoredRow], plan: dict[str, Any]) -> dict[str, Any]:
    """Ratio of the second test's reading time to the first's, over cases that every reader read in both."""
    if len(plan["tests"]) < 2:
        return {"refused": "one test only"}
    other, one = plan["tests"][0], plan["tests"][1]
    seconds: dict[tuple[str, str, str], float] = {}
    for row in rows:
        if not row.assignment.replicate:
            length = row.reading.active_ms if row.reading.active_ms else row.elapsed_ms
            seconds[row.test, row.assignment.reader.code, row.assignment.case.code] = max(length, 1) / 1000
    readers = sorted({reader for _, reader, _ in seconds})
    cases = sorted({case for _, _, case in seconds})
    whole = [
        case for case in cases if all((test, reader, case) in seconds for test in (one, other) for reader in readers)
    ]
    tables = [
        np.array([[seconds[test, reader, case] for case in whole] for reader in readers]) for test in (one, other)
    ]
    return _tried(
        lambda: {"a": one, "b": other, "cases": len(whole), **vars(time_ratio(tables[0], tables[1], plan["alpha"]))}
    )


def _abstention(rows: Sequence[ScoredRow]) -> dict[str, Any]:
    """How often the model abstained in aided readings; those readings stay in."""
    aided = [row for row in rows if row.ai_state]
    count = sum(row.ai_state == "abstained" for row in aided)
    return {"abstained": count, "n": len(aided), "share": count / len(aided) if aided else None}
