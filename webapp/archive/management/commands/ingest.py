"""`manage.py ingest DIR`: every file below DIR through the same door as uploads. Exit code 1 when a file was refused."""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from webapp.archive.directory_ingest import FileReport, files_below, ingest_path
from webapp.archive.models import Project, UploadItem


class Command(BaseCommand):
    help = "Ingest every DICOM file (and zip of them) below a folder. The files themselves stay untouched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder", returncode=2)
        reports: list[FileReport] = []
        files = files_below(folder)
        is_terminal = sys.stderr.isatty() and not options["json"]
        for path in tqdm(files, unit="file", disable=not is_terminal):
            for report in ingest_path(path, str(path.relative_to(folder)), Project.default()):
                reports.append(report)
                if not options["json"]:
                    with tqdm.external_write_mode():
                        self.stdout.write(_line(report))
        counts = Counter(report.outcome.status for report in reports)
        if options["json"]:
            document = {"counts": counts, "files": [_document(report) for report in reports]}
            self.stdout.write(json.dumps(document, indent=2))
        else:
            summary = ", ".join(f"{counts[status]} {status}" for status in UploadItem.Status.values if counts[status])
            self.stdout.write(f"{len(reports)} files: {summary or 'nothing to do'}")
        if counts[UploadItem.Status.QUARANTINED]:
            raise CommandError(f"{counts[UploadItem.Status.QUARANTINED]} of {len(reports)} files were not accepted")


def _line(report: FileReport) -> str:
    why = report.outcome.reason
    return f"{report.outcome.status:<12} {report.name}" + (f": {why.code}: {why.text}" if why else "")


def _document(report: FileReport) -> dict[str, Any]:
    outcome = report.outcome
    return {
        "name": report.name,
        "status": outcome.status,
        "http": outcome.http,
        "reason": outcome.reason.document() if outcome.reason else None,
        "image": str(outcome.image.pk) if outcome.image else None,
    }
