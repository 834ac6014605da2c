"""Sections of the report of one analysed study: from documents and tables to words, tables and figures."""

from itertools import combinations

from reader_study.analysis.documents import Document, interval_words
from reader_study.analysis.figures.afroc_curves import afroc_figure
from reader_study.analysis.figures.forest import forest_figure
from reader_study.analysis.figures.reliability import reliability_figure
from reader_study.analysis.figures.roc_curves import roc_figure
from reader_study.analysis.froc import MarksTable
from reader_study.analysis.tables import RatingsTable
from reader_study.analysis.text_report import interval, number
from reports.html_report import Section, Table

ANALYSES = {
    "rrrc": "readers and cases random",
    "frrc": "these readers, cases random",
    "rrfc": "readers random, these cases",
}


def ratings_sections(
    document: Document, table: RatingsTable, scale: tuple[float, float], finding: str = ""
) -> list[Section]:
    """Figure of merit per reader, tests of the differences, ROC, forest plots and reliability of one finding."""
    name = f"{finding}: " if finding else ""
    pairs = list(combinations(table.tests, 2))
    forests = [forest_figure(document, a, b) for a, b in pairs]
    summary = Section(
        f"{name}{document['fom']} per reader", _design_words(document), estimate_tables(document), [roc_figure(table)]
    )
    compared = Section(f"{name}differences between arms", document["warnings"], [difference_table(document)], forests)
    reliable = Section(f"{name}reliability of ratings", (), (), [reliability_figure(table, scale)])
    return [summary, *([compared] if pairs else []), reliable]


def marks_sections(document: Document, table: MarksTable, finding: str = "") -> list[Section]:
    """Free-response figure of merit per reader, differences, curves."""
    name = f"{finding}: " if finding else ""
    summary = Section(
        f"{name}free response, {document['fom']}",
        _design_words(document),
        estimate_tables(document),
        [afroc_figure(table)],
    )
    if len(table.tests) < 2:
        return [summary]
    forests = [forest_figure(document, a, b) for a, b in combinations(table.tests, 2)]
    return [
        summary,
        Section(f"{name}free response, differences", document["warnings"], [difference_table(document)], forests),
    ]


def _design_words(document: Document) -> list[str]:
    design = document["design"]
    covariance = f", {document['covariance']} covariances" if document["covariance"] else ""
    return [
        f"{len(design['readers'])} readers, {design['n_normal']} normal and {design['n_abnormal']} abnormal cases, design"
        f" {design['type']}, method {document['method']}{covariance}. Input SHA-256 {document['input_sha256']}."
    ]


def estimate_tables(document: Document) -> list[Table]:
    """Rows = readers and the mean, columns = tests; the one-shot analysis has means only."""
    tests = document["design"]["tests"]
    if "ustat" in document:
        rows = [
            [e["test"], number(e["estimate"]), number(e["se"], 5), interval(e["ci"])]
            for e in document["ustat"]["tests"]
        ]
        return [Table(["arm", document["fom"], "SE", interval_words(document)], rows)]
    cells = {(e["test"], e["reader"]): f"{number(e['value'])} (SE {number(e['se'])})" for e in document["estimates"]}
    rows = [[reader, *(cells[test, reader] for test in tests)] for reader in document["design"]["readers"]]
    rows.append(["mean", *(number(document["means"][test]) for test in tests)])
    return [Table(["reader", *tests], rows)]


def difference_table(document: Document) -> Table:
    """Every analysis and pair of tests: estimate, SE, df, p and interval."""
    rows = []
    for name, words in ANALYSES.items():
        for e in document.get(name, {}).get("differences", []):
            rows.append(_difference_row(words, e))
    for e in document.get("ustat", {}).get("differences", []):
        rows.append(_difference_row("one-shot, readers and cases random", e))
    return Table(["analysis", "difference", "estimate", "SE", "df", "p", interval_words(document)], rows)


def _difference_row(words: str, entry: Document) -> list[str]:
    pair = f"{entry['a']} minus {entry['b']}"
    figures = [number(entry["estimate"]), number(entry["se"], 5), number(entry["df"], 1), number(entry["p"], 4)]
    return [words, pair, *figures, interval(entry["ci"])]
