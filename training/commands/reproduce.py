"""`python -m training reproduce 003/t10`: run a paper's tables again and set both side by side."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

DONE, FAILED, USAGE = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prefix", help="the beginning of a table's name: 003/t10, 003, 001_t1; or a .toml file")
    parser.add_argument("--data", type=Path, help="folder of the data set, or one that holds it under its usual name")
    parser.add_argument(
        "--scale", choices=("smoke", "small", "full"), default="full",
        help="smoke: made images, one step; small: small public samples, under an hour; full: the paper's table",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, help="folder of runs and reports (default runs/reproduce-SCALE)")
    parser.add_argument("--row", action="append", default=[], metavar="NAME", help="only this row; may be repeated")
    parser.add_argument(
        "--weights", default="", metavar="none|PATH", help="in place of ImageNet weights, where they cannot be fetched"
    )
    parser.add_argument("--fresh", action="store_true", help="run finished rows again; otherwise they are kept")
    parser.add_argument("--accelerator", default="auto", help="as Lightning's Trainer: auto, cpu, gpu")
    parser.add_argument("--devices", default="auto", help="as Lightning's Trainer: auto, a count, a list")
    parser.add_argument("--num-nodes", type=int, default=1, help="as Lightning's Trainer")
    parser.add_argument("--precision", default="auto", help="as Lightning's Trainer: 32-true, bf16-mixed ...")
    parser.add_argument("--json", action="store_true", help="print one JSON document to stdout")


def run(args: argparse.Namespace) -> int:
    """0 done; 1 a row failed or the data are not as needed, in one line; 2 wrong usage: unknown table, row or scale."""
    from training.run.hardware import Machine
    from training.settings_reader import ExperimentError
    from training.tables.reproduce import reproduce

    out = args.out or Path("runs") / f"reproduce-{args.scale}"
    hardware = Machine(args.accelerator, args.devices, args.precision, args.num_nodes)
    try:
        answer = reproduce(
            args.prefix, args.data, args.scale, out, hardware, args.row, weights=args.weights, fresh=args.fresh
        )
    except ExperimentError as error:
        print(f"reproduce: {error}", file=sys.stderr)
        return USAGE
    except (ValueError, OSError) as error:
        print(f"reproduce: {error}", file=sys.stderr)
        return FAILED
    if args.json:
        print(json.dumps([_summary(table, out) for table in answer["tables"]], indent=1))
    else:
        print("\n\n".join(plain_table(table, out) for table in answer["tables"]))
    for name in answer["failed"]:
        print(f"reproduce: row failed: {name}", file=sys.stderr)
    return FAILED if answer["failed"] else DONE


def _summary(table: dict[str, Any], out: Path) -> dict[str, Any]:
    folder = out / table["experiment"]
    rows = [{key: row[key] for key in ("name", "kind", "status", "note", "seeds", "cells")} for row in table["rows"]]
    return {
        "experiment": table["experiment"], "scale": table["scale"], "report": str(folder / "report.html"),
        "document": str(folder / "table.json"), "rows": rows,
    }  # fmt: skip


def plain_table(table: dict[str, Any], out: Path) -> str:
    """The comparison as text: row, column, paper, ours, difference, interval, n, mark."""
    from training.tables.experiment_file import where_printed

    columns = {own["key"]: own for own in table["columns"]}
    lines = [("row", "column", "paper", "ours", "difference", "95 % interval", "n", "in our interval")]
    for row in table["rows"]:
        if row["status"] != "done":
            lines.append((row["name"], row["note"], "", "", "", "", "", ""))
        for own in row["cells"]:
            digits = columns[own["key"]]["digits"]
            interval = "" if own["ci"] is None else f"{own['ci'][0]:.{digits}f} .. {own['ci'][1]:.{digits}f}"
            mark = {True: "yes", False: "no", None: own["note"]}[own["agrees"]]
            values = (_shown(own[key], digits) for key in ("paper", "ours", "difference"))
            n = "" if own["n"] is None else str(own["n"])
            lines.append((row["name"], columns[own["key"]]["heading"], *values, interval, n, mark))
    widths = [max(len(line[index]) for line in lines) for index in range(7)]
    body = "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[7]]).rstrip()
        for line in lines
    )
    head = (
        f"{table['experiment']} ({table['scale']}): {where_printed(table['paper'], table['table'])}: {table['title']}"
    )
    return f"{head}\n{body}\nreport: {out / table['experiment'] / 'report.html'}"


def _shown(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def listing() -> dict[str, str]:
    """For `list`: table name -> paper, table, title and rows."""
    from training.tables.experiment_file import (
        find_experiments,
        load_paper_experiment,
        paper_experiment_names,
        where_printed,
    )

    found = {}
    for name in paper_experiment_names():
        experiment = load_paper_experiment(find_experiments(name)[0])
        small = "" if experiment.has_small else ", no small scale"
        head = experiment.head
        found[name] = f"{where_printed(head.paper, head.table)}: {head.title} ({len(experiment.rows)} rows{small})"
    return found
