"""The mutation tool on a made project of two files."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import mutate

TOOL = Path(mutate.__file__)
SOURCE = "import time\n\n\ndef larger(a, b):\n    return a if a >= b else b\n\n\ndef twice(a):\n    return 2 * a\n"
TESTS = """
from sum import larger, twice
import pytest

@pytest.fixture
def four():
    return 4 // twice(1)

def test_larger():
    assert larger(3, 2) == 3

def test_twice_runs():
    twice(1)

def test_with_a_fixture(four):
    assert four

def test_that_fails():
    assert twice(1) == 3

@pytest.mark.skip(reason="data is absent")
def test_skipped():
    assert twice(1) == 2
"""


def mutant(name: str, before: str, after: str, test: str) -> str:
    return (
        f'[[mutant]]\nname = "{name}"\nfile = "sum.py"\nbefore = "{before}"\nafter = "{after}"\n'
        f'tests = ["tests/test_sum.py::{test}"]\n'
    )


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # starts in a third of the time
    root = tmp_path / "project"
    (root / "tests/mutants").mkdir(parents=True)
    (root / "sum.py").write_text(SOURCE)
    (root / "tests/test_sum.py").write_text(TESTS)
    (root / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    return root


def write(project: Path, *entries: str) -> None:
    (project / "tests/mutants/arithmetic.toml").write_text("\n".join(entries))


def output(project: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = mutate.main(list(arguments), project)
    said = capsys.readouterr()
    return code, said.out, said.err


KILLED = mutant("sign turned", "a >= b", "a < b", "test_larger")


def test_a_mutant_that_a_test_fails_on_is_killed_and_the_tree_stays_as_it_was(project, capsys):
    write(project, KILLED)
    code, out, _ = output(project, capsys)
    assert code == 0
    assert out.startswith("killed")
    assert out.endswith("arithmetic: 1 of 1 killed, 100.0 %\nin all: 1 of 1 killed, 100.0 %\n")
    assert (project / "sum.py").read_text() == SOURCE


def test_a_survivor_is_shouted_and_the_status_is_1_below_90_percent(project, capsys):
    write(project, KILLED, mutant("factor three", "2 * a", "3 * a", "test_twice_runs"))
    code, out, _ = output(project, capsys)
    assert code == 1
    assert "SURVIVED" in out
    assert "in all: 1 of 2 killed, 50.0 %" in out


@pytest.mark.parametrize(
    ("before", "after", "test", "reason"),
    [
        ("2 * a", "2 * (a", "test_twice_runs", "the mutant is no Python"),
        ("import time", "import no_such_module", "test_larger", "ModuleNotFoundError"),
        ("2 * a", "2 * undefined", "test_twice_runs", "NameError"),
        ("2 * a", "0 * a", "test_with_a_fixture", "test_with_a_fixture: failed on setup"),
        ("2 * a", "3 * a", "test_that_fails", "without the mutant: 1 tests fail"),
        ("2 * a", "3 * a", "test_skipped", "without the mutant: no test ran"),
    ],
)
def test_a_mutant_that_no_test_could_judge_is_broken_not_killed(project, capsys, before, after, test, reason):
    write(project, mutant("m", before, after, test))
    code, out, _ = output(project, capsys)
    assert code == 1
    assert out.startswith("broken")
    assert reason in out


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (mutant("gone", "a ** b", "a", "test_larger"), "'before' occurs 0 times in sum.py; exactly 1 is needed"),
        (mutant("twice there", "return", "yield", "test_larger"), "'before' occurs 2 times in sum.py"),
        (mutant("same", "2 * a", "2 * a", "test_larger"), "'after' is the same text as 'before'"),
        (mutant("no test", "2 * a", "a", "test_smaller"), "no test tests/test_sum.py::test_smaller"),
        (KILLED + KILLED, "the name is used twice"),
        (KILLED.replace("after", "afterwards"), "mutant 1: afterwards is not one of"),
        (KILLED.replace("after", "#"), "mutant 1: after is missing"),
        (KILLED + 'runner = "jest"', "runner 'jest' is not one of pytest, vitest"),
    ],
)
def test_it_refuses_an_entry_it_cannot_run(project, capsys, entry, said):
    write(project, entry)
    code, out, err = output(project, capsys)
    assert (code, out) == (2, "")
    assert said in err


def test_lists_and_names_select(project, capsys):
    write(project, KILLED)
    (project / "tests/mutants/other.toml").write_text(mutant("factor", "2 * a", "a", "test_larger"))
    assert output(project, capsys, "--list")[1] == "arithmetic: sign turned\nother: factor\n"
    assert output(project, capsys, "--list", "other")[1] == "other: factor\n"
    assert output(project, capsys, "--list", "--name", "SIGN")[1] == "arithmetic: sign turned\n"
    assert output(project, capsys, "pages")[2] == "no list pages; there are: arithmetic, other\n"
    assert output(project, capsys, "--name", "pages")[2] == "no mutant's name contains 'pages'\n"


def test_a_run_that_is_ended_leaves_neither_copies_nor_a_changed_tree(project, tmp_path):
    (project / "tests/test_sum.py").write_text("import time, sum\n\ndef test_slow():\n    time.sleep(60)\n")
    write(project, mutant("m", "2 * a", "3 * a", "test_slow"))
    copies = tmp_path / "copies"
    copies.mkdir()
    code = f"import sys; sys.path.insert(0, {str(TOOL.parent.parent)!r})\nfrom pathlib import Path\n"
    code += f"from tools import mutate\nsys.exit(mutate.main([], Path({str(project)!r})))"
    run = subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"TMPDIR": str(copies)})
    deadline = time.monotonic() + 60
    while not list(copies.glob("*/*/output")) and time.monotonic() < deadline:
        time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    assert run.wait(30) == 143
    assert list(copies.iterdir()) == []
    assert (project / "sum.py").read_text() == SOURCE


def test_vitest_reports_are_read_the_same_way(tmp_path):
    def judged(status: str, cases: str, message: str = "") -> mutate.Run:
        report = tmp_path / "report"
        report.write_text(
            f'{{"testResults": [{{"name": "a.test.ts", "status": "{status}", "message": "{message}", '
            f'"assertionResults": [{cases}]}}]}}'
        )
        return mutate.read_vitest(report)

    passed = '{"status": "passed", "failureMessages": []}'
    failed = '{"status": "failed", "failureMessages": ["%s: x"]}'
    assert judged("passed", passed) == mutate.Run(passed=1)
    assert judged("failed", failed % "AssertionError") == mutate.Run(failed=1)
    assert judged("failed", failed % "ReferenceError").trouble == "ReferenceError: x"
    assert judged("failed", "", "cannot be transformed").trouble == "cannot be transformed"
