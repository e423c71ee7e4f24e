"""Who looks at the page: what their browser keeps, and whether they sit at this machine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Literal, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from pydantic import Field, ValidationError

from knowledge.passage import Frozen, Language

# What the page names a conversation, and nobody else could guess.
_OURS = re.compile(r"[0-9a-f]{32}")


class Visit(Frozen):
    """What the browser keeps between visits: its conversation, and the language if the user chose one."""

    thread_id: str = Field(default_factory=lambda: uuid4().hex, min_length=1, max_length=200)
    language: Literal["auto", "zh", "en"] = "auto"

    @property
    def answers_in(self) -> Language | None:
        """The language of all answers; None follows each question's."""
        return None if self.language == "auto" else self.language

    def interface(self, request: Request) -> Language:
        """The language of the page's own words: the chosen one, or else the browser's."""
        accepted = request.headers.get("accept-language", "")
        return self.answers_in or ("zh" if accepted.lower().startswith("zh") else "en")


class _Client(Protocol):
    @property
    def host(self) -> str: ...


class Request(Protocol):
    """What is looked at in a request, Gradio's or Starlette's."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by their names in lower case."""
        ...

    @property
    def client(self) -> _Client | None:
        """Where it comes from."""
        ...


def visit_of(stored: object, *, here: bool = False) -> Visit:
    """The visit as the browser kept it, or a new one where it kept none or something else.

    Whoever sits ``here`` may also open a conversation that the command line began under a name of its own.
    """
    try:
        visit = Visit.model_validate(stored)
    except ValidationError:
        return Visit()
    return visit if here or _OURS.fullmatch(visit.thread_id) else Visit(language=visit.language)


def is_here(request: Request) -> bool:
    """Whether a visitor sits at this machine: not behind a proxy, and not at a name that was bent to it."""
    headers = request.headers
    forwarded = any(name in headers for name in ("forwarded", "x-forwarded-for", "x-real-ip"))
    client = request.client.host if request.client else None
    return not forwarded and _is_loopback(_name(headers.get("host", ""))) and _is_loopback(client)


def is_own_page(request: Request) -> bool:
    """Whether a request comes from a page of this very address, as far as the browser says where it comes from."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
