"""A page asks for the roles of its reader once; what was asked is of that person, that study and that moment alone."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reader_study import policy
from reader_study.models import Membership
from tests.reader_study.studies.study_factory import make_study
from tests.webapp.viewer.case_factory import make_user

pytestmark = pytest.mark.django_db
ROLES = 'SELECT "reader_study_membership"."role"'


def test_a_page_asks_for_roles_no_oftener_for_its_sections() -> None:
    made, client = make_study(cases=0), Client()
    client.force_login(made.manager)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/studies/{made.study.pk}/protocol/").status_code == 200
    assert 1 <= sum(ROLES in query["sql"] for query in asked) <= 5


def test_roles_that_were_asked_are_those_of_one_person_in_one_study() -> None:
    made, other = make_study(cases=0), make_study(cases=0)
    with policy.roles_asked_once(made.manager, made.study) as roles:
        assert roles == {"manager"}
        assert policy.may_edit_draft(made.manager, made.study) is None
        assert policy.may_see_study(made.manager, other.study) is policy.NOT_A_MEMBER
        assert policy.may_see_study(make_user("stranger"), made.study) is policy.NOT_A_MEMBER
        refusal = policy.may_edit_draft(made.readers[0], made.study)
        assert refusal is not None
        assert refusal.code == "wrong_role"


def test_roles_that_were_asked_are_forgotten_with_the_page() -> None:
    made = make_study(cases=0)
    ended = timezone.now() - datetime.timedelta(minutes=1)
    with policy.roles_asked_once(made.manager, made.study):
        Membership.objects.filter(user=made.manager).update(ended_at=ended)
        assert policy.may_see_study(made.manager, made.study) is None
    assert policy.may_see_study(made.manager, made.study) is policy.NOT_A_MEMBER
