"""Every table of the papers from its file to its page at smoke scale: made images, one step per stage."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from training.run.hardware import Machine
from training.tables.experiment_file import (
    find_experiments,
    load_paper_experiment,
    paper_experiment_names,
)
from training.tables.reproduce import reproduce


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder, so that tables share made images and prepared pixels."""
    return tmp_path_factory.mktemp("smoke")


@pytest.mark.slow
@pytest.mark.parametrize("name", paper_experiment_names())
def test_a_table_runs_to_its_page(out: Path, name: str) -> None:
    answer = reproduce(name, None, "smoke", out, Machine("cpu", "1", "32-true"))
    [document] = answer["tables"]
    assert answer["failed"] == [], [row["note"] for row in document["rows"] if row["status"] != "done"]
    left_out = _rows_left_out(name, {row["name"] for row in document["rows"]})
    missing = {
        own["key"]
        for row in document["rows"]
        for own in row["cells"]
        if own["ours"] is None and not _is_empty(own) and not own["key"].endswith(left_out)
    }
    assert missing == set(), "columns that the paper prints and nothing measures"
    page = (out / name / "report.html").read_text(encoding="utf-8")
    assert "Smoke run: made images" in page
    assert json.loads((out / name / "table.json").read_text(encoding="utf-8"))["experiment"] == name
    figures = re.search(r'id="figures">(.*?)</script>', page, re.DOTALL)
    assert figures is not None
    for figure in json.loads(figures[1]):
        assert f'id="{figure}"' in page
    # All tables together would leave 17 GB of weights; a failed one keeps its folder.
    shutil.rmtree(out / name)


def _is_empty(cell: dict[str, object]) -> bool:
    """A number that a few made images cannot give says why (a class is absent, no true positive)."""
    return cell["note"] not in ("", "not measured")


def _rows_left_out(name: str, run: set[str]) -> tuple[str, ...]:
    """Rows that smoke does not run; an ensemble of fewer members has no column for them."""
    rows = load_paper_experiment(find_experiments(name)[0], "smoke").rows
    return tuple(f"_{row.name}" for row in rows if row.name not in run)
