"""Every body that /api/ takes: its schema is that of the model by which it is read, and a wrong one gets a sentence."""

from typing import Any

import pytest
from django.test import Client

from reader_study.models import Membership
from tests.reader_study.studies.study_factory import make_study
from tests.reader_study.studies.test_permission_matrix import Site, client_of, site
from tests.webapp.openapi_check import published
from tests.webapp.viewer.case_factory import make_image, make_user

__all__ = ["site"]  # the fixture
pytestmark = pytest.mark.django_db
JSON = "application/json"
# Read by serializers of REST framework: a sentence stands under the name of its field, and numbers are texts too.
SERIALIZERS = {"api_token_create", "images_search", "preview_checks_create"}
WRONG: dict[str, Any] = {
    "string": 5, "integer": "many", "number": "much", "boolean": "perhaps", "array": "one", "object": "thing",
}  # fmt: skip
RIGHT: dict[str, Any] = {"string": "unaided", "integer": 3, "number": 0.5, "array": [3], "object": {"alpha": 0.01}}
# What a right body needs besides: a finding, of every verdict but one, and answers that are objects.
BESIDES: dict[str, dict[str, Any]] = {
    "record_review": {"finding": "unaided"},
    "lock_first_look": {"answers": []},
    "store_own_keys": {"version": 1, "keys": {}, "buttons": {"middle": "pan", "right": "zoom", "wheel": "zoom"}},
    "store_own_hanging": {
        "version": 1,
        "rules": {
            view: {"beside": "prior", "preset": "Auto", "linked": "apart"}
            for view in ("any", "frontal", "lateral", "other")
        },
    },
    "propose_reference_set": {"rule": {"findings": ["unaided"], "seed": 3, "least_positives": 1, "least_negatives": 1}},
    "enter_later_truth": {"finding": "unaided", "exam_date": "2026-11-30"},
}
Operation = tuple[str, str, str, dict[str, Any]]
Asker = tuple[Client, str]


def operations() -> list[Operation]:
    """(operation, method, path, schema of the body) of everything that takes JSON."""
    found = []
    for path, methods in published()["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if JSON in content:
                found.append((operation["operationId"], method, path, content[JSON]["schema"]))
    return found


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema itself, behind references."""
    while "$ref" in schema or "allOf" in schema:
        schema = schema["allOf"][0] if "allOf" in schema else schema
        if "$ref" in schema:
            schema = published()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


@pytest.fixture
def sites(site: Site) -> list[Site]:
    """An open study with everybody, a draft with its manager, a reviewer of an image, and an admin."""
    draft = make_study(cases=2)
    clients = {"manager": client_of(draft.manager), "reviewer": client_of(make_user("reviewer1"))}
    clients["admin"] = client_of(make_user("admin1", "admin"))
    member = Membership.objects.get(study=draft.study, role="statistician")
    reader, case = draft.study.readers.order_by("code")[0], draft.study.cases.order_by("code")[0]
    image = make_image().pk
    ids = {
        "study": draft.study.pk,
        "member": member.pk,
        "reader": reader.pk,
        "case": case.pk,
        "uid": image,
        "key": image,
    }
    return [site, Site(clients, {**site.ids, **ids})]


def ask(client: Client, method: str, url: str, body: Any) -> tuple[int, Any]:
    answer = getattr(client, method)(url, body, content_type=JSON, headers={"X-Tab": "t", "Idempotency-Key": "k"})
    return answer.status_code, answer.json()


def asker(sites: list[Site], method: str, path: str, body: Any) -> Asker:
    """Somebody whose body is read there. Raises LookupError when nobody's is."""
    for own in sites:
        url = path.format(
            **{"uid": "none", "key": "none", "slug": "default", "version": 1, "bundle_id": "none", **own.ids}
        )
        for client in own.clients.values():
            if ask(client, method, url, body)[0] == 400:
                return client, url
    raise LookupError(f"nobody is told that {body} is wrong at {method} {path}")


def test_every_wrong_body_is_answered_with_a_sentence_that_names_the_field(sites: list[Site]) -> None:
    wrong = []
    for operation, method, path, schema in operations():
        assert "$ref" in schema, f"{operation} describes its body by hand"
        own = resolved(schema)
        required = own.get("required", [])
        fields = {name: resolved(part) for name, part in own["properties"].items()}
        if operation in SERIALIZERS and not required:
            continue
        bodies: list[tuple[dict[str, Any], list[str]]] = [({}, required)] if required else []
        if operation not in SERIALIZERS:
            full = {name: fields[name].get("enum", [RIGHT[fields[name]["type"]]])[0] for name in required}
            full |= BESIDES.get(operation, {})
            bodies += [({**full, name: WRONG[part["type"]]}, [name]) for name, part in fields.items()]
        client, url = asker(sites, method, path, bodies[0][0])
        for body, names in bodies:
            status, answer = ask(client, method, url, body)
            told = set(answer) | {str(answer.get("field")).rpartition(".")[2].partition("[")[0]}
            if status != 400 or not told & set(names):
                wrong.append(f"{operation} {body}: {status} {answer}")
        if ask(client, method, url, {"colour": 1})[0] >= 500:
            wrong.append(f"{operation}: 500 for a field that nobody knows")
    assert wrong == []
