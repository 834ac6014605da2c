"""A look for changes is asked each second by every process with an open list: it must not read the whole archive."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.viewer.worklist.changes import states_since

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="reads the plans that SQLite tells"),
]


def test_no_question_of_it_reads_a_whole_table() -> None:
    make_result(make_image())
    with CaptureQueriesContext(connection) as asked:
        states_since(timezone.now() + timedelta(minutes=1))
    plans = {}
    with connection.cursor() as cursor:
        for query in asked.captured_queries:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plans[query["sql"]] = [row[3] for row in cursor.fetchall()]
    assert len(plans) >= 7
    assert {sql: plan for sql, plan in plans.items() if any(step.startswith("SCAN") for step in plan)} == {}
