"""The bytes of a map are given out only where the arm shows its layer; the document's list of maps is no lock."""

import pytest
from django.test import Client

from reader_study.models import AiMap, AiOutput, Assignment, Reading
from reader_study.refusal import StudyRefused
from reader_study.services.next_assignment import next_assignment
from reader_study.services.open_session import open_session
from reader_study.services.reveal_ai import reveal_ai, reveal_map
from tests.reader_study.studies.study_factory import (
    AIDED,
    START,
    MadeStudy,
    crossed_body,
    make_study,
    opened,
    second_read_body,
)

pytestmark = pytest.mark.django_db
CONTENT = {"gradcam": b"\x01" * 16, "classmaps": b"\x02" * 16}


def open_case(layers: list[str]) -> tuple[MadeStudy, Assignment]:
    """A concurrent arm alone, so that the first case is shown with AI at once; both kinds of map are frozen."""
    body = crossed_body(
        arms=[{**AIDED, "code": "B", "ai_layers": layers}, {**AIDED, "code": "C", "ai_layers": layers}],
        statistics={"primary_finding": "lung_opacity", "tests": ["B", "C"]},
    )
    made = opened(make_study(body, cases=2, readers=1))
    for output in AiOutput.objects.all():
        for kind, content in CONTENT.items():
            AiMap.objects.create(output=output, kind=kind, shape=[1, 2, 2], content=content, sha256="0" * 64)
    user = made.readers[0]
    open_session(user, user.reader_in.get().sessions.order_by("ordinal")[0])
    found = next_assignment(user, made.study, "t").assignment
    assert found is not None
    return made, found


@pytest.mark.parametrize(
    ("layers", "shown"),
    [
        (["score", "boxes", "gradcam"], {"gradcam"}),
        (["score", "wildcat"], {"classmaps"}),
        (["gradcam", "wildcat"], {"gradcam", "classmaps"}),
        (["score", "boxes"], set()),
    ],
    ids=["gradcam", "wildcat", "both", "none"],
)
def test_a_reader_gets_no_byte_of_a_map_that_the_arm_hides(layers: list[str], shown: set[str]) -> None:
    made, case = open_case(layers)
    client = Client()
    client.force_login(made.readers[0])
    for kind, content in CONTENT.items():
        path = f"/api/studies/{made.study.pk}/assignments/{case.pk}/ai/maps/{kind}/"
        answer = client.get(path, headers={"X-Tab": "t"})
        assert answer.status_code == (200 if kind in shown else 404), kind
        assert (content in answer.content) == (kind in shown), kind


def test_a_kind_of_map_that_nobody_knows_is_not_there() -> None:
    made, case = open_case(["gradcam", "wildcat"])
    with pytest.raises(StudyRefused) as refused:
        reveal_map(made.readers[0], made.study, case.pk, "scorecam")
    assert refused.value.http == 404


def test_an_aided_reading_alone_opens_nothing_in_a_second_read() -> None:
    """The row of the aided stage is made when the unaided one is locked; were it there before, AI stays closed."""
    made = opened(make_study(second_read_body(), cases=1, readers=1))
    user = made.readers[0]
    open_session(user, user.reader_in.get().sessions.order_by("ordinal")[0])
    case = next_assignment(user, made.study, "t").assignment
    assert case is not None
    Reading.objects.create(assignment=case, stage="aided", opened_at=START)
    with pytest.raises(StudyRefused) as refused:
        reveal_ai(user, made.study, case.pk)
    assert refused.value.http == 404


def test_an_arm_without_layers_opens_nothing() -> None:
    made, case = open_case(["score"])
    case.arm.ai_layers = []
    case.arm.save()
    with pytest.raises(StudyRefused) as refused:
        reveal_ai(made.readers[0], made.study, case.pk)
    assert refused.value.http == 404
