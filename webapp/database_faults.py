"""Faults of the database that pass by themselves, told apart from faults of the program by what the driver reports.

The transaction in which one of these is raised has changed nothing: the same request can be sent again.
"""

from enum import StrEnum

from django.db import Error, InterfaceError, OperationalError

# Primary result codes of SQLite (sqlite.org/rescode.html), the low byte of the extended ones.
_SQLITE_BUSY, _SQLITE_LOCKED, _SQLITE_CANTOPEN = 5, 6, 14
# SQLSTATE (PostgreSQL, appendix A): what names a lock or a conflict, and what names a server that cannot be worked with now.
_BUSY_STATES = frozenset({"55P03", "40P01", "40001", "57014", "25P03"})
_UNREACHABLE_STATES = frozenset({"57P01", "57P02", "57P03", "53300"})
_CONNECTION_CLASS = "08"


class DatabaseFault(StrEnum):
    """BUSY: locked by another writer, waited too long, or one of two that stood in each other's way.
    UNREACHABLE: nothing answers, or it takes no connection now."""

    BUSY = "busy"
    UNREACHABLE = "unreachable"


def passing_fault(error: BaseException | None) -> DatabaseFault | None:
    """Which fault that may pass `error` is; None for everything else, also for a full disk and a wrong query."""
    if not isinstance(error, Error):
        return None
    driver = error.__cause__
    if (code := getattr(driver, "sqlite_errorcode", None)) is not None:
        return _of_sqlite(code)
    if (state := getattr(driver, "sqlstate", None)) is not None:
        return _of_sqlstate(state)
    if hasattr(driver, "sqlstate") and isinstance(error, OperationalError | InterfaceError):
        return DatabaseFault.UNREACHABLE  # a refused, broken or closed connection: the server never named a state
    return DatabaseFault.BUSY if "database is locked" in str(error) else None


def _of_sqlite(code: int) -> DatabaseFault | None:
    primary = code & 0xFF
    if primary in (_SQLITE_BUSY, _SQLITE_LOCKED):
        return DatabaseFault.BUSY
    return DatabaseFault.UNREACHABLE if primary == _SQLITE_CANTOPEN else None


def _of_sqlstate(state: str) -> DatabaseFault | None:
    if state in _UNREACHABLE_STATES or state.startswith(_CONNECTION_CLASS):
        return DatabaseFault.UNREACHABLE
    return DatabaseFault.BUSY if state in _BUSY_STATES else None
