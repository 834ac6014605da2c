"""Sections of the page of models that only rooms above can fill: each registers in its AppConfig.ready."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string


@dataclass(frozen=True)
class DeskSection:
    """place: low stands first. template is rendered with what context gives for the request; None: nothing for this person."""

    place: int
    template: str
    context: Callable[[HttpRequest], Mapping[str, Any] | None]


desk_sections: list[DeskSection] = []


def rendered_sections(request: HttpRequest) -> list[str]:
    """The HTML of each section that has something to show, in order of place."""
    shown = (
        (section, section.context(request)) for section in sorted(desk_sections, key=lambda section: section.place)
    )
    return [
        render_to_string(section.template, dict(context), request) for section, context in shown if context is not None
    ]
