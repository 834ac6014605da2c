"""`manage.py bundle add FILE [--activate] | list | activate ID | rollback`, for every project or for one (`--project SLUG`)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webapp.archive.models import Project
from webapp.deployments.bundle_state import states_of
from webapp.deployments.models import DeployedBundle
from webapp.deployments.services import BundleNotChecked, BundleRefused, activate, add_bundle, roll_back


class Command(BaseCommand):
    help = "Add a model bundle, list those registered, put one in service, or go back to the one before."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs: Any = parser.add_subparsers(dest="verb", required=True)
        add: ArgumentParser = verbs.add_parser("add", help="copy, self-check and register a bundle file")
        add.add_argument("file", type=Path)
        add.add_argument("--activate", action="store_true", help="put it in service as well")
        _add_place(add)
        verbs.add_parser("list", help="registered bundles, newest first")
        activate_parser: ArgumentParser = verbs.add_parser("activate", help="put a registered bundle in service")
        activate_parser.add_argument("id", help="id, or its first digits when they name one bundle")
        _add_place(activate_parser)
        back = verbs.add_parser("rollback", help="each project goes back to what it had before")
        _add_place(back)

    def handle(self, *args: Any, **options: Any) -> None:
        steps = {"add": self._add, "list": self._list, "activate": self._activate, "rollback": self._roll_back}
        try:
            steps[options["verb"]](options)
        except (BundleRefused, BundleNotChecked) as problem:
            raise CommandError(str(problem)) from problem

    def _add(self, options: dict[str, Any]) -> None:
        bundle = add_bundle(options["file"], None)
        if options["activate"]:
            bundle = activate(bundle, None, _project(options), why=options["why"])
        self._write(bundle)

    def _list(self, options: dict[str, Any]) -> None:
        self._write(*DeployedBundle.objects.all())

    def _activate(self, options: dict[str, Any]) -> None:
        matches = list(DeployedBundle.objects.filter(bundle_id__startswith=options["id"])[:2])
        if len(matches) != 1:
            known = ", ".join(bundle.short_id for bundle in DeployedBundle.objects.all()) or "none"
            raise CommandError(f"id {options['id']!r} names {len(matches) or 'no'} bundles; registered are {known}")
        self._write(activate(matches[0], None, _project(options), why=options["why"]))

    def _roll_back(self, options: dict[str, Any]) -> None:
        for change in roll_back(None, project=_project(options), why=options["why"]):
            back = DeployedBundle.objects.get(pk=change.bundle_id)  # type: ignore[attr-defined]
            self.stdout.write(f"{change.project.slug}: {back} ({back.short_id}) is in service again")

    def _write(self, *bundles: DeployedBundle) -> None:
        states = states_of(bundles)
        for bundle in bundles:
            state = states[bundle.pk]
            where = f"  ({', '.join(project.slug for project in state.projects)})" if state.projects else ""
            self.stdout.write(f"{bundle.short_id}  {state.code.label:<12} {bundle}{where}")


def _add_place(parser: ArgumentParser) -> None:
    parser.add_argument("--project", default="", metavar="SLUG", help="in this project only; default: in every project")
    parser.add_argument("--why", default="", help="the reason, kept with the change")


def _project(options: dict[str, Any]) -> Project | None:
    """None: every project."""
    if not options["project"]:
        return None
    found = Project.objects.filter(slug=options["project"]).first()
    if found is None:
        known = ", ".join(Project.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"project {options['project']!r} is not one of {known}")
    return found
