"""A decoder that is killed, aborts, hangs or lies: a code for this file, nothing for the caller or the next one."""

import errno
import os
import platform
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from inference.dicom import ChildPool, DicomRefusal, Limits
from inference.preprocessing import InputSpec
from tests.hostile.misbehaving_children import NETWORK_REFUSED
from tests.inference.dicom.made_files import MadeImage

pytestmark = pytest.mark.slow
QUICK = Limits(preparse_seconds=1.0, decode_seconds=1.0)
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def bad_pool() -> Iterator[ChildPool]:
    with ChildPool(QUICK, work="tests.hostile.misbehaving_children:work") as started:
        started.start()
        yield started


def ordered(order: bytes, folder: Path) -> Path:
    path = folder / "order.dcm"
    path.write_bytes(order.ljust(8, b"\0"))
    return path


def refusal_of(pool: ChildPool, path: Path) -> DicomRefusal:
    with pytest.raises(DicomRefusal) as caught:
        pool.preparse(path)
    return caught.value


@pytest.mark.parametrize(
    ("order", "code", "words"),
    [
        (b"ABORT", "decoder_crash", "SIGABRT"),
        (b"KILL", "decoder_crash", "SIGKILL"),
        (b"EXIT", "decoder_crash", "code 3"),
        (b"SILENT", "decoder_crash", "no answer"),
        (b"LIE", "decoder_crash", "no answer"),
        (b"BABBLE", "decoder_crash", "no readable answer"),
        (b"SLEEP", "decoder_timeout", "longer than 1 seconds"),
        (b"STOP", "decoder_timeout", "longer than 1 seconds"),
        (b"PARENT", "decoder_crash", "without an answer"),
    ],
)
def test_27_each_end_has_its_code_and_the_next_file_is_unharmed(
    order: bytes, code: str, words: str, bad_pool: ChildPool, tmp_path: Path
) -> None:
    refusal = refusal_of(bad_pool, ordered(order, tmp_path))
    assert refusal.code == code
    assert words in refusal.text
    path = MadeImage().write(tmp_path)
    assert np.array_equal(bad_pool.decode(path, bad_pool.preparse(path)).values, MadeImage().pixels)


def test_processor_time_runs_out(tmp_path: Path) -> None:
    limits = Limits(preparse_seconds=20.0)
    with ChildPool(limits, work="tests.hostile.misbehaving_children:work") as pool:
        assert refusal_of(pool, ordered(b"SPIN", tmp_path)).code == "decoder_timeout"


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="seccomp filters are of Linux"
)
def test_a_child_has_no_network(bad_pool: ChildPool, tmp_path: Path) -> None:
    assert f"code {NETWORK_REFUSED}" in refusal_of(bad_pool, ordered(b"NETWORK", tmp_path)).text


def test_a_slow_child_does_not_hold_up_the_others(bad_pool: ChildPool, tmp_path: Path) -> None:
    slow = threading.Thread(target=refusal_of, args=(bad_pool, ordered(b"SLEEP", tmp_path)))
    slow.start()
    assert bad_pool.preparse(MadeImage().write(tmp_path)).rows == 3
    assert slow.is_alive()
    slow.join()


def test_a_killed_server_is_replaced(pool: ChildPool, tmp_path: Path) -> None:
    path = MadeImage().write(tmp_path)
    header = pool.preparse(path)
    server = next(child for child in psutil.Process().children() if "child_server" in " ".join(child.cmdline()))
    server.kill()
    server.wait()
    assert pool.decode(path, header).values.shape == (3, 4)


def test_a_server_that_gets_no_process_is_the_machines_fault_not_the_files(tmp_path: Path) -> None:
    path = MadeImage().write(tmp_path)
    with ChildPool(work="tests.hostile.forkless_children:work") as forkless:
        with pytest.raises(BlockingIOError):
            forkless.preparse(path)
        server = forkless.server_pid
        with pytest.raises(BlockingIOError):
            forkless.preparse(path)
        assert forkless.server_pid == server  # it lives on and serves when processes are to be had again


def test_a_server_that_cannot_be_started_is_the_machines_fault_not_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_process(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    path = MadeImage().write(tmp_path)
    with ChildPool() as pool:
        with monkeypatch.context() as starved:
            starved.setattr("inference.dicom.child_pool.subprocess.Popen", no_process)
            with pytest.raises(OSError, match="Cannot allocate memory"):
                pool.preparse(path)
        assert pool.preparse(path).rows == 3


def test_many_threads_share_a_pool(pool: ChildPool, tmp_path: Path) -> None:
    path = MadeImage().write(tmp_path)
    header = pool.preparse(path)
    shapes: list[tuple[int, ...]] = []
    threads = [
        threading.Thread(target=lambda: shapes.append(pool.decode(path, header).values.shape)) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shapes == [(3, 4)] * 12


def test_no_descriptor_is_left_behind(pool: ChildPool, tmp_path: Path) -> None:
    path = MadeImage().write(tmp_path)
    header = pool.preparse(path)
    before = psutil.Process().num_fds()
    for _ in range(20):
        pool.decode(path, header)
    assert psutil.Process().num_fds() == before


def test_a_late_notice_of_a_death_spares_the_server_that_took_over(tmp_path: Path) -> None:
    # Several threads notice the same death, one after the other: only the first may stop the server it spoke to.
    with ChildPool() as pool:
        pool.preparse(MadeImage().write(tmp_path))
        dead = pool._control
        assert dead is not None
        pool.close()
        pool.start()
        server = pool._server
        pool._forget_server(dead)
        assert pool._server is server


def test_closing_a_pool_ends_its_server(tmp_path: Path) -> None:
    before = set(psutil.Process().children())  # other tests may have left servers of their own
    pool = ChildPool()
    pool.preparse(MadeImage().write(tmp_path))
    (server,) = set(psutil.Process().children()) - before
    pool.close()
    # is_running() compares the start time too: a busy machine hands the process number out again at once.
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE


SCRIPT = """
import os, sys
from pathlib import Path
from inference.dicom import shared_pool
print("main runs", flush=True)
path = Path(sys.argv[1])
header = shared_pool().preparse(path)
child = os.fork()
values = shared_pool().decode(path, header).values
print("child" if child == 0 else "parent", int(values.sum()), flush=True)
if child == 0:
    os._exit(0)
os.waitpid(child, 0)
"""


def test_a_script_without_main_guard_works_and_so_does_its_fork(tmp_path: Path) -> None:
    # multiprocessing would import the script again in each child: here it runs once.
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    run = subprocess.run(
        [sys.executable, str(script), str(MadeImage().write(tmp_path))],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert sorted(run.stdout.split("\n")) == ["", "child 66", "main runs", "parent 66"]


ENDLESS = """
import sys, time
from pathlib import Path
from inference.dicom import ChildPool
pool = ChildPool()
pool.preparse(Path(sys.argv[1]))
print(pool._server.pid, flush=True)
time.sleep(60)
"""


def test_the_server_ends_with_a_killed_caller(tmp_path: Path) -> None:
    caller = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(MadeImage().write(tmp_path))],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
    )
    assert caller.stdout is not None
    server = psutil.Process(int(caller.stdout.readline()))
    caller.send_signal(signal.SIGKILL)
    caller.wait()
    psutil.wait_procs([server], timeout=5)
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
    caller.stdout.close()


@pytest.mark.parametrize(
    ("order", "words"), [(b"NAN", "outside 0 to 1"), (b"BRIGHT", "outside 0 to 1"), (b"SHORT", "left 252 of 256 bytes")]
)
def test_27_a_model_input_that_is_none_is_refused(
    order: bytes, words: str, bad_pool: ChildPool, pool: ChildPool, tmp_path: Path
) -> None:
    header = pool.preparse(MadeImage().write(tmp_path))
    with pytest.raises(DicomRefusal, match=words) as refused:
        bad_pool.prepare(ordered(order, tmp_path), header, [InputSpec(8, 8)])
    assert refused.value.code == "decoder_crash"
