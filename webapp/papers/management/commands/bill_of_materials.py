"""`manage.py bill_of_materials [--bundle ID]`: what this installation, or a model and it, are made of (CycloneDX 1.6 JSON)."""

import json
import zipfile
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.deployments.models import DeployedBundle
from webapp.papers.bill_of_materials import bill_of_materials


class Command(BaseCommand):
    help = "Print the bill of materials of this installation as CycloneDX 1.6 JSON, with --bundle also that of a model."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bundle", default="", help="id, or its first digits when they name one bundle")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(json.dumps(bill_of_materials(_bundle(options["bundle"])), indent=1))
        except (OSError, zipfile.BadZipFile) as problem:
            raise CommandError(f"the bundle's file cannot be read: {problem}") from problem


def _bundle(digits: str) -> DeployedBundle | None:
    if not digits:
        return None
    matches = list(DeployedBundle.objects.filter(bundle_id__startswith=digits)[:2])
    if len(matches) != 1:
        known = ", ".join(bundle.short_id for bundle in DeployedBundle.objects.all()) or "none"
        raise CommandError(f"id {digits!r} names {len(matches) or 'no'} bundles; registered are {known}")
    return matches[0]
