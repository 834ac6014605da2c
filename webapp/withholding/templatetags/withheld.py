"""The strip of pages that show scores: where they are withheld, since when and by which rule."""

from typing import Any

from django import template

from webapp.withholding.withheld import open_withholdings, withheld_words

register = template.Library()


@register.inclusion_tag("withholding/strip.html")
def withheld_strip() -> dict[str, Any]:
    """A sentence per project; nothing where nothing is withheld."""
    by_project: dict[str, list[Any]] = {}
    for row in open_withholdings():
        by_project.setdefault(row.project.name, []).append(row)
    return {"sentences": [f"{name}: {withheld_words(rows)}." for name, rows in by_project.items()]}
