"""What software an installation is made of, as components of CycloneDX 1.6: Python packages, and the viewer's from its lock."""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any
from urllib.parse import quote

CLASSIFIER = "License ::"
SHA512 = "sha512-"
SCOPES = ("required", "optional", "excluded")  # a package that stands twice keeps the first that holds


def python_components(found: Iterable[Distribution] | None = None) -> list[dict[str, Any]]:
    """Each distribution that this interpreter finds, once, by name. No hashes: the lock of versions has none."""
    parts: dict[str, dict[str, Any]] = {}
    for own in distributions() if found is None else found:
        name = own.metadata["Name"]
        if name:
            plain = re.sub(r"[-_.]+", "-", name).lower()
            parts.setdefault(
                plain, _component(name, own.version, f"pkg:pypi/{plain}@{quote(own.version)}", _licences(own))
            )
    return [parts[name] for name in sorted(parts)]


def npm_components(lock: Path) -> list[dict[str, Any]]:
    """Each package of a package-lock.json (version 2 or 3), with its hash; those of the build alone are `excluded`."""
    packages: Mapping[str, Mapping[str, Any]] = json.loads(lock.read_text("utf-8"))["packages"]
    parts: dict[str, dict[str, Any]] = {}
    for place, own in packages.items():
        name = place.rpartition("node_modules/")[2]
        if not place or own.get("link"):
            continue
        licences = [{"expression": own["license"]}] if own.get("license") else []
        purl = f"pkg:npm/{quote(name)}@{quote(own['version'])}"
        part = _component(name, own["version"], purl, licences)
        part["scope"] = "excluded" if own.get("dev") else "optional" if own.get("optional") else "required"
        hashes = own.get("integrity", "").split()
        part["hashes"] = [_sha512(text) for text in hashes if text.startswith(SHA512)]
        if purl not in parts or SCOPES.index(part["scope"]) < SCOPES.index(parts[purl]["scope"]):
            parts[purl] = part
    return [parts[purl] for purl in sorted(parts)]


def _component(name: str, version: str, purl: str, licences: list[dict[str, Any]]) -> dict[str, Any]:
    beside = {"licenses": licences} if licences else {}
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, **beside}


def _licences(own: Distribution) -> list[dict[str, Any]]:
    """As the package states it: an SPDX expression, else the names of its classifiers, else the first line of its field."""
    if expressions := own.metadata.get_all("License-Expression"):
        return [{"expression": expressions[0]}]
    classifiers = own.metadata.get_all("Classifier") or []
    names = [text.rpartition(" :: ")[2] for text in classifiers if text.startswith(CLASSIFIER)]
    stated = "".join(own.metadata.get_all("License") or []).strip().splitlines()[:1]
    return [{"license": {"name": name}} for name in names or stated if name and name != "UNKNOWN"]


def _sha512(integrity: str) -> dict[str, str]:
    return {"alg": "SHA-512", "content": base64.b64decode(integrity.removeprefix(SHA512)).hex()}
