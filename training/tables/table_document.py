"""table.json: everything the page shows, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from training.tables.columns import heading
from training.tables.comparison import cell, column_document
from training.tables.experiment_file import PaperExperiment, PaperRow
from training.tables.row_results import Finished
from training.tables.run_evidence import pictures

Document = dict[str, Any]

SCHEMA = 1
PICTURES = 8
RESEARCH = "research use only, not for diagnosis"


def row_document(
    experiment: PaperExperiment, row: PaperRow, runs: Sequence[Finished], folder: Path, is_made: bool, note: str = ""
) -> Document:
    """One row: a cell per printed column, then what its first run shows. note: why there is no run."""
    head = experiment.head
    cells = [
        cell(key, expected, [run.metrics.get(key) for run in runs], key in head.percent).document()
        for key, expected in row.expected.items()
    ]
    shown = [key for key in row.settings.metrics if key not in row.expected]
    cells += [cell(key, None, [run.metrics.get(key) for run in runs], key in head.percent).document() for key in shown]
    first = runs[0] if runs else None
    return {
        "name": row.name,
        "kind": row.kind,
        "status": "done" if runs else "failed",
        "note": note,
        "seeds": [run.seed for run in runs] or list(row.seeds),
        "seconds": sum(run.seconds for run in runs),
        "cells": [own for own in cells if own["paper"] is not None or own["ours"] is not None],
        "facts": first.facts if first else [],
        "curves": first.curves if first else {},
        "reliability": first.reliability if first else {},
        "confusion": first.confusion if first else {},
        "distributions": distributions(row, first) if first else [],
        "tables": first.tables if first else [],
        "lists": first.lists if first else {},
        "maps": pictures(first.folder, folder, is_made, PICTURES) if first else [],
        "folder": first.folder.parent.relative_to(folder).as_posix() if first else "",
        "machine": first.machine if first else {},
        "all_metrics": [{"seed": run.seed, **run.metrics} for run in runs],
    }


def distributions(row: PaperRow, run: Finished) -> list[Document]:
    """Scores per image that a metric brings along (004, figures 12 and 13), of columns that the table prints."""
    return [
        {
            "key": key,
            "title": heading(key).removeprefix("best "),
            "values": run.metrics[key]["values"],
            "paper": expected.value,
        }
        for key, expected in row.expected.items()
        if run.metrics.get(key, {}).get("values")
    ]


def table_document(
    experiment: PaperExperiment, rows: list[Document], data: list[Document], seconds: float, finished: str, weights: str
) -> Document:
    """The whole table."""
    head = experiment.head
    keys = dict.fromkeys(own["key"] for row in rows for own in row["cells"])
    keys = dict.fromkeys([*experiment.columns, *keys])
    machine: Document = next((row["machine"] for row in rows if row["machine"]), {})
    choices = [*head.choices, *([f"start weights {weights!r} in place of ImageNet's"] if weights else [])]
    return {
        "schema": SCHEMA,
        "experiment": experiment.name,
        "paper": head.paper,
        "table": head.table,
        "title": head.title,
        "scale": experiment.scale,
        "research_use": RESEARCH,
        "needs": head.needs,
        "small_data": head.small_data,
        "traps": list(head.traps),
        "choices": choices,
        "columns": [column_document(key, key in head.percent) for key in keys],
        "rows": rows,
        "rows_in_file": len(experiment.rows),
        "data": data,
        "machine": machine_lines(machine),
        "seconds": seconds,
        "finished": finished,
        "file_text": experiment.text,
    }


def machine_lines(machine: Document) -> list[list[str]]:
    """(name, value) lines of environment.json."""
    lines: list[list[str]] = []
    for key, value in machine.items():
        if isinstance(value, dict):
            lines += [[name, str(own)] for name, own in value.items()]
        elif value not in ("", None, []):
            lines.append([key.replace("_", " "), " ".join(map(str, value)) if isinstance(value, list) else str(value)])
    return lines
