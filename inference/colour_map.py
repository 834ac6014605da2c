"""The colours of a map: 256 entries of RGB from the least to the most evidence, the same in pictures and in the viewer.

`colour_maps.json` holds cividis (default: even for colour-blind readers), viridis and inferno as base64 of 256 x 3 bytes:
matplotlib's tables of the same names, rounded to 8 bits (viridis and inferno: CC0; cividis: Nunez, Anderton and Renslow
2018). No rainbow map: it draws borders where the scores have none.
"""

import json
from base64 import b64decode
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ENTRIES = 256
_TABLES = Path(__file__).with_name("colour_maps.json")


@cache
def colour_table(name: str) -> NDArray[np.uint8]:
    """uint8 [256, 3], read only. Raises KeyError for a name that the file does not have."""
    return np.frombuffer(b64decode(json.loads(_TABLES.read_text())[name]), np.uint8).reshape(ENTRIES, 3)


def cividis(shares: NDArray[np.floating]) -> NDArray[np.uint8]:
    """RGB, uint8 [..., 3], of shares in [0, 1]: the entry nearest to share * 255, halves up, as the viewer takes it."""
    found: NDArray[np.uint8] = colour_table("cividis")[
        np.floor(np.asarray(shares) * (ENTRIES - 1) + 0.5).astype(np.intp)
    ]
    return found
