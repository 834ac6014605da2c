"""Log lines without patient text, as JSON for collectors or plain for people (SIGHTLINE_LOG_FORMAT).

What a library puts into an exception's message may quote the file it read or the row it wrote, so messages of exceptions
are not logged: only their class, the error number of the system, and where in the code they arose. UIDs are numbers that
lead to a patient: they are replaced.
"""

import json
import logging
import os
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType

from webapp.audit.request_id import current_request_id

UID = re.compile(r"\b\d+(?:\.\d+){4,}\b")
ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def without_uids(text: str) -> str:
    """The text with every DICOM UID replaced by `<uid>`; versions and addresses are shorter and stay."""
    return UID.sub("<uid>", text)


def fault_name(problem: BaseException) -> str:
    """Class of an exception; for one of the operating system also what the system calls it."""
    name = f"{type(problem).__module__}.{type(problem).__qualname__}"
    if isinstance(problem, OSError) and problem.errno is not None:
        return f"{name}: {os.strerror(problem.errno)}"
    return name


def fault_places(problem: BaseException) -> list[str]:
    """`file:line function` of each frame, outermost first."""
    frames = traceback.extract_tb(problem.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def fault_chain(problem: BaseException) -> list[BaseException]:
    """The exception and what it came from, the first cause first."""
    chain: list[BaseException] = []
    at: BaseException | None = problem
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return chain[::-1]


def safe_message(record: logging.LogRecord) -> str:
    """The record's message. Django's lines about a request quote the address, into which a person may have typed a name:
    they are given as status, method and the pattern of the address."""
    request = getattr(record, "request", None)
    if request is None or not hasattr(request, "method"):
        return without_uids(record.getMessage())
    match = getattr(request, "resolver_match", None)
    address = f"/{match.route}" if match else "an unknown address"
    return f"{getattr(record, 'status_code', '')} {request.method} {address}".strip()


class PlainLines(logging.Formatter):
    """One line per record, and the places of a fault below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        safe = logging.makeLogRecord({**record.__dict__, "msg": safe_message(record), "args": None, "exc_text": None})
        return super().format(safe)

    def formatException(self, ei: object) -> str:  # noqa: N802 - logging's name
        problem = ei[1] if isinstance(ei, tuple) else None
        if not isinstance(problem, BaseException):
            return ""
        lines = []
        for one in fault_chain(problem):
            lines += [f"  at {place}" for place in fault_places(one)]
            lines.append(f"  {fault_name(one)}")
        return "\n".join(lines)


class JsonLines(logging.Formatter):
    """One JSON object per record: at, level, logger, message, process, thread; request and fault where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": safe_message(record),
            "process": record.process,
            "thread": record.threadName,
        }
        request = current_request_id()
        if request:
            line["request"] = request
        if record.exc_info and record.exc_info[1] is not None:
            chain = fault_chain(record.exc_info[1])
            line["fault"] = [{"type": fault_name(one), "at": fault_places(one)} for one in chain]
        return json.dumps(line)
