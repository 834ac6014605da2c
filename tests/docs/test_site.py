"""The site shows every page of docs and every package; `make docs` builds it and stops at any warning."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
STUDIES = "studies_methods" + ".md"  # apart, so that no link of this file is looked for


def test_every_page_is_in_the_navigation() -> None:
    listed = re.findall(r"([\w/]+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))


def test_every_package_is_in_the_reference() -> None:
    shown = {
        name
        for page in (DOCS / "reference").glob("*.md")
        for name in re.findall(r"^::: ([\w.]+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    of_training = {f"training.{path.parent.name}" for path in (ROOT / "training").glob("*/__init__.py")}
    assert shown == {"inference", "inference.dicom", "measures", "reports", "reader_study.analysis", *of_training}


@pytest.mark.parametrize(
    ("docstring", "markdown"),
    [
        ("a [n][k] < b*c of _d, `e_f * g`", r"a \[n\]\[k\] \< b\*c of \_d, `e_f * g`"),
        ("it goes *up*: x * y", r"it goes *up*: x \* y"),
        (
            "in words:\n\n    d = clip(g) * [w]\n    a_b\n\nafter_it",
            "in words:\n\n    d = clip(g) * [w]\n    a_b\n\nafter\\_it",
        ),
        ("one line that ends early\nanother", "one line that ends early  \nanother"),
        ("w " * 55 + "\nflows on", "w " * 55 + "\nflows on"),
        (f"as {STUDIES} §9 says", rf"as [studies\_methods.md §9](../{STUDIES}#9-failure-modes) says"),
        ("w " * 55 + "\nv2: a term", "w " * 55 + "  \nv2: a term"),
    ],
)
def test_docstrings_are_shown_as_they_are_written(docstring: str, markdown: str) -> None:
    pytest.importorskip("griffe", reason="the extra `docs` is not installed: make docs")
    from tools.docstring_markdown import as_markdown

    assert as_markdown(docstring) == markdown
