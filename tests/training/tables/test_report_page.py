"""The page of a table: both columns, nothing fetched, real images left where they are."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from inference.research_use import RESEARCH_LINE
from training.tables.experiment_file import find_experiments, load_paper_experiment
from training.tables.report_page import report_page
from training.tables.table_document import row_document, table_document


@pytest.fixture(scope="module")
def made_results() -> ModuleType:
    """Test folders are no packages; the helper is loaded by path."""
    path = Path(__file__).parent / "made_results.py"
    spec = importlib.util.spec_from_file_location("tables_made_results", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


Page = Callable[..., tuple[dict[str, Any], str]]


@pytest.fixture
def page(tmp_path: Path, made_results: ModuleType) -> Page:
    """Document and page of 003_t10_fused with invented numbers: 0.6 for the first row, none for the second."""

    def write(scale: str = "smoke", is_made: bool = True) -> tuple[dict[str, Any], str]:
        experiment = load_paper_experiment(find_experiments("003/t10")[0], scale)  # type: ignore[arg-type]
        fused, base = experiment.rows
        metrics = {key: made_results.metric(0.6) for key in fused.expected}
        run = made_results.finished(tmp_path / "rows" / "fused" / "seed-0", metrics)
        rows = [
            row_document(experiment, fused, [run], tmp_path, is_made),
            row_document(experiment, base, [], tmp_path, is_made, "failed: RunError: <b>no</b> memory"),
        ]
        data = [{"name": "chestxray14", "images": 240, "patients": 240, "fingerprint": "ab" * 32, "is_made": is_made}]
        document = table_document(experiment, rows, data, 192.0, "2026-01-01 00:00 UTC", "none")
        return document, report_page(document, tmp_path)

    return write


def visible(text: str) -> str:
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def own_part(text: str) -> str:
    """The page without Plotly's script, which names its makers and holds pictures of its own."""
    longest = max(re.findall(r"<script>.*?</script>", text, flags=re.DOTALL), key=len)
    assert len(longest) > 1_000_000
    return text.replace(longest, "", 1)


def test_the_page_shows_paper_ours_difference_interval_and_mark(page: Page) -> None:
    document, text = page()
    shown = visible(text)
    assert "Fused accuracy 0.6176 0.6000 -0.0176 0.5500 – 0.6500 100 yes patient bootstrap" in shown
    assert "loss 0.9710 0.6000 -0.3710 0.5500 – 0.6500 100 no" in shown
    assert "inference time 7.43 0.60 — 0.55 – 0.65 100 —" in shown  # no unit: no difference, no mark
    assert [own["agrees"] for own in document["rows"][0]["cells"][:2]] == [True, False]


def test_the_page_says_what_it_rests_on(page: Page) -> None:
    document, text = page()
    shown = visible(text)
    for part in (
        *document["traps"],
        *document["choices"],
        document["needs"],
        RESEARCH_LINE,
        "seeds",
        "torch 2.14.1",
        "ab" * 32,
    ):
        assert part in shown, part
    assert "Smoke run: made images" in shown
    assert "start weights 'none' in place of ImageNet's" in shown
    assert "3 min 12 s" in shown


def test_a_failed_row_is_told_with_its_reason_and_nothing_is_taken_as_markup(page: Page) -> None:
    _, text = page()
    assert "failed: RunError: &lt;b&gt;no&lt;/b&gt; memory" in text
    assert "<b>no</b>" not in text


def test_the_page_fetches_nothing(page: Page) -> None:
    _, text = page()
    assert text.count("Plotly.newPlot(id") == 1
    own = own_part(text)
    assert len(own) < 200_000
    assert not re.findall(r"""(?:src|href)=["']?(?!data:)[^"'>\s]+""", own)
    assert "@import" not in own
    assert "url(" not in own


def test_figures_are_sound_json_with_curves_bins_counts_and_confusion(page: Page) -> None:
    _, text = page()
    found = re.search(r'<script type="application/json" id="figures">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    figures = json.loads(found[1])
    assert {"row-0-curves", "row-0-reliability-the answer", "row-0-confusion-"} <= figures.keys()
    counts = [trace["y"] for trace in figures["row-0-reliability-the answer"]["data"] if trace.get("type") == "bar"]
    assert counts == [[0, 4, 8], [0, 4, 8]]
    assert figures["row-0-confusion-"]["data"][0]["text"] == [["3", "1"], ["0", "4"]]
    assert figures["row-0-curves"]["data"][0]["y"] == [1.2, 0.9]
    for name in figures:
        assert f'id="{name}"' in text


def test_maps_of_made_images_are_inside_and_those_of_real_ones_stay_in_the_run_folder(page: Page) -> None:
    _, made = page()
    assert "data:image/png;base64," in own_part(made)
    _, real = page("full", is_made=False)
    assert "data:image" not in own_part(real)
    assert 'src="rows/fused/seed-0/maps/gradcam/made.Effusion.png"' in real
    assert "not part of this page" in real
