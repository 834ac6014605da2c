"""`manage.py viewer_schema`: the JSON bodies that the viewer takes, as one OpenAPI document on standard output.

`npm run types` makes src/api/schema.d.ts from it; `npm run check` fails when that file is stale.
"""

import json
from typing import Any

from django.core.management.base import BaseCommand
from django.urls import get_resolver

from webapp.json_bodies import body_components


class Command(BaseCommand):
    """Components only: the viewer writes its addresses from those that the server hands it."""

    help = "Print the OpenAPI components of the JSON bodies that the viewer takes."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        get_resolver().url_patterns  # noqa: B018 - importing every view is what makes the bodies known
        document = {
            "openapi": "3.0.3",
            "info": {"title": "Bodies of the viewer", "version": "1"},
            "paths": {},
            "components": {"schemas": body_components(with_pages=True)},
        }
        self.stdout.write(json.dumps(document, indent=1, sort_keys=True))
