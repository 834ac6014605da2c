"""What is stored of a bundle, by the key that fields of a card name: lines of text, and where each is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.deployments.bundle_state import states_of
from webapp.deployments.card_blocks import card_blocks
from webapp.deployments.manifest_rows import map_title, measured_on
from webapp.deployments.models import DeployedBundle
from webapp.deployments.registry_rows import PURPOSE_HEADINGS
from webapp.papers.measured_numbers import MeasuredNumber, by_view, measured_numbers

LIMIT_HEADINGS = ("limits and failure modes", "limits", "limitations")
MANIFEST, CARD, REGISTRY = (
    "manifest of the bundle",
    "card.md of the bundle, in its maker's words",
    "registry of this site",
)
TASKS = {"multilabel": "each finding answered by itself", "single": "one of the findings is the answer"}


@dataclass(frozen=True)
class Fact:
    """lines: none where nothing is stored."""

    lines: tuple[str, ...]
    kept_in: str


def stored_facts(bundle: DeployedBundle) -> dict[str, Fact]:
    """By key."""
    manifest = bundle.manifest
    facts = {key: Fact(tuple(read(manifest)), MANIFEST) for key, read in _OF_MANIFEST.items()}
    state = states_of([bundle])[bundle.pk]
    places = ", ".join(project.name for project in state.projects)
    return facts | {
        "name": Fact((bundle.name,), MANIFEST),
        "version": Fact((bundle.version,), MANIFEST),
        "state": Fact((f"on this site: {state.title.lower()}" + (f" ({places})" if places else ""),), REGISTRY),
        "purpose": Fact(tuple(_below(bundle.card, PURPOSE_HEADINGS)), CARD),
        "limits": Fact(tuple(_below(bundle.card, LIMIT_HEADINGS)), CARD),
    }


def _below(card: str, headings: Sequence[str]) -> list[str]:
    """Paragraphs and items of the card below one of these headings."""
    lines: list[str] = []
    is_below = False
    for block in card_blocks(card):
        if block.kind == "heading":
            is_below = block.text.strip().lower() in headings
        elif is_below:
            lines += [block.text] if block.kind == "paragraph" else block.items
    return lines


def _codes(scheme: str) -> Callable[[Mapping[str, Any]], list[str]]:
    def read(manifest: Mapping[str, Any]) -> list[str]:
        codes = [finding.get("code") or {} for finding in manifest.get("findings", [])]
        return [str(code["value"]) for code in codes if code.get("scheme") == scheme]

    return read


def _findings(manifest: Mapping[str, Any]) -> list[str]:
    return [finding.get("title", finding["key"]) for finding in manifest.get("findings", [])]


def _outputs(manifest: Mapping[str, Any]) -> list[str]:
    maps = [f"map {map_title(kind, own)}" for kind, own in (manifest.get("outputs") or {}).items() if "height" in own]
    return [f"probability of {title}" for title in _findings(manifest)] + maps


def _input(manifest: Mapping[str, Any]) -> list[str]:
    own = manifest.get("input") or {}
    if not {"height", "width", "intensity", "resize"} <= own.keys():
        return []
    return [f"image of {own['height']} × {own['width']} pixels; intensity {own['intensity']}, resize {own['resize']}"]


def _gate(manifest: Mapping[str, Any]) -> list[str]:
    """What is let through to the model."""
    gate = manifest.get("gate") or {}
    told = []
    if gate.get("age_years"):
        low, high = gate["age_years"]
        told.append(f"ages accepted: {low:g} to {high:g} years")
    for key, word in (("views", "views"), ("modalities", "modalities"), ("body_parts", "body parts")):
        if gate.get(key):
            told.append(f"{word} accepted: {', '.join(part or '(not stated in the file)' for part in gate[key])}")
    return told


def _data(manifest: Mapping[str, Any]) -> list[str]:
    data = (manifest.get("evidence") or {}).get("data")
    if not isinstance(data, Mapping):
        return []
    lines = [f"data set {data['name']}"] if data.get("name") else []
    lines += [f"{data[key]} {key}" for key in ("images", "patients") if data.get(key) is not None]
    positives = data.get("positives") or {}
    for split, count in (data.get("splits") or {}).items():
        found = ", ".join(f"{key} {n}" for key, n in (positives.get(split) or {}).items())
        drawn = (data.get("phantoms") or {}).get(split)
        beside = f", {drawn} of them drawn phantoms" if drawn else ""
        lines.append(f"split {split}: {count} images{beside}" + (f"; positives: {found}" if found else ""))
    fingerprint = data.get("fingerprint") or data.get("sha256")
    return lines + ([f"fingerprint {fingerprint}"] if fingerprint else [])


def _thresholds(manifest: Mapping[str, Any]) -> list[str]:
    return [told(number) for number in measured_numbers(manifest) if number.place.endswith("operating_point.threshold")]


def _evaluated_on(manifest: Mapping[str, Any]) -> list[str]:
    text = measured_on(dict(manifest))
    return [text] if text else []


def _command(manifest: Mapping[str, Any]) -> list[str]:
    command = (manifest.get("evidence") or {}).get("command")
    return [f"made by: {command}"] if command else []


def told(number: MeasuredNumber) -> str:
    """`0.869 (95 % CI 0.797 to 0.918); n 134, positives 64; data: …; split: …`."""
    shown = f"{number.value:.3g}" if isinstance(number.value, float) else str(number.value)
    interval = " (95 % CI {:.3g} to {:.3g})".format(*number.interval) if number.interval else " (interval not stated)"
    n, positives = ("not stated" if value is None else value for value in (number.n, number.positives))
    return f"{number.name}: {shown}{interval}; n {n}, positives {positives}; {number.on}"


_OF_MANIFEST: dict[str, Callable[[Mapping[str, Any]], Sequence[str]]] = {
    "created": lambda manifest: [str(manifest["created"])] if manifest.get("created") else [],
    "findings": _findings,
    "radlex": _codes("RADLEX"),
    "snomed": _codes("SCT"),
    "task": lambda manifest: (
        [f"{manifest['task']}: {TASKS[manifest['task']]}"] if manifest.get("task") in TASKS else []
    ),
    "outputs": _outputs,
    "input": _input,
    "modalities": lambda manifest: list((manifest.get("gate") or {}).get("modalities") or []),
    "gate": _gate,
    "data": _data,
    "thresholds": _thresholds,
    "evaluated_on": _evaluated_on,
    "measured": lambda manifest: [
        told(number) for number in measured_numbers(manifest) if number.place.startswith("evidence.")
    ],
    "by_view": lambda manifest: [told(number) for number in by_view(manifest)],
    "command": _command,
}
