"""Every page that a file names exists, and so does the section, trap, rule or anchor that it names there."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
# Written by a run or a bundle, not kept in the tree.
GENERATED = frozenset({"card.md", "report.md"})
KINDS = {".py", ".ts", ".tsx", ".toml", ".md", ".css", ".html", ".sh", ".yml", ".json", ""}
ELSEWHERE = {".git", ".venv", "node_modules", "var", "runs", "build", "static", ".cache", "test-results", "migrations"}
PAGE = re.compile(r"(?<![\w/.-])((?:[\w.-]+/)*[A-Za-z]\w*\.md)\b(?:#([\w-]+))?")
# `methods.md §5.2`, `methods.md, section 6`, `methods.md traps 12, 17 and 18`; a bare number goes on with the kind before it.
PLACE = re.compile(r"(?:,| and|)\s*(?:(§|sections?|traps?|rules?)\s*)?(\d+(?:\.\d+)*)\b")
BREAK = re.compile(r"\n[ \t]*(?:#|\*|//)?[ \t]*")
ROW = re.compile(r"^\| (\d+) ", re.MULTILINE)
HEADING = re.compile(r"^#{1,4} (.+)$", re.MULTILINE)


def text_files() -> Iterator[Path]:
    pending = [ROOT]
    while pending:
        for path in pending.pop().iterdir():
            if path.is_dir() and path.name not in ELSEWHERE and not path.name.endswith("_cache"):
                pending.append(path)
            elif path.is_file() and path.suffix in KINDS:
                yield path


def resolved(name: str, source: Path) -> Path | None:
    """The page: from the file's own folder, from the root, or a page of docs by its name alone."""
    candidates = (source.parent / name, ROOT / name, DOCS / name)
    return next((path.resolve() for path in candidates if path.is_file()), None)


@cache
def headings(page: Path) -> tuple[str, ...]:
    return tuple(HEADING.findall(page.read_text(encoding="utf-8")))


@cache
def numbers(page: Path) -> frozenset[str]:
    """Section numbers of a page, `5.2` for `### 5.2 WILDCAT` and `5` for `## 5. Networks`."""
    found = (re.match(r"(\d+(?:\.\d+)*)\.? ", heading) for heading in headings(page))
    return frozenset(match[1] for match in found if match)


def slug(heading: str) -> str:
    """The anchor that the site and code hosts give a heading."""
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


@cache
def rows(page: Path) -> frozenset[str]:
    """Numbers at the beginning of table rows: the traps of methods.md, the rules of jobs.md."""
    return frozenset(ROW.findall(page.read_text(encoding="utf-8")))


def missing_place(text: str, page: Path) -> str | None:
    """The first section, trap or rule named at the beginning of `text` that the page lacks."""
    kind, position = "", 0
    while (match := PLACE.match(text, position)) and (match[1] or kind):
        kind, position = match[1] or kind, match.end()
        known = rows(page) if kind.startswith(("trap", "rule")) else numbers(page)
        if match[2] not in known:
            return f"{kind} {match[2]}"
    return None


def faults(source: Path, text: str) -> list[str]:
    """One line for each page, place or anchor that `text` names and that does not exist."""
    found = []
    text = BREAK.sub(" ", text)
    for match in PAGE.finditer(text):
        name, anchor = match.groups()
        if Path(name).name in GENERATED:
            continue
        page = resolved(name, source)
        if page is None:
            found.append(f"{name} is not in the tree")
        elif anchor and anchor not in map(slug, headings(page)):
            found.append(f"{name} has no #{anchor}")
        elif (place := missing_place(text[match.end() :], page)) is not None:
            found.append(f"{name} has no {place}")
    return found


def test_every_page_and_section_that_is_named_exists() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in text_files()
        if ".md" in (text := path.read_text(encoding="utf-8", errors="replace"))
        for fault in faults(path, text)
    ]
    assert not found, "\n".join(sorted(found))


METHODS = "methods" + ".md"
UNHEARD = "unheard_of" + ".md"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"({METHODS} §5.2)", None),
        (f"({METHODS}\n    # traps 12, 17 and 18).", None),
        (f"{METHODS} §9, §10, §12.2: p = 3", None),
        (f"docs/{METHODS}#5-networks", None),
        (UNHEARD, f"{UNHEARD} is not in the tree"),
        (f"{METHODS} §5.9", f"{METHODS} has no § 5.9"),
        (f"{METHODS}, sections 9\n * and 99", f"{METHODS} has no sections 99"),
        (f"{METHODS} traps 12, 77", f"{METHODS} has no traps 77"),
        (f"{METHODS}#5-nets", f"{METHODS} has no #5-nets"),
    ],
)
def test_what_is_not_there_is_named(text: str, fault: str | None) -> None:
    assert faults(ROOT / "training" / "cli.py", text) == ([] if fault is None else [fault])
