"""Hostile bundles, bodies and JSON sent to a running server: refused with the check named, small, and nobody waits meanwhile."""

import io
import json
import socket
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from onnx import TensorProto, helper
from onnx.external_data_helper import set_external_data

from tests.hostile.real_site import RealSite, real_site
from tests.inference.changed_bundle import graph_with, rezipped
from tests.inference.endless_graph import behind_the_probabilities
from tests.inference.test_hostile_bundles import npy, zip_of
from tests.inference.tiny_bundle import make_tiny_bundle, tiny_manifest
from tests.migrated_home import PASSWORD

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]

MIB = 1 << 20
MOST_GROWTH = 64 * MIB
MOST_SECONDS = 1.0
Members = dict[str, bytes]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSite]:
    with real_site(tmp_path_factory.mktemp("home")) as site:
        person = {"username": "admin", "password": PASSWORD}
        token = site.client.post("/api/token/", json=person, headers={"Authorization": ""}).json()["token"]
        site.client.headers["Authorization"] = f"Token {token}"
        send(site, b"no zip")  # what is loaded with the first answer is not the second's memory
        yield site


class Meanwhile:
    """While the block runs: the longest answer of another page, and by how much the web process has grown at most."""

    def __init__(self, site: RealSite) -> None:
        self.site, self.growth, self.slowest = site, 0, 0.0

    def __enter__(self) -> "Meanwhile":
        self.before, self.is_over = self.site.resident_bytes(), threading.Event()
        self.thread = threading.Thread(target=self._look)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.thread.join()
        self._measure()

    def _look(self) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self.site.port}", timeout=60) as other:
            while not self.is_over.wait(0.05):
                began = time.monotonic()
                assert other.get("/sign-in/").status_code == 200
                self.slowest = max(self.slowest, time.monotonic() - began)
                self._measure()

    def _measure(self) -> None:
        self.growth = max(self.growth, self.site.resident_bytes() - self.before)


def usual_seconds(site: RealSite) -> float:
    """The longest answer of a page while nothing else goes on: what this machine does by itself."""
    with Meanwhile(site) as meanwhile:
        time.sleep(1)
    return meanwhile.slowest


def send(site: RealSite, content: bytes) -> httpx.Response:
    return site.client.post("/api/bundles/", files={"file": ("hostile.bundle", content)})


def external(tensor: TensorProto) -> TensorProto:
    set_external_data(tensor, "../../etc/passwd")
    return tensor


def tensor() -> TensorProto:
    return helper.make_tensor("stolen", TensorProto.FLOAT, [1], bytes(4), raw=True)


def graph(change: Callable[..., object]) -> Members:
    return {"model.onnx": graph_with(change)}


def sparse_outside(model: object) -> None:
    indices = helper.make_tensor("indices", TensorProto.INT64, [1], [0])
    sparse = helper.make_sparse_tensor(tensor(), indices, [4])
    external(sparse.values)
    model.graph.node.append(helper.make_node("Constant", [], ["loot"], sparse_value=sparse))  # type: ignore[attr-defined]


def constant_outside(model: object) -> None:
    node = helper.make_node("Constant", [], ["loot"], value=tensor())
    external(node.attribute[0].t)
    model.graph.node.append(node)  # type: ignore[attr-defined]


def initializer_outside(model: object) -> None:
    model.graph.initializer.append(external(tensor()))  # type: ignore[attr-defined]


def selfcheck(array: bytes) -> Members:
    return {"selfcheck.npz": bytes(zip_of({"image.npy": array}))}


# name -> (the members that are changed, the check that refuses, words of its sentence)
BUNDLES: dict[str, tuple[Callable[[], Members], str, str]] = {
    "a loop without an end": (lambda: graph(behind_the_probabilities), "operators", "operator 'Loop'"),
    "an array that claims 10^12 values": (
        lambda: selfcheck(npy("(1000000000000,)", bytes(16))),
        "selfcheck",
        "1000000000000 values",
    ),
    "pickled objects": (lambda: selfcheck(npy("(1,)", bytes(8), dtype="|O")), "selfcheck", "allowed"),
    "external data of an initializer": (lambda: graph(initializer_outside), "external data", "'stolen'"),
    "external data of a constant": (lambda: graph(constant_outside), "external data", "'stolen'"),
    "external data of a sparse tensor": (lambda: graph(sparse_outside), "external data", "'stolen'"),
    "a deep manifest": (lambda: {"manifest.json": b"[" * 10_000}, "manifest", "is not JSON"),
    "markup in the name": (
        lambda: {"manifest.json": json.dumps(tiny_manifest(name="<b>x</b>")).encode()},
        "manifest",
        "'<b>x</b>'",
    ),
    "a card that unpacks to 300 MB": (lambda: {"card.md": bytes(300_000_000)}, "size", "card.md is larger than"),
}


@pytest.mark.parametrize("name", BUNDLES)
def test_a_hostile_bundle_is_refused_while_others_work_on(name: str, site: RealSite, tmp_path: Path) -> None:
    made, check, words = BUNDLES[name]
    path = tmp_path / "tiny.bundle"
    make_tiny_bundle(path)
    rezipped(path, lambda own: own.update(made()))
    content = packed(path)
    usual = usual_seconds(site)
    with Meanwhile(site) as meanwhile:
        answer = send(site, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "bundle_refused")
    assert answer.json()["text"].startswith(f"hostile.bundle: {check}: ")
    assert words in answer.json()["text"]
    assert meanwhile.growth < MOST_GROWTH
    assert meanwhile.slowest < MOST_SECONDS + usual
    assert site.left_files() == list((site.home / "bundles").glob("*")) == []


def test_sixty_thousand_members_are_counted_within_a_second(site: RealSite) -> None:
    content = bytes(zip_of({f"{number:05d}": b"" for number in range(60_000)}))
    assert len(content) > 5_000_000
    usual = usual_seconds(site)
    with Meanwhile(site) as meanwhile:
        answer = send(site, content)
    assert answer.status_code == 422
    assert answer.json()["text"].startswith("hostile.bundle: members: 60000 members")
    assert meanwhile.growth < MOST_GROWTH
    assert meanwhile.slowest < MOST_SECONDS + usual


def packed(path: Path) -> bytes:
    """The bundle with deflated members, as a stranger would send a bomb."""
    target = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, source.read(name))
    return target.getvalue()


def test_deep_json_of_a_stranger_is_400(site: RealSite) -> None:
    with Meanwhile(site) as meanwhile:
        address = f"http://127.0.0.1:{site.port}/api/token/"
        answer = httpx.post(address, content=b"[" * 100_000, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "not_json")
    assert meanwhile.growth < MOST_GROWTH


@pytest.mark.parametrize("path", ["/api/uploads/", "/api/bundles/"])
def test_of_200_mib_of_a_stranger_nothing_is_kept(path: str, site: RealSite) -> None:
    with Meanwhile(site) as meanwhile:
        with announced(site, path) as line:  # one that waits for the answer
            assert line.makefile("rb").read().startswith(b"HTTP/1.1 401"), "answered and closed before the first byte"
        taken = 0
        with announced(site, path) as line, suppress(OSError):  # one that sends on until the line is closed
            while taken < 200:
                line.sendall(bytes(MIB))
                taken += 1
                assert site.open_bytes() == 0
    assert taken < 200
    assert site.left_files() == []
    assert meanwhile.growth < MOST_GROWTH


def announced(site: RealSite, path: str) -> socket.socket:
    """A line on which a stranger has announced 200 MiB."""
    line = socket.create_connection(("127.0.0.1", site.port), timeout=60)
    head = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: multipart/form-data; boundary=x"]
    line.sendall(("\r\n".join([*head, f"Content-Length: {200 * MIB}"]) + "\r\n\r\n").encode())
    return line
