"""`manage.py bundle add FILE [--activate] | list | activate ID | rollback`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import BundleNotChecked, BundleRefused, activate, add_bundle, roll_back


class Command(BaseCommand):
    help = "Add a model bundle, list those registered, put one in service, or go back to the one before."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs: Any = parser.add_subparsers(dest="verb", required=True)
        add: ArgumentParser = verbs.add_parser("add", help="copy, self-check and register a bundle file")
        add.add_argument("file", type=Path)
        add.add_argument("--activate", action="store_true", help="put it in service as well")
        verbs.add_parser("list", help="registered bundles, newest first")
        activate_parser: ArgumentParser = verbs.add_parser("activate", help="put a registered bundle in service")
        activate_parser.add_argument("id", help="id, or its first digits when they name one bundle")
        verbs.add_parser("rollback", help="return to the bundle that the present one replaced")

    def handle(self, *args: Any, **options: Any) -> None:
        steps = {"add": self._add, "list": self._list, "activate": self._activate, "rollback": self._roll_back}
        try:
            steps[options["verb"]](options)
        except (BundleRefused, BundleNotChecked) as problem:
            raise CommandError(str(problem)) from problem

    def _add(self, options: dict[str, Any]) -> None:
        bundle = add_bundle(options["file"], None)
        if options["activate"]:
            bundle = activate(bundle, None)
        self.stdout.write(_line(bundle))

    def _list(self, options: dict[str, Any]) -> None:
        for bundle in DeployedBundle.objects.all():
            self.stdout.write(_line(bundle))

    def _activate(self, options: dict[str, Any]) -> None:
        matches = list(DeployedBundle.objects.filter(bundle_id__startswith=options["id"])[:2])
        if len(matches) != 1:
            known = ", ".join(bundle.short_id for bundle in DeployedBundle.objects.all()) or "none"
            raise CommandError(f"id {options['id']!r} names {len(matches) or 'no'} bundles; registered are {known}")
        self.stdout.write(_line(activate(matches[0], None)))

    def _roll_back(self, options: dict[str, Any]) -> None:
        self.stdout.write(_line(roll_back(None)))


def _line(bundle: DeployedBundle) -> str:
    return f"{bundle.short_id}  {bundle.get_state_display():<12} {bundle}"
