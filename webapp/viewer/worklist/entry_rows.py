"""How the database keeps the worklist's entries: what they follow from, and the triggers on images, results, jobs and reviews."""
# ruff: noqa: S608 -- statements are put together from names and queries of our own code alone

from webapp.kept_in_step import KeptRows, Trigger

TABLE = "viewer_worklistentry"
_COLUMNS = {
    "image_id": "i.id",
    "latest": "p.id",
    "state": """CASE
        WHEN EXISTS (
            SELECT 1 FROM reader_study_casereview r WHERE r.image_id = i.id AND r.verdict <> 'withdrawn'
            AND NOT EXISTS (SELECT 1 FROM reader_study_casereview c WHERE c.replaces_id = r.id)
        ) THEN 'read'
        WHEN p.id IS NULL THEN 'no_model'
        WHEN j.state IN ('queued', 'running') THEN 'waiting'
        WHEN j.state IN ('failed', 'cancelled') THEN 'failed'
        WHEN p.highest_decision = 'refused' THEN 'refused'
        ELSE 'to_read' END""",
    "view": "i.view",
    "finding": "CASE WHEN p.highest_decision IN ('positive', 'uncertain') THEN p.highest_finding ELSE '' END",
    "arrived": "i.created_at",
    "study_down": "COALESCE(i.study_date, '0001-01-01')",
    "study_up": "COALESCE(i.study_date, '9999-12-31')",
    "study_time": "i.study_time",
    "score_down": "COALESCE(p.highest_probability, -1.0)",
    "score_up": "COALESCE(p.highest_probability, 2.0)",
}
# A result without a job was finished before that row was cleaned away.
_FROM = """FROM archive_image i
    LEFT JOIN predictions_prediction p ON p.id = (
        SELECT n.id FROM predictions_prediction n WHERE n.image_id = i.id ORDER BY n.created_at DESC, n.id DESC LIMIT 1)
    LEFT JOIN predictions_job j ON j.id = p.job_id"""
EXPECTED = f"SELECT {', '.join(_COLUMNS.values())} {_FROM}"


def _refreshed(images: str) -> str:
    """The statement that writes the entries of `images`, an SQL list or query of ids."""
    changes = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name != "image_id")
    return (
        f"INSERT INTO {TABLE} ({', '.join(_COLUMNS)}) {EXPECTED} WHERE i.id IN ({images}) "
        f"ON CONFLICT (image_id) DO UPDATE SET {changes}"
    )


def _refreshing(name: str, table: str, event: str, images: str, when: str = "") -> Trigger:
    locked = f"{TABLE} WHERE image_id IN ({images})"
    return Trigger(f"worklist_{name}", table, event, (_refreshed(images),), when, locked)


_RESULT_COLUMNS = "image_id, job_id, highest_finding, highest_probability, highest_decision, created_at"
_WAITING = "{row}.state IN ('queued', 'running')"
_ENDS_OR_RESTARTS = f"NEW.state <> OLD.state AND NOT ({_WAITING.format(row='NEW')} AND {_WAITING.format(row='OLD')})"
_TRIGGERS = (
    _refreshing("image_added", "archive_image", "INSERT", "NEW.id"),
    _refreshing("image_changed", "archive_image", "UPDATE OF view, study_date, study_time, created_at", "NEW.id"),
    Trigger("worklist_image_gone", "archive_image", "DELETE", (f"DELETE FROM {TABLE} WHERE image_id = OLD.id",)),
    _refreshing("result_added", "predictions_prediction", "INSERT", "NEW.image_id"),
    _refreshing(
        "result_changed", "predictions_prediction", f"UPDATE OF {_RESULT_COLUMNS}", "NEW.image_id, OLD.image_id"
    ),
    _refreshing("result_gone", "predictions_prediction", "DELETE", "OLD.image_id"),
    _refreshing(
        "job_changed",
        "predictions_job",
        "UPDATE OF state",
        "SELECT q.image_id FROM predictions_prediction q WHERE q.job_id = NEW.id",
        _ENDS_OR_RESTARTS,
    ),
    _refreshing("review_added", "reader_study_casereview", "INSERT", "NEW.image_id"),
    _refreshing("review_gone", "reader_study_casereview", "DELETE", "OLD.image_id"),
)
WORKLIST_ENTRIES = KeptRows(TABLE, tuple(_COLUMNS), EXPECTED, _TRIGGERS)
