"""`python -m training phantoms`: write synthetic radiographs in one of three layouts."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tqdm import tqdm

from training.phantoms.demo import DEMO_CASES, write_demo_set
from training.phantoms.draw import MIN_SIDE
from training.phantoms.layouts import write_chestxray14, write_rsna

LAYOUTS = {"chestxray14": write_chestxray14, "rsna": write_rsna}


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
    parser.add_argument("--json", action="store_true", help="print one JSON document to stdout")


def run(args: argparse.Namespace) -> int:
    """0 done, 2 wrong usage."""
    folder = args.demo or args.folder
    layout = "demo" if args.demo else args.layout
    problem = _problem(args, folder)
    if problem:
        print(f"phantoms: {problem}", file=sys.stderr)
        return 2
    total = len(DEMO_CASES) if layout == "demo" else args.count
    with tqdm(total=total, desc=f"phantoms ({layout})", unit="image", disable=None, file=sys.stderr) as bar:
        if layout == "demo":
            write_demo_set(folder, lambda name: bar.update())
        else:
            LAYOUTS[layout](folder, args.count, args.seed, args.size, args.confounder, lambda name: bar.update())
    if args.json:
        print(json.dumps({"folder": str(folder), "layout": layout, "images": total, "seed": args.seed}))
    else:
        print(f"{total} phantoms ({layout}) written to {folder}")
    return 0


def _problem(args: argparse.Namespace, folder: Path | None) -> str:
    """What is wrong with the arguments, or an empty string."""
    if folder is None:
        return "no folder given; allowed are `phantoms DIR` or `phantoms --demo DIR`"
    if args.count < 1:
        return f"--count {args.count} is not 1 or more"
    if not MIN_SIDE <= args.size <= 1024:  # the published sets end at 1024, and so do their readers' boxes
        return f"--size {args.size} is outside {MIN_SIDE}..1024"
    if not -1 <= args.confounder <= 1:
        return f"--confounder {args.confounder} is outside -1..1"
    return ""
