"""`python -m reader_study.analysis mrmc|froc|agreement|size`. Exit 0 done, 1 data refused, 2 wrong usage."""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from reader_study.analysis import covariance, design, figures_of_merit, froc, sizing, studies
from reader_study.analysis import obuchowski_rockette as obuchowski
from reader_study.analysis.agreement import krippendorff
from reader_study.analysis.documents import Document
from reader_study.analysis.marks_files import read_marks
from reader_study.analysis.obuchowski_rockette import Components
from reader_study.analysis.plain_numbers import plain_number, plain_whole
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.study_report import marks_sections, ratings_sections
from reader_study.analysis.tables import read_agreement, read_ratings
from reader_study.analysis.text_report import report
from reports.html_report import Section, html_report

MOST_SIZES = 10_000  # of one range of `size`


def whole_numbers(text: str) -> list[int]:
    """`4`, `4:12` or `50:400:25`, ends included."""
    parts = text.split(":")
    numbers = [number for part in parts if (number := plain_whole(part)) is not None]
    if not 1 <= len(parts) <= 3 or len(numbers) != len(parts):
        raise argparse.ArgumentTypeError(f"'{text}' is not FIRST, FIRST:LAST or FIRST:LAST:STEP in whole numbers")
    first, last, step = numbers + [numbers[0]] * (len(numbers) == 1) + [1] * (3 - max(len(numbers), 2))
    if step < 1 or last < first:
        raise argparse.ArgumentTypeError(f"'{text}' is an empty range")
    found = range(first, last + 1, step)
    if len(found) > MOST_SIZES:
        raise argparse.ArgumentTypeError(f"'{text}' is {len(found)} sizes; {MOST_SIZES} are the most")
    return list(found)


def number(text: str) -> float:
    """A finite number."""
    value = plain_number(text)
    if math.isnan(value):
        raise argparse.ArgumentTypeError(f"'{text}' is not a finite number")
    return value


def whole(text: str) -> int:
    """A whole number >= 0."""
    value = plain_whole(text)
    if value is None:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number >= 0")
    return value


def share(text: str) -> float:
    """A number strictly between 0 and 1."""
    value = plain_number(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number between 0 and 1")
    return value


def parser() -> argparse.ArgumentParser:
    """The four commands and their options."""
    top = argparse.ArgumentParser(prog="python -m reader_study.analysis", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    mrmc = commands.add_parser("mrmc", help="ratings of several readers on the same cases")
    mrmc.add_argument("ratings", type=Path, metavar="RATINGS.csv")
    mrmc.add_argument("--method", default="or", choices=studies.METHODS)
    mrmc.add_argument("--covariance", default="jackknife", choices=covariance.ESTIMATORS)
    mrmc.add_argument("--fom", default="auc", help=figures_of_merit.NAMES)
    mrmc.add_argument("--design", default="auto", choices=design.DESIGNS)
    mrmc.add_argument("--case-column", default="case")
    mrmc.add_argument("--ai", metavar="READER", help="this reader is the model alone: compared with, never averaged")
    marks = commands.add_parser("froc", help="marks of several readers on the same cases")
    marks.add_argument("marks", type=Path, metavar="MARKS.csv")
    marks.add_argument("--lesions", type=Path, required=True, metavar="LESIONS.csv")
    marks.add_argument("--fom", default="wafroc", choices=froc.NAMES)
    marks.add_argument(
        "--normals", type=whole, help="number of normal cases where LESIONS.csv lists abnormal ones only"
    )
    marks.add_argument("--readings", type=Path, metavar="READINGS.csv", help="reader,test,case of every reading")
    marks.add_argument("--hit", help="centre, iou:X or radius:R, for raw marks")
    agree = commands.add_parser("agreement", help="how well readers agree")
    agree.add_argument("ratings", type=Path, metavar="RATINGS.csv")
    agree.add_argument("--level", default="ordinal", choices=krippendorff.LEVELS)
    agree.add_argument("--seed", type=whole, default=0)
    _add_size(commands.add_parser("size", help="power over readers and cases"))
    for command in commands.choices.values():
        command.add_argument("--alpha", type=share, default=0.05)
        if command in (mrmc, marks):
            command.add_argument("--report", type=Path, metavar="FILE.html", help="also write figures and tables")
        command.add_argument("--json", action="store_true", help="one JSON document on standard output")
    return top


def _add_size(size: argparse.ArgumentParser) -> None:
    size.add_argument("--from", dest="source", type=Path, metavar="RATINGS.csv", help="components of a pilot study")
    for name in ("var", "cov1", "cov2", "cov3", "var-tr"):
        size.add_argument(f"--{name}", type=number)
    size.add_argument("--pilot-cases", type=whole)
    size.add_argument("--effect", type=number, required=True)
    size.add_argument("--readers", type=whole_numbers, required=True, metavar="4:12")
    size.add_argument("--cases", type=whole_numbers, required=True, metavar="50:400:25")
    size.add_argument("--power", type=share, default=0.8)
    size.add_argument("--analysis", default="rrrc", choices=sizing.ANALYSES)


def _components(arguments: argparse.Namespace) -> tuple[Components, int]:
    given = [getattr(arguments, name) for name in ("var", "cov1", "cov2", "cov3", "var_tr", "pilot_cases")]
    if arguments.source is not None and all(value is None for value in given):
        table = read_ratings(arguments.source)
        found = design.find_design(table)
        cells = covariance.estimate(table, figures_of_merit.figure_of_merit("auc"))
        return obuchowski.analyse(cells, found).components, len(table.cases)
    if arguments.source is not None or any(value is None for value in given):
        raise SystemExit(
            _usage("size needs either --from, or all of --var --cov1 --cov2 --cov3 --var-tr --pilot-cases")
        )
    var, cov1, cov2, cov3, var_tr, pilot = given
    if var_tr < 0:
        raise DataRefused(f"Var(TR) {var_tr:g} is below 0: give 0 where the pilot's estimate is negative")
    return Components(var, cov1, cov2, cov3, None, var_tr), pilot


def _usage(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


def _ratings(arguments: argparse.Namespace) -> Document:
    whole = read_ratings(arguments.ratings, arguments.case_column)
    table = studies.split_off_ai(whole, arguments.ai)[0] if arguments.ai else whole
    document = studies.analyse_ratings(
        table, arguments.method, arguments.covariance, arguments.fom, arguments.design, arguments.alpha
    )
    if arguments.ai:
        document["ai"] = studies.compare_with_ai(
            whole, arguments.ai, arguments.covariance, arguments.fom, arguments.alpha
        )
    if arguments.report:
        # Without a protocol the scale is what the ratings span.
        scale = float(np.nanmin(table.ratings)), float(np.nanmax(table.ratings))
        _write_report(arguments.report, document, ratings_sections(document, table, scale))
    return document


def _marks(arguments: argparse.Namespace) -> Document:
    marks = read_marks(arguments.marks, arguments.lesions, arguments.normals, arguments.hit, arguments.readings)
    document = studies.analyse_marks(marks, arguments.fom, arguments.alpha)
    if arguments.report:
        _write_report(arguments.report, document, marks_sections(document, marks))
    return document


def _write_report(path: Path, document: Document, sections: list[Section]) -> None:
    facts = [("Input SHA-256", document["input_sha256"]), ("Analysis version", document["version"])]
    try:
        path.write_text(html_report("Reader study", facts, sections), encoding="utf-8")
    except OSError as error:
        raise DataRefused(f"{path.name}: cannot be written ({error.strerror})") from None


def _run(arguments: argparse.Namespace) -> Document:
    if arguments.command == "mrmc":
        return _ratings(arguments)
    if arguments.command == "froc":
        return _marks(arguments)
    if arguments.command == "agreement":
        return studies.analyse_agreement(
            read_agreement(arguments.ratings), arguments.level, arguments.seed, arguments.alpha
        )
    parts, pilot = _components(arguments)
    return studies.size_study(
        parts,
        pilot,
        arguments.effect,
        arguments.readers,
        arguments.cases,
        arguments.alpha,
        arguments.power,
        arguments.analysis,
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = parser().parse_args(argv)
    try:
        document = _run(arguments)
    except DataRefused as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(json.dumps(document, allow_nan=False) if arguments.json else report(document))
    return 0
