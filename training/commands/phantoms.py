"""`python -m training phantoms`: write synthetic images in the layout of any data set."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tqdm import tqdm

from training.phantoms.demo import DEMO_CASES, write_demo_set
from training.phantoms.draw import MIN_SIDE
from training.phantoms.layouts import LAYOUTS
from training.phantoms.made_data import MadeData


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, nargs="?", help="where to write")
    parser.add_argument("--demo", type=Path, metavar="DIR", help="short for: DIR --layout demo")
    parser.add_argument("--layout", choices=[*LAYOUTS, "demo"], default="chestxray14")
    parser.add_argument("--count", type=int, default=100, help=f"images; the demo set always has {len(DEMO_CASES)}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--size", type=int, default=256, help="pixels of a side")
    parser.add_argument(
        "--confounder", type=float, default=0.0, help="correlation -1..1 of a corner mark with any finding"
    )
    parser.add_argument("--third-class", type=float, help="rsna: share of 'No Lung Opacity / Not Normal', 0..1")
    parser.add_argument("--uncertain", type=float, default=0.0, help="chexpert, reviewed: share of labels given as -1")
    parser.add_argument(
        "--per-patient",
        type=int,
        default=0,
        help="images of one patient (default: chestxray14 3, chexpert 2, others 1)",
    )
    parser.add_argument("--classes", default="", help="chestxray14: labels that take turns, separated by commas")
    parser.add_argument("--fast", action="store_true", help="simple sketches: a set in a second, for tests")
    parser.add_argument("--json", action="store_true", help="print one JSON document to stdout")


def run(args: argparse.Namespace) -> int:
    """0 done, 2 wrong usage."""
    folder = args.demo or args.folder
    layout = "demo" if args.demo else args.layout
    try:
        made = _made_data(args, folder)
    except ValueError as error:
        print(f"phantoms: {error}", file=sys.stderr)
        return 2
    total = len(DEMO_CASES) if layout == "demo" else args.count
    with tqdm(total=total, desc=f"phantoms ({layout})", unit="image", disable=None, file=sys.stderr) as bar:
        if layout == "demo":
            write_demo_set(folder, lambda name: bar.update())
        else:
            LAYOUTS[layout](folder, made, lambda name: bar.update())
    if args.json:
        print(json.dumps({"folder": str(folder), "layout": layout, "images": total, "seed": args.seed}))
    else:
        print(f"{total} phantoms ({layout}) written to {folder}")
    return 0


def _made_data(args: argparse.Namespace, folder: Path | None) -> MadeData:
    """The arguments as settings. Raises ValueError that says what is wrong and what is allowed."""
    if folder is None:
        raise ValueError("no folder given; allowed are `phantoms DIR` or `phantoms --demo DIR`")
    if args.count < 1:
        raise ValueError(f"--count {args.count} is not 1 or more")
    if not MIN_SIDE <= args.size <= 1024:  # the published sets end at 1024, and so do their readers' boxes
        raise ValueError(f"--size {args.size} is outside {MIN_SIDE}..1024")
    if not -1 <= args.confounder <= 1:
        raise ValueError(f"--confounder {args.confounder} is outside -1..1")
    return MadeData(
        count=args.count, seed=args.seed, size=args.size, confounder=args.confounder, third_class=args.third_class,
        uncertain=args.uncertain, per_patient=args.per_patient, fast=args.fast,
        classes=tuple(name.strip() for name in args.classes.split(",") if name.strip()),
    )  # fmt: skip
