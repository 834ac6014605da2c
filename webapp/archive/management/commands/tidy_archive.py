"""`manage.py tidy_archive`: run it daily."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from webapp.archive.tidy import tidy_archive


class Command(BaseCommand):
    help = (
        "Remove abandoned incoming files, cached frames of no image, and files kept in quarantine longer than "
        "SIGHTLINE_QUARANTINE_DAYS; put stored files that no image names into quarantine; "
        "hash the pixels of images that older versions stored."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = tidy_archive()
        text = ", ".join(f"{name} {count}" for name, count in counts.items())
        self.stdout.write(json.dumps(counts) if options["json"] else f"removed, put apart, closed or hashed: {text}")
