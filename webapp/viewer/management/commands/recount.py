"""Compares what the database keeps beside the rows (webapp/kept_in_step.py) with the rows themselves, and mends it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.kept_in_step import all_kept, differing, fill, missing_words


class Command(BaseCommand):
    help = "Check the worklist's entries and other kept rows against what they follow from; mend what differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="tell only; change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 1 when a table differed or a trigger is missing: then something wrote past them, which should be looked into."""
        missing = missing_words()
        wrong = []
        for rows in all_kept():
            count = differing(rows)
            self.stdout.write(f"{rows.table}: {count} rows differ")
            if count:
                wrong.append(rows.table)
                if not options["check"]:
                    fill(rows)
        if missing:
            raise CommandError(missing)
        if wrong:
            raise CommandError(f"differed{'' if options['check'] else ' and written anew'}: {', '.join(wrong)}")
