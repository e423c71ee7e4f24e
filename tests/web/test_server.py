"""The served page over plain HTTP."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlencode, urlsplit

import pytest
from starlette.testclient import TestClient

from bot.errors import QuliuError, ServerError
from bot.web import build, serve
from bot.web.server import application
from bot.web.visitor import Visit, visit_of
from tests.web.fake import FakeAdvisor


def get(url: str, path: str = "/", **headers: str) -> tuple[int, dict[str, str], str]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read().decode()


def test_a_port_in_use_is_one_line_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerError) as caught:
            serve(FakeAdvisor(), port=port, on_ready=print)
    assert isinstance(caught.value, QuliuError)
    assert str(caught.value) == (
        f"Cannot listen on 127.0.0.1:{port} (Address already in use); choose another port or host."
    )


def test_the_page_names_no_other_host_and_forbids_any(url: str) -> None:
    status, headers, html = get(url, accept="text/html", **{"accept-encoding": "br, gzip"})
    assert (status, urlsplit(url).hostname) == (200, "127.0.0.1")
    # Names of XML vocabularies are no addresses.
    hosts = {urlsplit(found).netloc for found in re.findall(r"https?://[^\s\"'<>\\)]+", html)}
    assert hosts <= {urlsplit(url).netloc, "www.w3.org"}
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert {name: policy[name] for name in ("default-src", "connect-src", "img-src", "base-uri")} == {
        "default-src": "'none'",
        "connect-src": "'self'",
        "img-src": "'self' data: blob:",
        "base-uri": "'self'",
    }
    nonce = re.search(r"'nonce-([^']+)'", policy["script-src"])
    assert nonce
    assert html.count("<script") == html.count(f'<script nonce="{nonce[1]}"')
    assert "'unsafe-inline'" not in policy["script-src"]


def test_no_interface_but_the_page_is_offered(url: str) -> None:
    info = get(url, "/gradio_api/info")[2]
    assert '"named_endpoints":{}' in info
    assert '"unnamed_endpoints":{}' in info
    assert {path: get(url, path)[0] for path in ("/docs", "/redoc", "/openapi.json")} == dict.fromkeys(
        ("/docs", "/redoc", "/openapi.json"), 404
    )
    assert get(url, "/gradio_api/file=/etc/hostname")[0] == 403


def test_the_page_is_built_private_and_takes_several_users() -> None:
    page = build(FakeAdvisor())
    assert not page.analytics_enabled
    assert {function.api_visibility for function in page.fns.values()} == {"private"}
    streaming = [function for function in page.fns.values() if function.concurrency_id == "ask"]
    assert [function.concurrency_limit for function in streaming] == [4, 4, 4]


@pytest.mark.parametrize("stored", [None, {}, {"thread_id": "../etc"}, {"thread_id": 3}, "x", {"surprise": 1}])
def test_a_browser_that_stored_something_else_gets_a_new_conversation(stored: object) -> None:
    visit = visit_of(stored)
    assert visit.language == "auto"
    assert re.fullmatch(r"[0-9a-f]{32}", visit.thread_id)
    assert visit_of(visit.model_dump()) == visit == Visit.model_validate(visit.model_dump())


def put(url: str, name: str, content: bytes, language: str = "en", **headers: str) -> tuple[int, str]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    query = urlencode({"name": name, "language": language})
    connection.request("PUT", f"/documents?{query}", body=content, headers=headers)
    response = connection.getresponse()
    return response.status, response.read().decode()


@pytest.fixture
def folder(advisor: FakeAdvisor) -> Iterator[Path]:
    """Where files come to, empty again afterwards."""
    yield advisor.settings.documents_dir
    shutil.rmtree(advisor.settings.documents_dir, ignore_errors=True)


def test_a_file_is_taken_from_a_page_of_this_machine_alone(url: str, folder: Path) -> None:
    own = f"http://{urlsplit(url).netloc}"
    assert put(url, "合肥 笔记.txt", b"one", origin=own) == (204, "")
    closed = "Files cannot be added here; use `quliu index` on the computer that runs quliu."
    for headers in (
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"host": "evil.example:7860"},
        {"x-forwarded-for": "203.0.113.9"},
        {"host": "["},
    ):
        assert put(url, "b.txt", b"two", **headers)[0] in (400, 403)
    assert put(url, "b.txt", b"two", origin="http://evil.example") == (403, closed)
    assert put(url, "b.txt", b"two", "zh", origin="null")[1].startswith("这里不能添加文件")
    assert [path.read_bytes() for path in folder.iterdir()] == [b"one"]


def test_what_is_wrong_with_a_file_is_one_line(url: str, folder: Path) -> None:
    assert put(url, "", b"x") == (422, "A file needs a name.")
    assert put(url, "a.txt", b"") == (422, "a.txt is not added: it is empty.")
    assert put(url, "a.txt", b"", "zh") == (422, "a.txt 没有添加：里面是空的。")
    assert put(url, "{0}\n<b>.exe", b"x")[1].startswith("{0} <b>.exe is of no kind that can be read")
    assert put(url, "a.txt", b"x", "xx")[0] == 422
    assert list(folder.iterdir()) == [] if folder.exists() else True


def test_a_file_that_says_it_is_large_is_not_even_read(url: str, folder: Path) -> None:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.putrequest("PUT", "/documents?name=a.txt")
    connection.putheader("Content-Length", str(500_000_000))
    connection.endheaders()
    response = connection.getresponse()
    assert (response.status, response.read().decode()) == (413, "a.txt is larger than 20 MB.")
    assert not folder.exists()


def test_a_file_that_breaks_off_is_not_kept(url: str, folder: Path) -> None:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    connection.putrequest("PUT", "/documents?name=a.txt")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b"half of it")
    deadline = monotonic() + 10
    while not (folder.exists() and [*folder.iterdir()]) and monotonic() < deadline:
        sleep(0.01)
    connection.close()
    while [*folder.iterdir()] and monotonic() < deadline:
        sleep(0.01)
    assert [*folder.iterdir()] == []


@pytest.mark.parametrize(
    ("uploads", "loopback", "taken"),
    [("auto", True, True), ("auto", False, False), ("off", True, False), ("on", False, True)],
)
def test_files_are_refused_where_the_page_is_served_to_others_or_they_are_switched_off(
    tmp_path: Path, uploads: str, loopback: bool, taken: bool
) -> None:
    advisor = FakeAdvisor(folder=tmp_path)
    advisor.settings = advisor.settings.changed(uploads=uploads)
    client = TestClient(application(advisor, loopback=loopback), "http://127.0.0.1", client=("127.0.0.1", 50000))
    assert client.put("/documents?name=a.txt", content=b"x").status_code == (204 if taken else 403)
    assert advisor.settings.documents_dir.exists() == taken


def test_gradio_itself_takes_no_file(url: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nx\r\n--x--\r\n'
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    headers = {"content-type": "multipart/form-data; boundary=x"}
    connection.request("POST", "/gradio_api/upload", body=body, headers=headers)
    assert connection.getresponse().status == 413


@pytest.mark.slow
def test_ctrl_c_ends_the_server_quietly() -> None:
    command = [sys.executable, "-m", "tests.web.fake", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ) as server:
        assert server.stdout
        address = server.stdout.readline().strip()
        assert get(address)[0] == 200
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=20)
    assert (server.returncode, errors) == (0, "")
