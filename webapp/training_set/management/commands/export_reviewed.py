"""`manage.py export_reviewed DIR`: reviewed cases, de-identified, as a folder that training reads."""

import json
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from webapp.archive.models import Project
from webapp.archive.storage import is_disk_full
from webapp.training_set.export import NothingToExport, start_export, write_folder


class Command(BaseCommand):
    help = "Write reviewed cases as a training set: cases.csv, images/*.dcm (de-identified), left_out.csv, data card, readme.txt."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a new or empty folder")
        parser.add_argument("--project", default="", help="slug of the project (default: the one that images enter)")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        project = _project(options["project"])
        try:
            made = start_export(None, project)
            write_folder(made, folder)
        except NothingToExport as nothing:
            raise CommandError(f"nothing to export: {nothing}; {_reasons(nothing.left_out)}") from nothing
        except FileExistsError as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            why = "the disk is full" if is_disk_full(error) else error.strerror
            raise CommandError(f"{folder} cannot be written: {why}") from error
        if options["json"]:
            left_out = [{"case": one.case, "reason": one.code, "text": one.text} for one in made.left_out]
            self.stdout.write(json.dumps({"folder": str(folder), "images": len(made.rows), "left_out": left_out}))
        else:
            self.stdout.write(f"{len(made.rows)} images in {folder}; left out: {_reasons(made.left_out)}")


def _project(slug: str) -> Project:
    if not slug:
        return Project.default()
    found = Project.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Project.objects.order_by("slug").values_list("slug", flat=True))
        raise CommandError(f"project {slug!r} is not one of {known}", returncode=2)
    return found


def _reasons(left_out: Any) -> str:
    counts = Counter(one.code for one in left_out if one.case)
    return ", ".join(f"{count} {code}" for code, count in sorted(counts.items())) or "none"
