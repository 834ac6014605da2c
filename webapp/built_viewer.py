"""The viewer as Vite built it: whether a page's script is there, and the elements that load it.

Pages of several rooms are drawn by it: the reading page, and the reading and voting pages of studies.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

MANIFEST = Path(__file__).resolve().parent / "viewer" / "static" / "viewer" / ".vite" / "manifest.json"


class ViewerNotBuilt(Exception):
    """The viewer's files are missing or older than its source tree knows: `make frontend` makes them."""


def is_built(entry: str) -> bool:
    """True when a build with this entry is in place."""
    return entry in _manifest()


def assets(entry: str) -> SafeString:
    """Stylesheets of the entry and of the chunks it imports, then the entry itself as a module. Raises ViewerNotBuilt."""
    manifest = _manifest()
    if entry not in manifest:
        raise ViewerNotBuilt(f"entry {entry!r} is not in {MANIFEST.name}: run `make frontend`")
    sheets = format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(f"viewer/{name}"),) for name in _sheets(entry))
    )
    script = static(f"viewer/{manifest[entry]['file']}")
    return format_html('{}\n<script type="module" src="{}"></script>', sheets, script)


def _sheets(entry: str) -> list[str]:
    """Stylesheets in load order, each once; chunks may import each other in circles."""
    manifest, seen, found = _manifest(), set[str](), dict[str, None]()

    def visit(name: str) -> None:
        if name in seen or name not in manifest:
            return
        seen.add(name)
        for chunk in manifest[name].get("imports", []):
            visit(chunk)
        found.update(dict.fromkeys(manifest[name].get("css", [])))

    visit(entry)
    return list(found)


def _manifest() -> dict[str, Any]:
    if not MANIFEST.exists():
        return {}
    return _read(MANIFEST, MANIFEST.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, Any]:
    """Kept until the file's time of change is another one."""
    content: dict[str, Any] = json.loads(path.read_text())
    return content
