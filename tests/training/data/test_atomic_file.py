"""Files and folders that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.data.atomic_file import new_folder, replaced_file


def test_a_file_is_replaced_only_when_its_writing_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "split.csv"
    path.write_text("good")
    with pytest.raises(UnicodeEncodeError), replaced_file(path) as handle:
        handle.write("half \ud800")  # a lone surrogate cannot be written
    assert path.read_text() == "good"
    with replaced_file(path) as handle:
        handle.write("new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_gets_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), new_folder(tmp_path / "cache") as made:
        (made / "no such folder" / "half").write_text("")
    assert list(tmp_path.iterdir()) == []
    for text in ("first", "second"):  # the second maker comes too late: the first one's is kept
        with new_folder(tmp_path / "cache") as made:
            (made / "a").write_text(text)
    assert (tmp_path / "cache" / "a").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
