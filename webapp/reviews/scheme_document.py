"""The failure scheme as the API answers it."""

from collections.abc import Mapping
from typing import Any

from webapp.reviews.failure_scheme import CONFIDENCES, FIRST_ROWS, KINDS, OUTCOMES, VERDICTS, VERSION_1, Scheme
from webapp.reviews.finding_terms import Term, finding_terms
from webapp.reviews.model_answer import OPEN_VERDICTS
from webapp.reviews.openapi import SchemeChoice, SchemeDocument, TermChoice


def scheme_document(scheme: Scheme = VERSION_1) -> SchemeDocument:
    """The scheme as `GET /api/failure-scheme/` answers it: what a review of a model's answer may say."""
    sites, causes = scheme.in_use("sites"), scheme.model_causes()
    return {
        "version": scheme.version,
        "outcomes": _rows(OUTCOMES),
        "sites": _rows(sites),
        "lateralities": _rows(scheme.in_use("lateralities")),
        "causes": _rows(causes),
        "severities": [{"value": value, "title": title} for value, title in scheme.in_use("severities").items()],
        "verdicts": [
            {
                "code": verdict.code,
                "title": verdict.title,
                "outcome": verdict.outcome or None,
                "needs_failure": verdict.is_failure,
                "needs_box": verdict.needs_box,
                "takes_box": verdict.takes_box,
                "needs_term": verdict.needs_term,
                "states": [state for state, verdicts in OPEN_VERDICTS.items() if verdict.code in verdicts],
            }
            for verdict in VERDICTS.values()
        ],
        "confidences": list(CONFIDENCES),
        "terms_version": finding_terms().version,
        "terms": [_term(term) for term in finding_terms().in_use().values()],
        "first_rows": [
            {"verdict": verdict, "outcome": VERDICTS[verdict].outcome, "site": site, "cause": cause}
            for verdict, site, cause in FIRST_ROWS
            if site in sites and cause in causes
        ],
        "retired": {
            kind: _rows({code: scheme.title(kind, code) for code in scheme.retired.get(kind, {})}) for kind in KINDS
        },
    }


def _term(term: Term) -> TermChoice:
    scheme, value = term.public or (None, None)
    return {
        "code": term.code,
        "title": term.title,
        "keys": list(term.keys),
        "scheme": scheme,
        "value": value,
        "needs_note": term.needs_note,
    }


def _rows(titles: Mapping[Any, str]) -> list[SchemeChoice]:
    return [{"code": str(code), "title": title} for code, title in titles.items()]
