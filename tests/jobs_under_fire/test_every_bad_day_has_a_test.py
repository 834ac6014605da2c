"""What must not lose a radiograph or a result, against the tests that try it: a bad day that nothing tests fails here."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
# The bad day, and the tests that make it happen: folder/file::function.
BAD_DAYS: dict[str, tuple[str, ...]] = {
    "an upload of 2 GB and more": (
        "hostile/test_big_uploads.py::test_more_than_2_gib_is_413_before_any_of_it_is_read",
        "hostile/test_big_uploads.py::test_more_than_2_gib_of_unknown_length_is_413_when_they_have_come",
        "hostile/test_big_uploads.py::test_nearly_2_gib_in_one_file_is_too_large_and_costs_no_memory",
    ),
    "a connection that ends in the middle": (
        "hostile/test_big_uploads.py::test_a_connection_that_ends_in_the_middle_leaves_nothing",
    ),
    "the disk is full while a file is received, read, repaired, decoded, stored or recorded": (
        "hostile/test_full_disk.py::test_the_sender_is_told_and_nothing_is_left",
        "hostile/test_full_disk.py::test_a_disk_that_is_really_full",
    ),
    "the disk is full for the quarantine": (
        "hostile/test_full_disk.py::test_a_refused_file_that_finds_no_room_in_quarantine_is_not_kept",
    ),
    "the disk is full for frames and model inputs": (
        "hostile/test_full_disk.py::test_a_full_frame_cache_costs_time_and_never_the_image",
        "webapp/archive/frame/test_model_inputs.py::test_a_full_disk_costs_the_kept_input_not_the_image",
    ),
    "the disk is full for the database": ("hostile/test_full_disk.py::test_a_full_database_says_so_and_takes_no_file",),
    "the disk is full for members of a zip": (
        "hostile/test_full_disk.py::test_a_member_of_a_zip_waits_for_the_machine",
    ),
    "the disk is full while maps are written": (
        "webapp/predictions/test_full_disk.py::test_a_full_disk_is_retried_then_failed_and_leaves_nothing_half_written",
    ),
    "the broker is down when a file comes": (
        "jobs_under_fire/test_brokers.py::test_an_upload_is_answered_while_the_broker_is_down",
    ),
    "the broker dies in mid-job": (
        "jobs_under_fire/test_brokers.py::test_jobs_go_on_when_the_broker_dies_in_mid_job_and_when_it_comes_back",
    ),
    "the broker is down when the worker starts": (
        "jobs_under_fire/test_brokers.py::test_jobs_run_with_a_broker_that_is_down_from_the_start",
    ),
    "the broker loses its messages": ("jobs_under_fire/test_brokers.py::test_an_emptied_broker_loses_nothing",),
    "messages come twice": ("webapp/work/test_worker.py::test_it_does_a_job_once_however_often_it_is_woken",),
    "a worker without a model": (
        "jobs_under_fire/test_models_change.py::"
        "test_jobs_wait_with_their_reason_while_the_model_is_missing_and_run_when_one_comes",
        "webapp/predictions/test_infer.py::test_it_waits_with_a_reason_until_a_model_is_in_service",
    ),
    "two models activated while jobs run": (
        "jobs_under_fire/test_models_change.py::test_each_result_names_the_bundle_that_computed_it",
    ),
    "a worker stopped for longer than its lease": (
        "jobs_under_fire/test_kills.py::test_the_late_result_of_a_stopped_worker_is_refused",
        "on_postgres/test_workers.py::test_jobs_survive_a_late_worker_and_kills",
    ),
    "200 jobs and 5 kills, by files, Redis and RabbitMQ": (
        "jobs_under_fire/test_kills.py::test_two_hundred_jobs_survive_five_kills",
    ),
    "an image that kills its worker": (
        "jobs_under_fire/test_kills.py::test_a_job_that_kills_its_worker_does_not_take_others_with_it",
    ),
    "a model that runs for ever on an image": (
        "webapp/predictions/test_wanted_run.py::test_a_run_that_takes_too_long_fails_its_image_with_the_limit_in_words",
        "webapp/predictions/test_wanted_run.py::test_of_a_batch_that_takes_too_long_each_image_is_tried_alone",
        "webapp/predictions/test_wanted_run.py::test_a_run_that_cannot_be_stopped_ends_the_worker_and_the_row_says_why",
    ),
    "a job that is cancelled while the model runs": (
        "webapp/predictions/test_wanted_run.py::test_a_running_model_run_is_cancelled_within_a_second",
    ),
    "a model that ends its workers": (
        "jobs_under_fire/test_models_change.py::"
        "test_a_bundle_that_ends_its_worker_three_times_goes_and_the_one_before_does_its_jobs",
        "webapp/deployments/test_strikes.py::"
        "test_a_job_that_ends_the_worker_at_every_attempt_takes_the_bundle_out_whatever_is_answered",
        "webapp/deployments/test_strikes.py::test_without_one_before_images_wait_and_the_site_is_not_ready",
    ),
    "a process killed between the file and its row": (
        "hostile/test_killed_while_storing.py::test_a_stored_file_without_a_row_is_put_apart_after_a_day",
    ),
    "the server killed after its answer": (
        "webapp/archive/upload/test_upload_survives_kill.py::test_what_was_answered_is_stored",
    ),
    "memory runs out in the model": (
        "webapp/work/test_batch.py::test_without_memory_the_batch_is_halved_until_it_fits",
    ),
    "a stored file changes on disk": (
        "webapp/predictions/test_infer.py::test_it_fails_with_integrity_mismatch_when_the_stored_file_changed",
        "webapp/archive/frame/test_model_inputs.py::test_a_stored_file_that_changed_gives_no_input_though_one_is_kept",
    ),
    "a map file changes on disk": (
        "webapp/predictions/test_views.py::test_a_map_file_of_the_right_size_with_other_values_is_told_and_never_shown",
    ),
    "every file of the test data": (
        "hostile/test_manifest_uploads.py::test_each_file_is_answered_as_the_manifest_says",
        "inference/dicom/test_manifest_files.py::test_each_file_gets_its_outcome",
    ),
    "500 mutated files": ("hostile/test_hostile_files.py::test_28_random_changes_never_harm_the_caller",),
    "two workers that want the same jobs": (
        "webapp/work/test_claim.py::test_workers_that_claim_at_once_share_the_jobs_and_never_one_job",
    ),
}


def functions_of(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("day", BAD_DAYS)
def test_the_bad_day_is_tested(day: str) -> None:
    for test in BAD_DAYS[day]:
        file, _, function = test.partition("::")
        assert (TESTS / file).is_file(), f"{day}: {file} is gone"
        assert function in functions_of(TESTS / file), f"{day}: {file} has no {function}"
