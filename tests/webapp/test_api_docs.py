"""The browsable API and its schema, behind the same headers as every page."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer

from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.api_schema import _rendered
from webapp.security_headers import CONTENT_SECURITY_POLICY

pytestmark = pytest.mark.django_db


def test_the_page_needs_nothing_that_the_content_security_policy_refuses(signed_in: Callable[..., Client]) -> None:
    answer = signed_in().get("/api/docs/")
    page = answer.content.decode()
    assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "<style" not in page
    assert " style=" not in page
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert all(address.startswith("/") for address in re.findall(r'(?:src|href)="([^"]+)"', page))


def test_the_page_says_research_use_only(signed_in: Callable[..., Client]) -> None:
    assert "Research use only — not for diagnosis" in signed_in().get("/api/docs/").content.decode()


def test_the_schema_is_made_once_and_is_what_the_code_says_then(signed_in: Callable[..., Client]) -> None:
    """Also with rows of its own in every list: nothing stored is in it, so that it may be kept for everybody."""
    first = signed_in("admin").get("/api/schema/?format=json")
    make_result(make_image())
    assert first["Content-Disposition"] == 'inline; filename="Sightline.json"'
    assert first.json() == json.loads(OpenApiJsonRenderer().render(SchemaGenerator().get_schema(public=True)))
    made = _rendered.cache_info().misses
    assert signed_in("radiologist", "another").get("/api/schema/?format=json").content == first.content
    assert _rendered.cache_info().misses == made
    assert Client().get("/api/schema/").status_code == 401


def test_the_schema_describes_every_call_of_the_contract(signed_in: Callable[..., Client]) -> None:
    paths = signed_in().get("/api/schema/?format=json").json()["paths"]
    wanted = {
        "/api/token/": {"post"},
        "/api/uploads/": {"post"},
        "/api/uploads/{upload_id}/": {"get"},
        "/api/images/": {"get"},
        "/api/images/{key}/": {"get"},
        "/api/images/{key}/frame/": {"get"},
        "/api/images/{key}/header/": {"get"},
        "/api/images/{key}/predictions/": {"get", "post"},
        "/api/predictions/{prediction_id}/maps/{kind}/": {"get"},
        "/api/images/{uid}/reviews/": {"get", "post"},
        "/api/bundles/": {"get", "post"},
        "/api/bundles/{bundle_id}/activate/": {"post"},
        "/api/bundles/{bundle_id}/rollback/": {"post"},
    }
    missing = [(path, method) for path, methods in wanted.items() for method in methods - set(paths.get(path, {}))]
    assert missing == []
