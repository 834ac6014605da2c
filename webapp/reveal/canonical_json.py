"""One text per value: UTF-8, sorted keys, no spaces. Hashes of protocols, readings and allocations are taken over it."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> str:
    """Raises ValueError for NaN and infinity, which JSON has no form for."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of(value: Any) -> str:
    """Hex SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()
