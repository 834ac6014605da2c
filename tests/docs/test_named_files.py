"""Every file and folder of the tree that a page names exists: pages must follow when files move."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
# Changes tell of files that were.
HISTORY = {"CHANGELOG.md"}
ROOMS = "benchmarks|docs|inference|measures|reader_study|reports|tests|tools|training|webapp"
NAMED = re.compile(rf"`((?:{ROOMS})/[\w./-]+|[\w-]+\.(?:py|toml|txt|yml))(?:::(\w+))?`")


def faults(text: str) -> list[str]:
    """One line for each file, folder or name in a file (`file.py::name`) that is not there."""
    found = []
    for path, name in NAMED.findall(text):
        if "/" not in path and not (ROOT / path).exists():
            continue  # a file of some other place
        if not (ROOT / path).exists():
            found.append(f"{path} is not in the tree")
        elif name and not re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8")):
            found.append(f"{path} has no {name}")
    return found


def broken_links(page: Path) -> list[str]:
    """Relative links of a page to files that are not there; those to pages with their anchors are in test_named_pages.py."""
    targets = re.findall(r"\]\(([\w./-]+)[)#]", page.read_text(encoding="utf-8"))
    return [target for target in targets if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_files_that_a_page_names_exist(page: Path) -> None:
    if page.name not in HISTORY:
        assert not faults(page.read_text(encoding="utf-8"))
        assert not broken_links(page)


def test_what_is_not_there_is_named() -> None:
    assert faults("`training/nowhere.py`, `inference/boxes.py::PixelBox`, `inference/boxes.py::NO_RULES`, `docs/`") == [
        "training/nowhere.py is not in the tree",
        "inference/boxes.py has no NO_RULES",
    ]


def test_a_broken_link_is_named(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("[itself](page.txt#a), [elsewhere](https://a.example/b), [nowhere](no/where.py)")
    assert broken_links(page) == ["no/where.py"]
