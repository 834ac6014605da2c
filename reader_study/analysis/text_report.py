"""Documents as plain text tables for a terminal."""

from typing import Any

from reader_study.analysis.documents import Document, interval_words


def number(value: Any, digits: int = 4) -> str:
    """A figure for reading; an undefined one is a dash."""
    return "-" if value is None else f"{value:.{digits}f}" if isinstance(value, float) else str(value)


def interval(ci: list[float] | None) -> str:
    return "-" if ci is None else f"({ci[0]:.4f}, {ci[1]:.4f})"


def table(header: list[str], rows: list[list[str]]) -> str:
    """Columns aligned by width."""
    widths = [max(len(row[k]) for row in [header, *rows]) for k in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in [header, *rows]
    )


def report(document: Document) -> str:
    """The text of any document of `studies`."""
    parts = {"size": _size, "agreement": _agreement}.get(document["command"], _analysis)(document)
    warnings = [f"warning: {text}" for text in document["warnings"]]
    return "\n\n".join([*parts, *warnings])


def _difference_rows(name: str, entries: list[Document]) -> list[list[str]]:
    return [
        [
            name,
            f"{e['a']} - {e['b']}",
            number(e["estimate"]),
            number(e["se"], 5),
            number(e["df"], 2),
            number(e["p"], 5),
            interval(e["ci"]),
        ]
        for e in entries
    ]


def _analysis(document: Document) -> list[str]:
    design = document["design"]
    head = (
        f"{document['command']}  {document['fom']}  {document['method']}  design {design['type']}: {len(design['tests'])} tests, "
        f"{len(design['readers'])} readers, {design['n_normal']} normal and {design['n_abnormal']} abnormal cases"
    )
    columns = ["analysis", "difference", "estimate", "se", "df", "p", interval_words(document)]
    if "ustat" in document:
        singles = [
            [e["test"], number(e["estimate"]), number(e["se"], 5), interval(e["ci"])]
            for e in document["ustat"]["tests"]
        ]
        rows = _difference_rows("one-shot", document["ustat"]["differences"])
        return [head, table(["test", document["fom"], "se", interval_words(document)], singles), table(columns, rows)]
    values = {(e["test"], e["reader"]): number(e["value"]) for e in document["estimates"]}
    cells = [[reader, *(values[test, reader] for test in design["tests"])] for reader in design["readers"]]
    cells.append(["mean", *(number(document["means"][test]) for test in design["tests"])])
    rows = []
    for name in ("rrrc", "frrc", "rrfc"):
        rows += _difference_rows(name, document[name].get("differences", []))
    pieces = [head, table(["reader", *design["tests"]], cells)]
    if rows:
        pieces.append(table(columns, rows))
    if "ai" in document:
        pieces.append(_against_ai(document["ai"], interval_words(document)))
    return pieces


def _against_ai(entries: list[Document], words: str) -> str:
    rows = [
        [own["test"], number(own["model"]), name, number(mean["estimate"]), number(mean["se"], 5), interval(mean["ci"])]
        for own in entries
        for name, mean in (("rrrc", own["rrrc"]), ("frrc", own["frrc"]))
        if mean
    ]
    return table(["test", "model alone", "analysis", "readers - model", "se", words], rows)


def _agreement(document: Document) -> list[str]:
    pieces = []
    for test, block in document["tests"].items():
        rows = [
            [name, number(e["estimate"]), interval(e["ci"]), str(e["n"]), e["reason"] or ""]
            for name, e in block.items()
        ]
        pieces.append(f"test {test}\n" + table(["statistic", "estimate", interval_words(document), "n", ""], rows))
    return pieces


def _size(document: Document) -> list[str]:
    rows = [[str(e["readers"]), str(e["cases"]), number(e["power"], 3)] for e in document["grid"]]
    smallest = [[j, str(k) if k else "none in range"] for j, k in document["smallest"].items()]
    return [
        table(["readers", "cases", "power"], rows),
        table(
            ["readers", f"smallest number of cases for power {document['power']} at alpha {document['alpha']:g}"],
            smallest,
        ),
    ]
