"""Serving the page: loopback by default, and nothing that a browser would fetch from elsewhere."""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from importlib.resources import files
from ipaddress import ip_address
from threading import Thread
from time import monotonic, sleep
from typing import Any

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.listen import listen, url
from bot.web import upload
from bot.web.library import Library
from bot.web.page import Advisor, build
from bot.web.shelf import Shelf

START_SECONDS = 60.0

# The second line of defence behind render.py's escaping: no script but the page's own files and the inline ones that
# carry this response's nonce (Gradio compiles templates, hence 'unsafe-eval'), and no request to another host.
_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; media-src 'self'; worker-src 'self' blob:; "
    "manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
_SOCIAL_CARD = re.compile(r"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>\s*")
# Until chat.js finds words and style in place the page stays unseen, or its parts would jump; never longer than that.
_HEAD = (
    '<link rel="icon" href="data:image/svg+xml,'
    "%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' "
    "fill='%23155e63'/%3E%3Cpath d='M7 12h14m-5-5 5 5-5 5M25 21H11m5-5-5 5 5 5' fill='none' stroke='%23fff' "
    "stroke-width='2.4' stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E\">"
    "<style>body:not(.ready) gradio-app { visibility: hidden; animation: appear 0s 8s forwards }"
    "@keyframes appear { to { visibility: visible } }</style>"
)


class Guard:
    """ASGI middleware: pages carry the policy and lose Gradio's own social cards."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"text/html" in headers.get(b"accept", b""):
            # A compressed page could not be rewritten.
            headers.pop(b"accept-encoding", None)
            scope["headers"] = list(headers.items())
        page = _Page(send)
        await self._app(scope, receive, page.send)


class _Page:
    """Holds an HTML response back until it is whole; passes everything else on as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            if headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers:
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)
            return
        await self._send(message)

    async def _finish(self, start: Message) -> None:
        nonce = secrets.token_urlsafe(16)
        html = _SOCIAL_CARD.sub("", self._body.decode())
        html = html.replace("<script", f'<script nonce="{nonce}"').replace("</head>", f"{_HEAD}</head>", 1)
        body = html.encode()
        headers = MutableHeaders(scope=start)
        headers["Content-Length"] = str(len(body))
        headers["Content-Security-Policy"] = _POLICY.format(nonce=nonce)
        headers["Cache-Control"] = "no-store"
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def theme() -> gr.themes.Base:
    """Gradio's plainest theme with no font of its own; style.css does the rest."""
    return gr.themes.Base(font=["sans-serif"], font_mono=["monospace"]).set(
        body_background_fill="#faf9f6",
        body_background_fill_dark="#15181a",
        body_text_color="#1d2327",
        body_text_color_dark="#e9e7e2",
    )


def application(advisor: Advisor, *, loopback: bool = False) -> FastAPI:
    """The page as an ASGI application at ``/``; ``loopback`` says that it is served to this machine alone."""
    undocumented: dict[str, Any] = {"docs_url": None, "redoc_url": None, "openapi_url": None}
    app = FastAPI(**undocumented)
    app.add_middleware(Guard)
    library = Library(Shelf(advisor), loopback=loopback)
    # What is mounted at / takes all that was not taken before.
    upload.add_route(app, library)
    gr.mount_gradio_app(
        app,
        build(advisor, library, loopback=loopback),
        path="/",
        footer_links=[],
        run_history=False,
        app_kwargs=undocumented,
        allowed_paths=[],
        show_error=False,
        # Files come by upload.py alone.
        max_file_size=0,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=theme(),
        css=files("bot.web").joinpath("style.css").read_text("utf-8"),
    )
    return app


def _answers(address: str) -> bool:
    """Whether the page itself comes back; asked directly, because a proxy would not reach this machine."""
    host, _, port = address.removeprefix("http://").removesuffix("/").rpartition(":")
    connection = HTTPConnection(host.strip("[]"), int(port), timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _announce(server: uvicorn.Server, address: str, on_ready: Callable[[str], None]) -> None:
    deadline = monotonic() + START_SECONDS
    while monotonic() < deadline and not server.should_exit:
        if server.started and _answers(address):
            on_ready(address)
            return
        sleep(0.05)


def serve(
    advisor: Advisor,
    host: str = "127.0.0.1",
    port: int = 7860,
    *,
    on_ready: Callable[[str], None],
    listener: socket.socket | None = None,
) -> None:
    """Serve the page until Ctrl-C; port 0 takes a free one, and a ``listener`` stands for both.

    ``on_ready`` gets the page's address once it answers. Raises ServerError where the port cannot be had.
    """
    with listener or listen(host, port) as listening:
        # A browser holds its event stream open: without a limit Ctrl-C would wait for it.
        loopback = ip_address(listening.getsockname()[0]).is_loopback
        config = uvicorn.Config(
            application(advisor, loopback=loopback), log_level="warning", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        Thread(target=_announce, args=(server, url(listening), on_ready), daemon=True).start()
        try:
            server.run(sockets=[listening])
        except KeyboardInterrupt:
            return
