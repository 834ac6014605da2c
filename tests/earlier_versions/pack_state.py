"""Pack a state folder into one small file that a test can lay out again: python -m tests.earlier_versions.pack_state STATE ZIP

The database (sessions, passwords and tokens taken out), the maps, and of the stored files those that the demo phantoms do
not hold already; `files.json` names the phantom or bundle that stands for each of the others. Display frames are made again
when asked for.
"""

import hashlib
import json
import shutil
import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path

DEMO = Path("webapp/demo")
DATABASE = "sightline.sqlite3"
KEPT = ("store", "maps", "bundles", "quarantine")


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def clean_database(state: Path, folder: Path) -> Path:
    """A copy without what signs people in."""
    copy = folder / DATABASE
    with closing(sqlite3.connect(state / DATABASE)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("delete from django_session")
        target.execute("delete from knox_authtoken")
        target.execute("update accounts_user set password = '!'")
        target.commit()
        target.execute("pragma journal_mode = delete")
        target.execute("vacuum")
    return copy


def pack(state: Path, packed: Path) -> None:
    """Write `packed` from the state folder."""
    demo = {sha256(path): str(path.relative_to(DEMO)) for path in sorted(DEMO.rglob("*")) if path.is_file()}
    files = [path for name in KEPT for path in sorted((state / name).rglob("*")) if path.is_file()]
    elsewhere = {str(path.relative_to(state)): demo[sha256(path)] for path in files if sha256(path) in demo}
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made,
    ):
        made.write(clean_database(state, Path(folder)), DATABASE)
        made.writestr("files.json", json.dumps(elsewhere, indent=1))
        for path in files:
            if (name := str(path.relative_to(state))) not in elsewhere:
                made.write(path, name)


def lay_out(packed: Path, state: Path) -> None:
    """The state folder again, as it was packed. What the demo has no longer lies beside the packed file."""
    with zipfile.ZipFile(packed) as made:
        made.extractall(state)
    for name, of in json.loads((state / "files.json").read_text()).items():
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        beside = packed.parent / of
        shutil.copyfile(beside if beside.exists() else DEMO / of, state / name)


if __name__ == "__main__":
    pack(Path(sys.argv[1]), Path(sys.argv[2]))
