"""`python -m training data check FOLDER`: is a data folder what it claims to be, before hours of training."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from training.data.busi import whole_busi
from training.data.check import SHOWN, Report, check_samples
from training.data.chexpert import POLICIES
from training.data.paper_splits import SPLIT_RULES, SplitRule, assign_splits
from training.data.records import DataError
from training.data.registry import DATASETS, DataSettings, find_folder, read_samples, recognise
from training.data.reviewed import changed_files
from training.data.samples import TASKS, SampleSet
from training.data.splits import read_split

NO_LIMIT = 10**9  # images of a class


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["check"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", choices=list(DATASETS), help="layout; found from the folder's tables when left out")
    parser.add_argument("--task", choices=["", *TASKS], default="", help="read as this task (default: the data set's)")
    parser.add_argument("--classes", default="", help="names separated by commas (default: the data set's)")
    parser.add_argument("--policy", choices=["", *POLICIES], default="", help="what an uncertain label becomes")
    parser.add_argument("--third-class", choices=["drop", "negative", "class"], default="negative", help="rsna")
    parser.add_argument("--split", type=Path, help="a split.csv to check against the images")
    parser.add_argument("--rule", choices=list(SPLIT_RULES), help="a split rule to try on the images")
    parser.add_argument("--seed", type=int, default=0, help="of --rule")
    parser.add_argument("--no-pixels", action="store_true", help="read tables only: no duplicates, no unreadable files")
    parser.add_argument("--workers", type=int, default=1, help="processes that read images")
    parser.add_argument("--json", action="store_true", help="print one JSON document to stdout")


def run(args: argparse.Namespace) -> int:
    """0 sound; 1 a table that cannot be read (one line) or problems found (listed)."""
    try:
        report = _report(args)
    except DataError as error:
        print(f"data check: {error}", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(report.document()))
    else:
        for line in _lines(report):
            print(line)
    return 1 if report.problems else 0


def _report(args: argparse.Namespace) -> Report:
    name = args.name or recognise(args.folder)
    folder = find_folder(name, args.folder)
    samples = _samples(args, name, folder)
    assignment = None
    if args.split:
        assignment = read_split(args.split)
    elif args.rule:
        assignment = assign_splits(samples, SplitRule(args.rule, seed=args.seed))
    pixels = not args.no_pixels and name != "tabular"
    report = check_samples(samples, assignment, pixels=pixels, workers=args.workers)
    if name == "reviewed" and pixels:
        changed = tuple(line for line in changed_files(folder) if not line.endswith("is missing"))
        report = Report(report.counts, (*report.problems, *changed), report.notes)
    if name == "chestxray14":
        absent = len(read_samples(_settings(args, name), folder, check_files=False)) - len(samples)
        report.counts["listed images that are not here"] = absent
    return report


def _samples(args: argparse.Namespace, name: str, folder: Path) -> SampleSet:
    """Everything in the folder. Missing files are listed by the check one by one, so that the reader's own stop at the
    first is off; ChestX-ray14 comes in twelve archives, of which any may be absent."""
    if name == "busi" and not args.classes:
        return whole_busi(folder)
    return read_samples(_settings(args, name), folder, check_files=name == "chestxray14")


def _settings(args: argparse.Namespace, name: str) -> DataSettings:
    classes = tuple(part.strip() for part in args.classes.split(",") if part.strip())
    return DataSettings(
        name, task=args.task, classes=classes, policy=args.policy, views="all", third_class=args.third_class,
        per_class=NO_LIMIT,
    )  # fmt: skip


def _lines(report: Report) -> list[str]:
    lines = [f"{key}: {_plain(value)}" for key, value in report.counts.items() if key != "labels"]
    lines += [f"{name}: {_plain(own)}" for name, own in report.counts["labels"].items()]
    for title, entries in (("problem", report.problems), ("note", report.notes)):
        lines += [f"{title}: {entry}" for entry in entries[:SHOWN]]
        if len(entries) > SHOWN:
            lines.append(f"{title}: and {len(entries) - SHOWN} more (--json lists all)")
    return lines if report.problems else [*lines, "no problem found"]


def _plain(value: Any) -> str:
    return ", ".join(f"{key} {own}" for key, own in value.items()) or "none" if isinstance(value, dict) else str(value)
