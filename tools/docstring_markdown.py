"""Docstrings are written to be read as plain text. For the site they become Markdown: what Markdown would take for emphasis,
links or HTML (`s * t`, `_name`, `[n][k]`, `a < b`) is escaped, outside of backticks and indented blocks;
names of pages (`jobs.md §1`) become links. A griffe extension."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from griffe import Alias, Extension, Object

_CODE = re.compile(r"(`[^`\n]+`|(?<![\w*])\*\w+\*(?![\w*]))")
_SPECIAL = re.compile(r"([\\*_\[\]<>|#])")
_COLUMNS = 110  # a line that would have held the next one's first word ends where its author wanted it to
_TERM = re.compile(r"`?\w+`?: ")
_DOCS = Path(__file__).resolve().parents[1] / "docs"
_PAGE = re.compile(r"(?<![\w/.-])([\w\\]+)\.md(?: §(\d+(?:\.\d+)*))?")


def as_markdown(text: str) -> str:
    """The docstring `text` with Markdown's signs escaped and its meant line ends kept; blocks indented by four stay code."""
    lines, is_block, was_blank = text.splitlines(), False, True
    found = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.strip():
            is_block = line.startswith("    ") and (was_blank or is_block)
        was_blank = not line.strip()
        escaped = line if is_block else "".join(_escaped(part) for part in _CODE.split(line))
        found.append(escaped + ("  " if not is_block and _ends_here(line, following) else ""))
    return "\n".join(found)


def _ends_here(line: str, following: str) -> bool:
    words = following.split(maxsplit=1)
    if not line.strip() or not words:
        return False
    return len(line) + 1 + len(words[0]) < _COLUMNS or _TERM.match(following) is not None


def _escaped(part: str) -> str:
    if _CODE.fullmatch(part):
        return part
    return _PAGE.sub(lambda match: _link(match[0], match[1], match[2]), _SPECIAL.sub(r"\\\1", part))


def _link(shown: str, page: str, section: str | None) -> str:
    """`methods.md §5.2` as a link to that section; what names no page stays."""
    anchors = _anchors(page.replace("\\", ""))
    if anchors is None:
        return shown
    anchor = anchors.get(section or "", "")
    target = page.replace("\\", "")
    return f"[{shown}](../{target}.md{'#' + anchor if anchor else ''})"


@cache
def _anchors(page: str) -> dict[str, str] | None:
    """Section number -> anchor of a page of docs; None where there is no such page."""
    path = _DOCS / f"{page}.md"
    if not path.is_file():
        return None
    headings = re.findall(r"^#{2,4} (\d+(?:\.\d+)*)(\.? .+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {number: _slug(number + title) for number, title in headings}


def _slug(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


class PlainDocstrings(Extension):
    """Escapes every docstring that the reference shows."""

    def on_package(self, *, pkg: Any, **kwargs: Any) -> None:
        """Called once a package has been read."""
        _escape_all(pkg)


def _escape_all(owner: Object | Alias) -> None:
    if isinstance(owner, Alias):
        return
    if owner.docstring:
        owner.docstring.value = as_markdown(owner.docstring.value)
    for member in owner.members.values():
        _escape_all(member)
