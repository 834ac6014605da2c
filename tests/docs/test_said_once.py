"""Pages say nothing twice: where two changes add to the same place, joining them leaves both halves, or one line two times."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / name for name in ("CHANGELOG.md", "CONTRIBUTING.md", "README.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)
CODE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)  # commands and outputs of a tutorial may well come again
SHORTEST = 40  # heads and rules of tables, and short lines, may stand on a page several times
CUT = 60  # of two forms of one bullet the beginning is the same


def repeated_lines(text: str) -> list[str]:
    """Lines of prose or of a table that stand there more than once."""
    lines = (line.strip() for line in CODE.sub("", text).splitlines())
    counted = Counter(line for line in lines if len(line) >= SHORTEST and set(line) - set("|-: "))
    return [line for line, count in counted.items() if count > 1]


def repeated_bullets(text: str) -> list[str]:
    """Beginnings of bullets, over their lines, that stand there more than once."""
    parts = re.split(r"^(?=- |#)", text, flags=re.MULTILINE)
    counted = Counter(" ".join(part.split())[:CUT] for part in parts if part.startswith("- "))
    return [bullet for bullet, count in counted.items() if count > 1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_line_stands_on_a_page_twice(page: Path) -> None:
    assert repeated_lines(page.read_text(encoding="utf-8")) == []


def test_no_change_is_told_twice() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.count("\n- ") > 50
    assert repeated_bullets(text) == []


def test_what_stands_there_twice_is_found() -> None:
    line = "A sentence of more than forty characters that stands here."
    assert repeated_lines(f"{line}\nbetween\n  {line}\n") == [line]
    assert repeated_lines(f"```sh\n{line}\n```\n{line}\n") == []
    bullets = f"- {line}\n  One end.\n- another\n- {line}\n  Another\n  end.\n"
    assert repeated_bullets(bullets) == [f"- {line}"[:CUT]]
