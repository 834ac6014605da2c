"""`manage.py verify_audit`: recomputes the hash chain of the access events."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.audit.chain import verify_chain


class Command(BaseCommand):
    help = "Verify the audit chain. Note the printed head elsewhere: with --head a cut-off end is found as well."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", default="", help="hash noted earlier, which must still be in the chain")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify_chain(options["head"])
        if options["json"]:
            document = {"events": report.events, "head": report.head, "faults": report.faults, "sound": report.is_sound}
            self.stdout.write(json.dumps(document))
        else:
            self.stdout.write("\n".join([*report.faults, f"{report.events} events, head {report.head or '-'}"]))
        if not report.is_sound:
            raise CommandError(f"the audit chain has {len(report.faults)} fault(s)")
