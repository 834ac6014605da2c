"""The colours of pictures and figures, by their names in `style/tokens.css`, the table that the pages and the viewer read."""

import re
from functools import cache
from pathlib import Path

TOKENS = Path(__file__).with_name("style") / "tokens.css"
_COLOUR = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3}(?:[0-9a-f]{3})?);")


@cache
def colours() -> dict[str, str]:
    """Name to "#rgb" or "#rrggbb" of every token that is a plain colour."""
    return dict(_COLOUR.findall(TOKENS.read_text(encoding="utf-8")))


def colour(name: str) -> str:
    """One colour. Raises KeyError for a name that the table does not have."""
    return colours()[name]
