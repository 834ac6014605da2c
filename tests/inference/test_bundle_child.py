"""A bundle is checked in a child that can do nothing else, and whose every end is a refusal with the check named."""

import errno
import json
import subprocess
import sys
from dataclasses import asdict

import psutil
import pytest
from onnx import TensorProto, helper

from inference.bundle import Bundle
from inference.bundle_child import LINE_BYTES, CheckLimits, check_in_child
from inference.bundle_error import BundleError
from inference.manifest import without_arrays
from tests.inference.changed_bundle import graph_with, rezipped
from tests.inference.endless_graph import behind_the_probabilities
from tests.inference.tiny_bundle import make_tiny_bundle, tiny_manifest

QUICK = CheckLimits(seconds=60, cpu_seconds=30)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "tiny-cxr-1.0.0.bundle"
    make_tiny_bundle(path)
    return path


def refused(path, limits=QUICK, **how):
    with pytest.raises(BundleError) as caught:
        check_in_child(path, limits, **how)
    assert caught.value.bundle == path.name
    return caught.value


def met(path, what):
    error = refused(path, answer_with=f"tests.inference.misbehaving_checks:{what}")
    return error.check, error.message


def test_a_good_bundle_is_told_as_it_loads(path):
    bundle = Bundle.load(path)
    manifest = without_arrays(dict(bundle.manifest))
    assert asdict(check_in_child(path)) == {
        "id": bundle.id, "name": bundle.name, "version": bundle.version, "manifest": manifest, "card": bundle.card,
    }  # fmt: skip


def test_a_refusal_is_the_one_of_loading(path):
    rezipped(path, lambda members: members.update({"card.md": b"ab\xff"}))
    with pytest.raises(BundleError) as loaded:
        Bundle.load(path)
    assert str(refused(path)) == str(loaded.value)


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("open_a_file", "OSError: [Errno 24]"),
        ("open_a_socket", "PermissionError"),
        ("start_a_program", "PermissionError"),
    ],
)
def test_the_child_has_the_bundle_and_nothing_else(path, what, problem):
    check, message = met(path, what)
    assert check == "tried"
    assert message.startswith(problem)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("abort", "ended by signal 6; allowed"),
        ("babble", "left no readable answer"),
        ("claim_another", "names another file"),
        ("write_for_ever", "left no readable answer"),
        ("answer_with_numbers", "left no readable answer"),
        ("take_memory", "checking it takes more memory; allowed for a file of its size: 2048 MiB"),
    ],
)
def test_a_child_that_ends_badly_is_a_refusal(path, what, sentence):
    assert sentence in met(path, what)[1]


def test_a_child_that_never_came_to_the_bundle_is_no_fault_of_it(path):
    with pytest.raises(OSError, match="temporarily unavailable") as caught:
        check_in_child(path, QUICK, answer_with="tests.inference.misbehaving_checks:not_there")
    assert caught.value.errno == errno.EAGAIN


def test_a_library_that_does_not_load_is_told_apart_from_what_passes(path):
    with pytest.raises(OSError, match="shared library") as caught:
        check_in_child(path, QUICK, answer_with="tests.inference.no_such_library:answer")
    assert caught.value.errno == errno.ELIBACC


@pytest.mark.slow
def test_a_child_that_waits_or_works_too_long_is_ended(path):
    sleeping = refused(path, CheckLimits(seconds=3), answer_with="tests.inference.misbehaving_checks:sleep")
    assert (sleeping.check, sleeping.message.split(";")[0]) == ("selfcheck", "longer than 3 s")
    busy = refused(path, CheckLimits(cpu_seconds=3), answer_with="tests.inference.misbehaving_checks:spin")
    assert (busy.check, busy.message.split(";")[0]) == ("selfcheck", "the process that checked it ended by signal 24")


def test_the_caller_loads_no_runtime(path):
    code = (
        "import sys; from pathlib import Path; from inference.bundle_child import check_in_child;"
        f"check_in_child(Path({str(path)!r})); print(sorted({{'onnx', 'onnxruntime'}} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.slow
def test_a_self_check_without_an_end_is_ended(path):
    rezipped(path, lambda own: own.update({"model.onnx": graph_with(behind_the_probabilities)}))
    children = set(psutil.Process().children())
    limits = CheckLimits(seconds=4, cpu_seconds=20)
    endless = refused(path, limits, answer_with="tests.inference.misbehaving_checks:let_loops_pass")
    assert endless.check == "selfcheck"
    assert endless.message == "longer than 4 s; allowed: checks and self-check within that time"
    assert set(psutil.Process().children()) <= children


def with_lists(count):
    """A manifest whose evidence, free in form, is that many empty lists."""
    document = tiny_manifest()
    document["evidence"]["lists"] = [[] for _ in range(count)]
    return json.dumps(document).encode()


def with_weights(megabytes):
    """A graph with so much of what nothing reads."""
    zeros = helper.make_tensor("ballast", TensorProto.FLOAT, [megabytes << 18], bytes(megabytes << 20), raw=True)
    return graph_with(lambda model: model.graph.initializer.append(zeros))


def test_a_manifest_too_large_for_a_page_is_refused(path):
    rezipped(path, lambda own: own.update({"manifest.json": with_lists(LINE_BYTES // 4)}))
    error = refused(path)
    assert error.check == "manifest"
    assert error.message.endswith("bytes without its arrays; allowed: up to 2 MiB")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the largest memory of a process is read from /proc")
@pytest.mark.parametrize(
    ("change", "end"),
    [
        (lambda: {"manifest.json": with_lists(450_000), "card.md": b"a" * 4 * 2**20}, "taken"),
        (lambda: {"manifest.json": with_lists(1_000_000)}, "refused"),
        (lambda: {"model.onnx": with_weights(100)}, "taken"),
    ],
    ids=["all that is allowed", "manifest", "weights"],
)
def test_the_memory_of_the_caller_grows_little(path, change, end):
    rezipped(path, lambda own: own.update(change()))
    code = f"""
import re
from pathlib import Path
from inference.bundle_child import BundleError, check_in_child

def largest():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

before, end = largest(), "taken"
try:
    check_in_child(Path({str(path)!r}))
except BundleError:
    end = "refused"
print(end, (largest() - before) // 1024)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert said[0] == end
    assert int(said[1]) < 64
