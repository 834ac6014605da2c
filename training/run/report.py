"""report.md of a run folder: what was run, on what, and every number with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inference.research_use import RESEARCH_LINE
from training.run.steps import RowRun

HEADLINES = ("acc", "auc_mean", "auc_ovr", "f1_macro", "loss", "ece_before", "ece_after", "seconds")


def row_report(run: RowRun, metrics: Mapping[str, Any]) -> str:
    """Markdown text."""
    own, data = run.row, metrics["data"]
    counts = ", ".join(f"{count} {name}" for name, count in data["splits"].items())
    lines = [
        f"# {own.name}",
        "",
        f"{own.origin}; scale {run.scale}; seed {own.train.seed}.",
        f"Data: {data['name']}, {data['images']} images of {data['patients']} patients ({counts}); fingerprint"
        f" {data['fingerprint'][:16]}.",
        f"Reported: split {metrics['split']}, n = {metrics['n']}. {RESEARCH_LINE}.",
        "",
        "| metric | value | 95 % interval | n |",
        "|---|---|---|---|",
    ]
    names = [*(own.metrics or HEADLINES), *metrics["metrics"]]
    for name in dict.fromkeys(name for name in names if name in metrics["metrics"]):
        lines.append(metric_line(name, metrics["metrics"][name]))
    note = metrics["calibration"].get("note")
    return "\n".join([*lines, "", f"Calibration: {note}" if note else "Not calibrated: no split to do it on.", ""])


def metric_line(name: str, document: Mapping[str, Any]) -> str:
    """One row of a table of estimates."""
    value = "-" if document["value"] is None else f"{document['value']:.6g}"
    ci = document.get("ci")
    interval = "" if not ci or None in ci else f"{ci[0]:.4g} to {ci[1]:.4g}"
    return f"| {name} | {value} | {interval} | {document.get('n') or ''} |"
