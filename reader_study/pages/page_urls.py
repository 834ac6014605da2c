"""Addresses of the pages under /studies/."""

from django.urls import URLPattern, URLResolver, path

from reader_study.pages import (
    allocation,
    cases,
    debrief,
    failures,
    look_alikes,
    overview,
    people,
    progress,
    protocol,
    results,
    sizing,
    studies,
    study_reading,
    truth,
    truth_vote,
)

STUDY = "studies/<uuid:study_id>/"

page_urlpatterns: list[URLPattern | URLResolver] = [
    path("studies/", studies.studies, name="studies"),
    path("studies/add/", studies.add_study, name="add_study"),
    path(STUDY, overview.study, name="study"),
    path(f"{STUDY}read/", study_reading.study_reading, name="study_reading"),
    path(f"{STUDY}step/<slug:step>/", overview.step_study, name="step_study"),
    path(f"{STUDY}lock/", overview.lock, name="lock_study"),
    path(f"{STUDY}withdraw/", overview.withdraw, name="withdraw_study"),
    path(f"{STUDY}rename/", overview.rename, name="rename_study"),
    path(f"{STUDY}copy/", overview.copy, name="copy_study"),
    path(f"{STUDY}protocol/", protocol.protocol, name="study_protocol"),
    path(f"{STUDY}people/", people.people, name="study_people"),
    path(f"{STUDY}people/readers/", people.add_study_reader, name="add_study_reader"),
    path(
        f"{STUDY}people/readers/<uuid:reader_id>/withdraw/", people.withdraw_study_reader, name="withdraw_study_reader"
    ),
    path(f"{STUDY}people/members/", people.add_study_member, name="add_study_member"),
    path(f"{STUDY}people/members/<uuid:member_id>/end/", people.end_study_member, name="end_study_member"),
    path(f"{STUDY}cases/", cases.cases, name="study_cases"),
    path(f"{STUDY}cases/add/", cases.add_study_cases, name="add_study_cases"),
    path(f"{STUDY}cases/<uuid:case_id>/change/", cases.change_study_case, name="change_study_case"),
    path(f"{STUDY}cases/<uuid:case_id>/void/", cases.void_study_case, name="void_study_case"),
    path(f"{STUDY}sizing/", sizing.sizing, name="study_sizing"),
    path(f"{STUDY}allocation/", allocation.allocation, name="study_allocation"),
    path(f"{STUDY}truth/", truth.truth, name="study_truth"),
    path(f"{STUDY}truth/import/", truth.import_study_truth, name="import_study_truth"),
    path(f"{STUDY}truth/freeze/", truth.freeze_study_truth, name="freeze_study_truth"),
    path(f"{STUDY}truth/<uuid:truth_id>/", truth_vote.truth_vote, name="truth_vote"),
    path(f"{STUDY}failures/", failures.failures, name="study_failures"),
    path(f"{STUDY}failures/collect/", failures.collect_study_failures, name="collect_study_failures"),
    path(f"{STUDY}failures/<uuid:item_id>/decide/", failures.decide_failure, name="decide_failure"),
    path(f"{STUDY}look-alikes/", look_alikes.study_look_alikes, name="study_look_alikes"),
    path(
        f"{STUDY}look-alikes/<uuid:hidden_id>/<slug:which>/picture/",
        look_alikes.look_alike_picture,
        name="look_alike_picture",
    ),
    path(
        f"{STUDY}look-alikes/<uuid:hidden_id>/release/",
        look_alikes.release_study_look_alike,
        name="release_look_alike",
    ),
    path(f"{STUDY}progress/", progress.progress, name="study_progress"),
    path(f"{STUDY}progress/deviations/", progress.add_deviation, name="add_deviation"),
    path(f"{STUDY}progress/sessions/<uuid:session_id>/override/", progress.override_session, name="override_session"),
    path(f"{STUDY}progress/sessions/<uuid:session_id>/stop/", progress.stop_session, name="stop_session"),
    path(f"{STUDY}results/", results.results, name="study_results"),
    path(f"{STUDY}results/<int:number>/", results.results, name="study_result"),
    path(f"{STUDY}results/<int:number>/report/", results.report, name="study_report"),
    path(f"{STUDY}results/<int:number>/report/<slug:reader>/", results.report, name="study_reader_report"),
    path(f"{STUDY}debrief/", debrief.study_debrief, name="study_debrief"),
    path(f"{STUDY}amendments/propose/", results.propose, name="propose_amendment"),
    path(f"{STUDY}amendments/<int:number>/approve/", results.approve, name="approve_amendment"),
]
