"""How a case opens for one person, by the rules of the person and of the case's project. It names what is wanted; whether an
earlier image may be shown is asked of webapp/priors when it is laid there, as ever."""

from collections.abc import Iterable
from uuid import UUID

from webapp.accounts.hanging import OWN_WINDOW, read_rules, rule_for
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.priors.exam_kind import side_of
from webapp.viewer.own_hanging import WHOSE
from webapp.viewer.page_bodies import CaseHanging


def case_hanging(person: User, image: Image) -> CaseHanging:
    return _hanging(person, image.view, image.project)


def hanging_ahead(person: User, images: Iterable[UUID]) -> dict[str, CaseHanging]:
    """By id, of cases that a page may fetch before they are opened: which window they will open with."""
    found = Image.objects.filter(pk__in=list(images)).select_related("project").only("view", "project")
    return {str(image.pk): _hanging(person, image.view, image.project) for image in found}


def _hanging(person: User, view_code: str, project: Project) -> CaseHanging:
    view = side_of(view_code) or "other"
    own = read_rules(person.hanging, WHOSE)
    shared = read_rules(project.hanging, f"the hanging rules of {project.name}")
    rule = rule_for(view, own.rules, shared.rules)
    return {
        "view": view,
        "beside": rule["beside"],
        "preset": "" if rule["preset"] == OWN_WINDOW else rule["preset"],
        "is_linked": rule["linked"] == "linked",
        "remarks": [*own.remarks_for(view), *shared.remarks_for(view)],
    }
