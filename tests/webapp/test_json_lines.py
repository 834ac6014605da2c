"""Log lines: JSON or plain, and never what a file or a row said."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.json_lines import JsonLines, PlainLines, without_uids

REPOSITORY = Path(__file__).resolve().parents[2]
MARKER = "MARKERPATIENT"
FORMATTERS = [PlainLines(), JsonLines()]


def record_of(
    problem: BaseException | None = None, message: str = "job %s failed", *values: object
) -> logging.LogRecord:
    info = (type(problem), problem, problem.__traceback__) if problem else None
    return logging.LogRecord("webapp.test", logging.ERROR, "test.py", 1, message, values or ("4711",), info)


def raised(problem: BaseException) -> BaseException:
    try:
        raise problem
    except type(problem) as caught:
        return caught


def test_a_json_line_holds_when_who_what_and_the_request(monkeypatch):
    monkeypatch.setattr("webapp.json_lines.current_request_id", lambda: "r-1")
    line = json.loads(JsonLines().format(record_of()))
    assert (line["level"], line["logger"], line["message"], line["request"]) == (
        "ERROR",
        "webapp.test",
        "job 4711 failed",
        "r-1",
    )


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["plain", "json"])
def test_the_message_of_an_exception_is_not_logged_but_its_class_and_place_are(formatter):
    line = formatter.format(record_of(raised(ValueError(f"bad name {MARKER}"))))
    assert MARKER not in line
    assert "builtins.ValueError" in line
    assert "test_json_lines.py" in line


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["plain", "json"])
def test_neither_is_the_message_of_what_caused_it(formatter):
    try:
        try:
            raise KeyError(MARKER)
        except KeyError as first:
            raise OSError(28, "No space", f"/store/{MARKER}") from first
    except OSError as caught:
        line = formatter.format(record_of(caught))
    assert MARKER not in line
    assert "builtins.KeyError" in line
    assert "No space left on device" in line


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["plain", "json"])
def test_uids_are_replaced(formatter):
    line = formatter.format(record_of(None, "Not Found: %s", "/api/images/1.2.840.113619.2.55.3/"))
    assert "/api/images/<uid>/" in line


def test_versions_and_addresses_are_not_taken_for_uids():
    text = "redis 7.0.15 at 127.0.0.1:6379"
    assert without_uids(text) == text


def test_an_unknown_format_stops_the_start_and_names_the_allowed():
    environment = {**os.environ, "SIGHTLINE_LOG_FORMAT": "xml"}
    done = subprocess.run(
        [sys.executable, "-c", "import webapp.settings"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert b"SIGHTLINE_LOG_FORMAT='xml' is not one of plain, json" in done.stderr


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("log_format", ["plain", "json"])
def test_no_log_of_web_server_or_worker_holds_patient_text(tmp_path, log_format):
    """Markers in every text of a file, in its name and in addresses; good, refused and crashing requests; all logs read."""
    from tests.webapp.site_logs import exercise_site

    text = exercise_site(tmp_path, MARKER, log_format)
    assert re.findall(f".*{MARKER}.*", text, re.IGNORECASE) == []
    assert "succeeded" in text  # the worker did log
    if log_format == "json":
        others = [line for line in text.splitlines() if not line.startswith("{")]
        assert set(others) <= {"", "worker: Warm shutdown (MainProcess)"}  # Celery writes this from its signal handler
