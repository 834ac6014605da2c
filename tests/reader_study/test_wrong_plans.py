"""A plan that the analysis would refuse after everybody has read is refused before the study opens, by the same sentence."""

from typing import Any

import pytest

from reader_study.protocol_body import completed, problems

ONE_OF = "is not one of auc, auc_binormal, pauc:LO,HI, sens:CUT, spec:CUT"
HITS = "is not one of centre, iou:X with 0 < X <= 1, radius:R with R > 0 pixels"


def plan(**changed: Any) -> dict[str, Any]:
    return completed(
        {
            "findings": [{"code": "opacity", "primary": True}, {"code": "nodule"}],
            "arms": [{"code": "A", "kind": "unaided"}, {"code": "B", "kind": "unaided"}],
            "statistics": {"primary_finding": "opacity", "tests": ["A", "B"], **changed},
        }
    )


WRONG: list[tuple[str, dict[str, Any], str]] = [
    *(
        ("fom", {"fom": fom}, f"fom '{fom}' {ONE_OF}")
        for fom in (
            "banana",
            "",
            "AUC",
            "auc ",
            "roc",
            "sens",
            "sens:",
            "sens:x",
            "sens:1_0",
            "spec:nan",
            "spec:1,2",
            "pauc",
        )
    ),
    *(
        ("fom", {"fom": fom}, f"fom '{fom}' {ONE_OF}")
        for fom in ("pauc:", "pauc:.1", "pauc:.1,.2,.3", "wAFROC", "sens:٣")
    ),
    *(
        ("fom", {"fom": fom}, f"fom '{fom}': the range must satisfy 0 <= LO < HI <= 1")
        for fom in ("pauc:.5,.2", "pauc:-1,.2", "pauc:0,2", "pauc:.3,.3")
    ),
    *(
        ("hit_rule", {"hit_rule": rule}, f"hit rule '{rule}' {HITS}")
        for rule in ("", "banana", "iou", "iou:0", "iou:2", "iou:x", "radius:0", "radius:-5", "radius:inf", "Centre")
    ),
    *(("method", {"method": name}, f"method '{name}' is not one of or, dbm, ustat") for name in ("", "anova", "OR")),
    *(
        ("method", {"covariance": name}, f"covariance '{name}' is not one of jackknife, delong, unbiased")
        for name in ("", "bootstrap")
    ),
    ("method", {"covariance": "delong", "fom": "sens:50"}, "covariance 'delong' takes fom auc only, not 'sens:50'"),
    (
        "method",
        {"covariance": "unbiased", "fom": "pauc:0,.2"},
        "covariance 'unbiased' takes fom auc only, not 'pauc:0,.2'",
    ),
    ("method", {"method": "ustat", "fom": "spec:50"}, "method ustat takes fom auc only, not 'spec:50'"),
    ("method", {"method": "dbm", "fom": "wafroc"}, "method dbm takes figures of ratings, not 'wafroc'"),
    ("method", {"covariance": "delong", "fom": "hrauc"}, "covariance 'delong' takes fom auc only, not 'hrauc'"),
    (
        "method",
        {"method": "dbm", "covariance": "delong"},
        "method dbm is the jackknife; covariance 'delong' does not apply",
    ),
    ("tests", {"tests": ["A", "A"]}, "stands twice in statistics.tests"),
    ("tests", {"tests": ["A", "C"]}, "is not one of A, B"),
    ("tests", {"tests": []}, "statistics.tests is empty; choose from A, B"),
    ("secondaries", {"secondaries": ["opacity"]}, "is the primary finding"),
    ("secondaries", {"secondaries": ["nodule", "nodule"]}, "stands twice in statistics.secondaries"),
    ("secondaries", {"secondaries": ["heart"]}, "is not one of opacity, nodule"),
    ("primary_finding", {"primary_finding": "heart"}, "is not one of opacity, nodule"),
    ("alpha", {"alpha": 0}, "is not between 0 and 1"),
    ("alpha", {"alpha": 1.5}, "is not between 0 and 1"),
]


def test_there_are_enough_of_them() -> None:
    assert len(WRONG) >= 40
    assert problems(plan()) == []


@pytest.mark.parametrize(("field", "changed", "sentence"), WRONG, ids=[repr(changed) for _, changed, _ in WRONG])
def test_a_wrong_plan_is_refused_by_its_sentence(field: str, changed: dict[str, Any], sentence: str) -> None:
    found = [one for one in problems(plan(**changed)) if one.field == f"statistics.{field}"]
    assert len(found) == 1
    assert sentence in found[0].text


@pytest.mark.parametrize("fom", ["auc", "auc_binormal", "pauc:0,0.2", "sens:50", "spec:50", "wafroc", "hrauc"])
def test_right_plans_are_not(fom: str) -> None:
    assert problems(plan(fom=fom)) == []
