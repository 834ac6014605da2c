"""Mutation run: break one line at a time and see that the test named for it fails.

    python tools/mutate.py                    every list in tests/mutants
    python tools/mutate.py statistics         one list (a room); or several
    python tools/mutate.py --name "Cov2"      mutants whose name contains the text
    python tools/mutate.py --list             names only

A list is a TOML file of entries

    [[mutant]]
    name = "OR without max(Cov2 - Cov3, 0)"
    file = "reader_study/analysis/obuchowski_rockette.py"
    before = "text that occurs exactly once in the file"
    after = "what stands there in the mutant"
    tests = ["tests/.../test_x.py::test_y"]    # vitest: files relative to webapp/viewer/frontend
    runner = "vitest"                          # pytest where left out

The working tree is never written to: mutants live in two temporary copies of it, which are removed at the end. Killed
means that a named test ran and failed; a mutant that can't be parsed, imported or collected, or whose tests don't pass
without it, is broken and counts against the list. Exit status 1 below 90 % killed.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = "tests/mutants"
FRONTEND = "webapp/viewer/frontend"
RUNNERS = ("pytest", "vitest")
KEYS = {"name", "file", "before", "after", "tests", "runner"}
# Links, not copies: hundreds of megabytes that no mutant touches.
LINKED = (".venv", f"{FRONTEND}/node_modules")
REQUIRED_PERCENT = 90
PROCESSES = 2
SECONDS_PER_RUN = 600
SECONDS_PER_TEST = 120
# A failure of one of these kinds says that the mutant is no program, not that a test has an opinion about it.
NO_PROGRAM = re.compile(
    r"\s*(\w+\.)*(SyntaxError|IndentationError|ImportError|ModuleNotFoundError|NameError|ReferenceError)\b"
)


@dataclass(frozen=True)
class Mutant:
    room: str
    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    runner: str = "pytest"

    def mutated(self, text: str) -> str:
        """`text` with the mutation. ValueError where `before` isn't there exactly once, or nothing would change."""
        count = text.count(self.before)
        if count != 1:
            raise ValueError(
                f"{self.room}: {self.name}: 'before' occurs {count} times in {self.file}; exactly 1 is needed"
            )
        if self.before == self.after:
            raise ValueError(f"{self.room}: {self.name}: 'after' is the same text as 'before'")
        return text.replace(self.before, self.after)


@dataclass(frozen=True)
class Run:
    """How the named tests went: `failed` and `passed` count tests that ran; `trouble` says why nothing can be said."""

    passed: int = 0
    failed: int = 0
    trouble: str = ""


@dataclass(frozen=True)
class Verdict:
    mutant: Mutant
    word: str
    seconds: float
    reason: str = ""


def read_list(path: Path) -> list[Mutant]:
    """The mutants of one TOML file. ValueError names the entry and what is wrong with it."""
    mutants: list[Mutant] = []
    for number, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", []), start=1):
        where = f"{path.name}, mutant {number}"
        if unknown := set(entry) - KEYS:
            raise ValueError(f"{where}: {', '.join(sorted(unknown))} is not one of {', '.join(sorted(KEYS))}")
        if missing := KEYS - {"runner"} - set(entry):
            raise ValueError(f"{where}: {', '.join(sorted(missing))} is missing")
        if entry.get("runner", "pytest") not in RUNNERS:
            raise ValueError(f"{where}: runner {entry['runner']!r} is not one of {', '.join(RUNNERS)}")
        if not entry["tests"]:
            raise ValueError(f"{where}: tests is empty")
        mutants.append(Mutant(room=path.stem, **{**entry, "tests": tuple(entry["tests"])}))
    return mutants


def read_lists(root: Path) -> list[Mutant]:
    return [mutant for path in sorted((root / LISTS).glob("*.toml")) for mutant in read_list(path)]


def complaints(root: Path, mutants: list[Mutant]) -> list[str]:
    """What keeps these mutants from being run: text not there exactly once, tests that don't exist, names used twice."""
    found: list[str] = []
    seen: set[tuple[str, str]] = set()
    for mutant in mutants:
        if (mutant.room, mutant.name) in seen:
            found.append(f"{mutant.room}: {mutant.name}: the name is used twice")
        seen.add((mutant.room, mutant.name))
        try:
            mutant.mutated((root / mutant.file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            found.append(str(error))
        home = root / FRONTEND if mutant.runner == "vitest" else root
        found += [
            f"{mutant.room}: {mutant.name}: no test {test}" for test in mutant.tests if not _test_exists(home, test)
        ]
    return found


def _test_exists(home: Path, test: str) -> bool:
    file, *names = test.split("::")
    path = home / file
    if not names:
        return path.exists()
    wanted = names[-1].split("[")[0]
    return path.is_file() and re.search(rf"^\s*(async )?def {wanted}\(", path.read_text("utf-8"), re.M) is not None


def copy_tree(root: Path, place: Path) -> Path:
    """A copy of what git knows or would take in, with links to the installed packages and to the data beside the tree."""
    tree = place / "tree"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (root / name).is_file() and not (root / name).is_symlink():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(root / name, tree / name)
    for name in LINKED:
        if (root / name).exists():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).symlink_to((root / name).resolve())
    if (root.parent / "shared").exists():
        (place / "shared").symlink_to((root.parent / "shared").resolve())
    return tree


@dataclass
class Workshop:
    """One copy of the tree, in which one mutant at a time is tried."""

    tree: Path
    child: subprocess.Popen[bytes] | None = None
    is_closed: bool = False

    def run(self, runner: str, tests: tuple[str, ...]) -> Run:
        report = self.tree.parent / "report"
        report.unlink(missing_ok=True)
        command, directory = (_pytest if runner == "pytest" else _vitest)(self.tree, tests, report)
        # Byte code isn't kept: a mutant of the same length, written in the same second, would run as its predecessor.
        environment = os.environ | {
            "PYTHONDONTWRITEBYTECODE": "1",
            "OMP_NUM_THREADS": "1",
            "PATH": f"{self.tree / '.venv/bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        output = self.tree.parent / "output"
        with output.open("wb") as stream:
            self.child = subprocess.Popen(
                command, cwd=directory, env=environment, stdout=stream, stderr=stream, start_new_session=True
            )
            if self.is_closed:  # meanwhile: nobody else would stop it
                self.stop()
            try:
                code = self.child.wait(SECONDS_PER_RUN)
            except subprocess.TimeoutExpired:
                self.stop()
                return Run(trouble=f"no answer in {SECONDS_PER_RUN} s")
            finally:
                self.child = None
        if not report.exists():
            lines = output.read_text("utf-8", "replace").strip().splitlines() or [""]
            return Run(trouble=f"{runner} ended with {code} and no report: {lines[-1]}")
        return read_junit(report) if runner == "pytest" else read_vitest(report)

    def close(self) -> None:
        self.is_closed = True
        self.stop()

    def stop(self) -> None:
        child = self.child
        if child is not None and child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def try_mutant(self, mutant: Mutant) -> Run:
        """The named tests under the mutant; the copy is as before afterwards."""
        path = self.tree / mutant.file
        text = path.read_text(encoding="utf-8")
        mutated = mutant.mutated(text)
        if path.suffix == ".py":
            try:
                ast.parse(mutated)
            except SyntaxError as error:
                return Run(trouble=f"the mutant is no Python: {error.msg}, line {error.lineno}")
        path.write_text(mutated, encoding="utf-8")
        try:
            return self.run(mutant.runner, mutant.tests)
        finally:
            path.write_text(text, encoding="utf-8")


def _pytest(tree: Path, tests: tuple[str, ...], report: Path) -> tuple[list[str], Path]:
    options = ["-q", "-p", "no:cacheprovider", "-o", f"timeout={SECONDS_PER_TEST}", f"--junitxml={report}"]
    python = tree / ".venv/bin/python"
    return [str(python) if python.exists() else sys.executable, "-m", "pytest", *options, *tests], tree


def _vitest(tree: Path, tests: tuple[str, ...], report: Path) -> tuple[list[str], Path]:
    command = ["node", "node_modules/vitest/vitest.mjs", "run", "--reporter=json", f"--outputFile={report}", *tests]
    return command, tree / FRONTEND


def read_junit(report: Path) -> Run:
    """pytest's report. Errors (collection, fixtures) aren't failures: they are trouble, unless a test failed besides."""
    passed, messages, errors = 0, [], []
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 -- pytest of this very run wrote it
        failure, error = case.find("failure"), case.find("error")
        if failure is not None:
            messages.append(failure.get("message", ""))
        elif error is not None:
            told = [text[1:].strip() for text in (error.text or "").splitlines() if text.startswith("E ")]
            errors.append(f"{case.get('name')}: {' · '.join([error.get('message', ''), *told[-1:]])}")
        elif case.find("skipped") is None:
            passed += 1
    return _judge(passed, messages, errors)


def read_vitest(report: Path) -> Run:
    passed, messages, errors = 0, [], []
    for suite in json.loads(report.read_text(encoding="utf-8"))["testResults"]:
        states = [case["status"] for case in suite["assertionResults"]]
        passed += states.count("passed")
        messages += [
            (case["failureMessages"] or [""])[0] for case in suite["assertionResults"] if case["status"] == "failed"
        ]
        if suite["status"] == "failed" and "failed" not in states:
            errors.append(suite.get("message") or suite["name"])
    return _judge(passed, messages, errors)


def _judge(passed: int, messages: list[str], errors: list[str]) -> Run:
    real = [message for message in messages if not NO_PROGRAM.match(message)]
    if real:
        return Run(passed=passed, failed=len(real))
    if trouble := [*errors, *messages]:
        return Run(passed=passed, trouble=(trouble[0].strip().splitlines() or ["error without a message"])[0][:200])
    if passed == 0:
        return Run(trouble="no test ran: all were skipped or none was found")
    return Run(passed=passed)


@dataclass
class Session:
    """Mutants to try, in two copies of the tree; what the tests do without a mutant is asked once per set of tests."""

    root: Path
    mutants: list[Mutant]
    verdicts: list[Verdict] = field(default_factory=list)
    is_ended: bool = False
    _unmutated: dict[tuple[str, tuple[str, ...]], Run] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> list[Verdict]:
        waiting: queue.SimpleQueue[Mutant] = queue.SimpleQueue()
        for mutant in self.mutants:
            waiting.put(mutant)
        with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
            shops = [Workshop(copy_tree(self.root, Path(folder) / str(number))) for number in range(PROCESSES)]
            threads = [threading.Thread(target=self._work, args=(shop, waiting), daemon=True) for shop in shops]
            try:
                for thread in threads:
                    thread.start()
                # Looked at, not raised by the signal's handler: what is raised there may be lost.
                while any(thread.is_alive() for thread in threads) and not self.is_ended:
                    time.sleep(0.05)
            except BaseException:
                self.end()
                raise
            finally:
                for shop in shops:
                    shop.close()
                for thread in threads:
                    thread.join()  # so that none writes into a folder that is being removed
        return self.verdicts

    def end(self) -> None:
        """Another thread or a signal wants no further verdict."""
        self.is_ended = True

    def _work(self, shop: Workshop, waiting: queue.SimpleQueue[Mutant]) -> None:
        for mutant in _taken_from(waiting):
            if self.is_ended:
                return
            started = time.monotonic()
            try:
                word, reason = self._judged(shop, mutant)
            except Exception as error:  # the other mutants go on; this one is told as broken
                word, reason = "broken", f"{type(error).__name__}: {error}"
            verdict = Verdict(mutant, word, time.monotonic() - started, reason)
            with self._lock:
                self.verdicts.append(verdict)
                print(line(verdict), flush=True)

    def _judged(self, shop: Workshop, mutant: Mutant) -> tuple[str, str]:
        key = (mutant.runner, mutant.tests)
        if key not in self._unmutated:
            self._unmutated[key] = shop.run(*key)
        before = self._unmutated[key]
        if before.trouble or before.failed:
            return "broken", f"without the mutant: {before.trouble or f'{before.failed} tests fail'}"
        run = shop.try_mutant(mutant)
        if run.failed:
            return "killed", ""
        return ("broken", run.trouble) if run.trouble else ("SURVIVED", "")


def _taken_from(waiting: queue.SimpleQueue[Mutant]) -> Iterator[Mutant]:
    while True:
        try:
            yield waiting.get_nowait()
        except queue.Empty:
            return


def line(verdict: Verdict) -> str:
    reason = f"  ({verdict.reason})" if verdict.reason else ""
    return f"{verdict.word:<8} {verdict.seconds:6.1f} s  {verdict.mutant.room}: {verdict.mutant.name}{reason}"


def summary(verdicts: list[Verdict]) -> tuple[list[str], float]:
    """A line per room and one for all, and the percentage killed over all."""
    lines: list[str] = []
    for room in sorted({verdict.mutant.room for verdict in verdicts}):
        lines.append(_share(room, [verdict for verdict in verdicts if verdict.mutant.room == room])[0])
    last, percent = _share("in all", verdicts)
    return [*lines, last], percent


def _share(title: str, verdicts: list[Verdict]) -> tuple[str, float]:
    killed = sum(verdict.word == "killed" for verdict in verdicts)
    percent = 100 * killed / len(verdicts)
    return f"{title}: {killed} of {len(verdicts)} killed, {percent:.1f} %", percent


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description="Break one line at a time and see that the test named for it fails.")
    parser.add_argument("rooms", nargs="*", help="lists to run, by name: statistics, web ... (default: all)")
    parser.add_argument("--name", default="", help="only mutants whose name contains this text")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    options = parser.parse_args(arguments)
    try:
        mutants = read_lists(root)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    known = sorted({mutant.room for mutant in mutants})
    if unknown := [room for room in options.rooms if room not in known]:
        print(f"no list {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = [m for m in mutants if m.room in (options.rooms or known) and options.name.lower() in m.name.lower()]
    if options.list:
        print("\n".join(f"{mutant.room}: {mutant.name}" for mutant in chosen))
        return 0
    if not chosen:
        print(f"no mutant's name contains {options.name!r}", file=sys.stderr)
        return 2
    if found := complaints(root, chosen):
        print("\n".join(found), file=sys.stderr)
        return 2
    session = Session(root, chosen)
    signal.signal(signal.SIGTERM, lambda *_: session.end())  # so that the copies go, and the tests in them stop
    verdicts = session.run()
    if session.is_ended:
        return 143
    lines, percent = summary(verdicts)
    print("\n".join(lines))
    return 0 if percent >= REQUIRED_PERCENT else 1


if __name__ == "__main__":
    sys.exit(main())
