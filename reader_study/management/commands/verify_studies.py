"""`manage.py verify_studies`: recomputes the hash chain of every study, and of everything that it locks. Run it nightly."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reader_study.chain import chain_faults
from reader_study.models import Study


class Command(BaseCommand):
    help = (
        "Verify the hash chain of every study. Exit 1 and one line per fault when a link or a locked row was changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        found = [
            {"study": study.slug, "links": study.locks.count(), "faults": chain_faults(study)}
            for study in Study.objects.order_by("created_at")
        ]
        if options["json"]:
            self.stdout.write(json.dumps({"studies": found}))
        else:
            for one in found:
                self.stdout.write(f"{one['study']}: {one['links']} links, {len(one['faults'])} faults")  # type: ignore[arg-type]
                for fault in one["faults"]:  # type: ignore[attr-defined]
                    self.stdout.write(f"{one['study']}: {fault}")
        broken = [one for one in found if one["faults"]]
        if broken:
            raise CommandError(f"{len(broken)} of {len(found)} studies have a broken chain")
