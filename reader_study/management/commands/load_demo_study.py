"""`manage.py load_demo_study`: a small study on the demo phantoms."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reader_study.demo_study import DemoUnavailable, load_demo_study


class Command(BaseCommand):
    help = "Make a small study on the demo phantoms with the demo people. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--open", action="store_true", help="open it: its readers see no AI output of its cases")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            load_demo_study(open_it=options["open"], say=self.stdout.write)
        except DemoUnavailable as problem:
            raise CommandError(str(problem)) from problem
