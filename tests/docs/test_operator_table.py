"""The operator's table names every environment variable that the installation reads, with the default that it has."""

import re

from tests.conftest import REPOSITORY

NO_VARIABLES = {"SIGHTLINE_TEST_CLOCK", "SIGHTLINE_DEID"}  # for tests; the creator of a private DICOM block


def rows() -> dict[str, str]:
    """Variable to default, of the table; a row of two variables has two defaults."""
    found = {}
    for line in (REPOSITORY / "docs" / "operator.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        names = re.findall(r"`(SIGHTLINE_\w+)`", cells[0])
        if line.startswith("|") and names:
            defaults = cells[2].split(", ") if len(names) > 1 else [cells[2]]
            found |= dict(zip(names, defaults, strict=True))
    return found


def source() -> str:
    files = [REPOSITORY / "manage.py", *(REPOSITORY / "webapp").rglob("*.py")]
    return "\n".join(path.read_text() for path in files)


def test_every_variable_has_a_row() -> None:
    read = set(re.findall(r'"(SIGHTLINE_[A-Z_]+)"', source()))
    assert len(read) > 15
    assert read - NO_VARIABLES == set(rows())


def test_numbers_are_the_defaults_of_the_settings() -> None:
    numbers = dict(re.findall(r'env_int\(\s*"(SIGHTLINE_\w+)", (\d+)', source()))
    assert len(numbers) > 8
    assert {name: rows()[name] for name in numbers} == numbers
