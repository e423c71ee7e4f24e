"""How files come to the page: one request each, its body the file; refused here, whatever a browser shows."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from starlette.requests import ClientDisconnect

from bot.web.library import Library
from bot.web.shelf import Line, RefusedError
from bot.web.status import said
from bot.web.visitor import is_own_page
from knowledge.passage import Language

PATH = "/documents"

_MOST_NAME = 1000


def add_route(app: FastAPI, library: Library) -> None:
    """Take ``PUT /documents?name=…``: 204 once the file is kept, or a status and why it is not, in one line."""
    shelf = library.shelf

    async def put(request: Request, name: str = "", language: Language = "en") -> Response:
        name = name[:_MOST_NAME]
        if not library.takes_files(request) or not is_own_page(request):
            return _refused(403, Line(said="closed", values={}), language)
        try:
            if not name.strip():
                raise RefusedError("no_name")
            if _length(request) > shelf.most_bytes:
                raise shelf.too_large(name)
            await shelf.receive(name, request.stream())
        except RefusedError as error:
            return _refused(413 if error.line.said == "large" else 422, error.line, language)
        except OSError as error:
            values = {"name": name, "reason": error.strerror or str(error)}
            return _refused(507, Line(said="disk", values=values), language)
        except ClientDisconnect:
            return Response(status_code=400)
        return Response(status_code=204)

    app.put(PATH)(put)


def _length(request: Request) -> int:
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0


def _refused(status: int, line: Line, language: Language) -> Response:
    # What is left of the body is not read.
    return PlainTextResponse(said(line, language), status, {"Connection": "close"})
