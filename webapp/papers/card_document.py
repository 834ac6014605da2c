"""The model card of a bundle as one document: fields of both publications, then every number with on whom it was measured."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from inference.research_use import RESEARCH_LINE
from webapp.deployments.manifest_rows import NOT_STATED
from webapp.deployments.models import DeployedBundle
from webapp.papers.card_fields import STANDARDS, CardStandard
from webapp.papers.measured_numbers import measured_numbers
from webapp.papers.stored_facts import Fact, stored_facts

FORMAT = "sightline-model-card/1"


def card_document(bundle: DeployedBundle) -> dict[str, Any]:
    """JSON-ready. A field that nothing stored answers has `values` [] and `kept_in` null."""
    facts = stored_facts(bundle)
    return {
        "format": FORMAT,
        "notice": RESEARCH_LINE,
        "made_on": f"{timezone.now():%Y-%m-%d}",
        "bundle": {"id": bundle.bundle_id, "name": bundle.name, "version": bundle.version, "bytes": bundle.bytes},
        "cards": {key: _filled(standard, facts) for key, standard in STANDARDS.items()},
        "numbers": [number.as_document() for number in measured_numbers(bundle.manifest)],
    }


def _filled(standard: CardStandard, facts: dict[str, Fact]) -> dict[str, Any]:
    fields = []
    for name, key in standard.fields.items():
        fact = facts[key] if key else Fact((), "")
        fields.append({"field": name, "values": list(fact.lines), "kept_in": fact.kept_in if fact.lines else None})
    return {
        "title": standard.title, "version": standard.version, "source": standard.source, "fields": fields,
        "stated": sum(bool(field["values"]) for field in fields),
    }  # fmt: skip


def card_markdown(document: dict[str, Any]) -> str:
    """The same as text."""
    return "\n".join(_lines(document)) + "\n"


def _lines(document: dict[str, Any]) -> Iterator[str]:
    bundle = document["bundle"]
    yield f"# Model card: {_inline(bundle['name'])} {_inline(bundle['version'])}"
    yield f"\n**{document['notice']}**\n"
    yield f"Bundle {bundle['id']}, {bundle['bytes']} bytes. Made on {document['made_on']} from stored facts.\n"
    for card in document["cards"].values():
        yield f"## {card['title']} {card['version']}"
        yield f"\n{card['stated']} of {len(card['fields'])} fields are answered by what is stored. Fields: {card['source']}\n"
        for field in card["fields"]:
            yield f"- {field['field']}: " + ("" if field["values"] else NOT_STATED)
            yield from (f"  - {_inline(value)} _({field['kept_in']})_" for value in field["values"])
        yield ""
    yield "## Every number, and on whom\n\n| Number | Value | 95 % interval | n | Positives | On whom |\n|---|---|---|---|---|---|"
    for number in document["numbers"]:
        interval = "{:.3g} to {:.3g}".format(*number["interval"]) if number["interval"] else NOT_STATED
        cells = (number["name"], shown(number["value"]), interval, number["n"], number["positives"], number["on_whom"])
        yield "| " + " | ".join(_cell(NOT_STATED if cell is None else str(cell)) for cell in cells) + " |"


def shown(value: Any) -> str:
    """A number as people read it."""
    return NOT_STATED if value is None else f"{value:.3g}" if isinstance(value, float) else str(value)


def _inline(text: str) -> str:
    """One line, and no mark of Markdown or HTML of its own: names come from a file that somebody uploaded."""
    flat = " ".join(text.split())
    return "".join(f"\\{char}" if char in "\\`*_[]<>#" else char for char in flat)


def _cell(text: str) -> str:
    return _inline(text).replace("|", "\\|")
