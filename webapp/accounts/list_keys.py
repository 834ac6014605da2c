"""Keys of the lists that cases are opened from, as the person who looks at them has them.

What is there, and its usual key: `list_keys.json`, which the settings page reads too. A person's own keys are in `User.own_keys`.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

VERSION: Final = 1  # of the stored map
TABLE: list[dict[str, str]] = json.loads((Path(__file__).parent / "list_keys.json").read_text())


@dataclass(frozen=True)
class ListKey:
    """id: of the action. keys: combinations such as `j` or `shift+j`, none where the person gave it no key."""

    id: str
    keys: list[str]
    hint: str

    @property
    def shown(self) -> str:
        """As the page writes it: `J`, `⇧J`; several with a space between."""
        return " ".join(f"⇧{key[6:].upper()}" if key.startswith("shift+") else key.upper() for key in self.keys)


def list_keys(chosen: Any) -> list[ListKey]:
    """The keys of a list. chosen: `User.own_keys`. A key that was given to one action is no longer the usual one of another."""
    own = _own(chosen)
    taken = {key for row in TABLE for key in own.get(row["id"], [])}
    found = []
    for row in TABLE:
        usual = [] if row["key"] in taken else [row["key"]]
        found.append(ListKey(row["id"], own.get(row["id"], usual), row["hint"]))
    return found


def _own(chosen: Any) -> dict[str, list[str]]:
    """The keys of a stored map; none of one that the settings would not give out, such as another version's."""
    keys = chosen.get("keys") if isinstance(chosen, dict) and chosen.get("version") == VERSION else None
    if not isinstance(keys, dict):
        return {}
    if not all(isinstance(given, list) and all(isinstance(key, str) for key in given) for given in keys.values()):
        return {}
    given_to_lists = [key for row in TABLE for key in set(keys.get(row["id"], []))]
    return keys if len(given_to_lists) == len(set(given_to_lists)) else {}
