"""The served page over plain HTTP."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from bot.errors import QuliuError, ServerError
from bot.web import build, serve
from bot.web.page import Visit
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
    from bot.web.page import _visit

    visit = _visit(stored)
    assert visit.language == "auto"
    assert re.fullmatch(r"[0-9a-f]{32}", visit.thread_id)
    assert _visit(visit.model_dump()) == visit == Visit.model_validate(visit.model_dump())


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
