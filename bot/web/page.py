"""The chat page: its parts, and one thin handler for each thing a user can do."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib.resources import files
from typing import Any, Literal, Protocol
from uuid import uuid4

# Read once, when gradio is imported: no usage reports, and no look for a newer version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr
from pydantic import ValidationError

from bot.errors import ConversationError, QuliuError
from bot.turn import Answer, Claim, Profile, ThreadInfo
from bot.web import about, documents, render, shelf
from bot.web.form import complaint, corrected
from bot.web.library import Library, Place
from bot.web.turns import Turn, restored
from bot.web.visitor import Visit, is_here, visit_of
from knowledge.passage import Language
from knowledge.script import readable

ASKED_AT_ONCE = 4
WAITING_AT_MOST = 64
# In so many windows at once one sees how far it is.
INDEXING_FOLLOWED = 8

_QUIET: Mapping[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}

Turns = tuple[Turn, ...]


class Advisor(shelf.Advisor, Protocol):
    """What the page needs of an advisor."""

    def stream(
        self, text: str, thread_id: str | None = None, language: Language | None = None
    ) -> Iterator[Claim | Answer]:
        """Claims as they are verified, then the answer."""
        ...

    def history(self, thread_id: str) -> tuple[Answer, ...]:
        """The past answers of a thread, oldest first."""
        ...

    def forget(self, thread_id: str) -> None:
        """Delete a thread."""
        ...

    def threads(self) -> tuple[ThreadInfo, ...]:
        """Every thread, the one with the latest change first."""
        ...

    def export(self, thread_id: str, format_: Literal["markdown", "json"] = "markdown") -> str:
        """A whole thread as a text."""
        ...

    def profile(self, thread_id: str) -> Profile:
        """What is known of the person who asks in a thread."""
        ...

    def set_profile(self, thread_id: str, profile: Profile) -> None:
        """Put that right, from the next answer on."""
        ...


class Handlers:
    """One method for each thing a user can do; ``shown`` gives what the page shows of a conversation.

    ``loopback`` says that the page is served to this machine alone: only there may one see all conversations.
    """

    def __init__(self, advisor: Advisor, library: Library | None = None, *, loopback: bool = False) -> None:
        self._advisor = advisor
        self._library = library or Library(shelf.Shelf(advisor), loopback=loopback)
        self._loopback = loopback

    def _is_here(self, request: gr.Request) -> bool:
        return self._loopback and is_here(request)

    def _visit(self, stored: object, request: gr.Request) -> Visit:
        return visit_of(stored, here=self._is_here(request))

    def _about(
        self, visit: Visit, request: gr.Request, refused: about.Refused | None = None, notice: str | None = None
    ) -> tuple[Any, ...]:
        """Values for the panel about the visitor, and for the button that opens it."""
        interface = visit.interface(request)
        profile, begun = Profile(), False
        threads: tuple[ThreadInfo, ...] = ()
        try:
            profile = self._advisor.profile(visit.thread_id)
            begun = bool(self._advisor.history(visit.thread_id))
            threads = self._advisor.threads() if self._is_here(request) else ()
        except QuliuError as error:
            notice = render.words(interface)["about"]["failed"].format(message=error)
        panel = about.panel(
            profile,
            interface,
            thread_id=visit.thread_id,
            begun=begun,
            threads=threads,
            refused=refused,
            notice=notice,
        )
        return panel, gr.update(value=about.label(profile, interface))

    def know(self, stored: object, request: gr.Request) -> tuple[Any, ...]:
        """Show what is known by now."""
        return self._about(self._visit(stored, request), request)

    def edit(self, stored: object, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """A field of the profile was rewritten, or emptied."""
        return self._correct(stored, request, str(event.field), str(event.written))

    def forget_all(self, stored: object, request: gr.Request) -> tuple[Any, ...]:
        """Empty the whole profile."""
        return self._correct(stored, request, None, "")

    def _correct(self, stored: object, request: gr.Request, field: str | None, written: str) -> tuple[Any, ...]:
        visit = self._visit(stored, request)
        interface = visit.interface(request)
        refused, notice = None, None
        try:
            profile = corrected(self._advisor.profile(visit.thread_id), field, written) if field else Profile()
            self._advisor.set_profile(visit.thread_id, profile)
        except ValidationError as error:
            refused = about.Refused(field=field or "", written=written, reason=complaint(error, interface))
        except QuliuError as error:
            notice = render.words(interface)["about"]["failed"].format(message=error)
        return self._about(visit, request, refused, notice)

    def open_thread(self, stored: object, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Go on with another conversation."""
        visit = self._visit(stored, request)
        if self._is_here(request):
            visit = visit_of({**visit.model_dump(), "thread_id": str(event.thread)}, here=True)
        return (visit.model_dump(), "", *self._restored(visit, request), *self._about(visit, request))

    def delete_thread(self, stored: object, turns: Turns, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Delete a conversation; after one's own another begins."""
        visit = self._visit(stored, request)
        interface = visit.interface(request)
        notice: str | None = None
        try:
            thread_id = self._allowed(str(event.thread), visit, request)
            self._advisor.forget(thread_id)
            if thread_id == visit.thread_id:
                visit, turns = Visit(language=visit.language), ()
        except QuliuError as error:
            notice = render.words(interface)["about"]["failed"].format(message=error)
        shown = self.shown(turns, interface)
        return (visit.model_dump(), gr.skip(), *shown, *self._about(visit, request, notice=notice))

    def download(self, stored: object, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Hand a conversation over as a file."""
        visit = self._visit(stored, request)
        json = event.format == "json"
        try:
            thread_id = self._allowed(str(event.thread), visit, request)
            text = self._advisor.export(thread_id, "json" if json else "markdown")
        except QuliuError as error:
            notice = render.words(visit.interface(request))["about"]["failed"].format(message=error)
            return ("", *self._about(visit, request, notice=notice))
        name, kind = ("quliu.json", "application/json") if json else ("quliu.md", "text/markdown")
        return (about.download(name, kind, text, uuid4().hex), gr.skip(), gr.skip())

    def _allowed(self, thread_id: str, visit: Visit, request: gr.Request) -> str:
        if thread_id != visit.thread_id and not self._is_here(request):
            raise ConversationError("That is another visitor's conversation; open your own.")
        return thread_id

    def shown(self, turns: Turns, interface: Language) -> tuple[Any, ...]:
        """Values for ``conversation`` of ``build``, in its order."""
        busy = bool(turns) and turns[-1].open
        return (
            turns,
            render.past(turns, interface),
            render.live(turns, interface),
            gr.update(visible=not busy),
            gr.update(visible=busy),
        )

    def labels(self, visit: Visit, interface: Language) -> tuple[Any, ...]:
        """Values for ``labelled`` of ``build``, in its order."""
        texts = render.words(interface)["page"]
        choices = [(texts["language_auto"], "auto"), ("中文", "zh"), ("English", "en")]
        return (
            render.brand(interface),
            gr.update(choices=choices, value=visit.language, label=texts["language"], info=texts["language_auto_hint"]),
            gr.update(value=texts["new"]),
            gr.update(label=texts["question"], placeholder=texts["placeholder"]),
            gr.update(value=texts["ask"]),
            gr.update(value=texts["stop"]),
            render.skip_link(interface),
            render.panel(interface),
            documents.link(interface),
        )

    def arrive(self, stored: object, request: gr.Request) -> tuple[Any, ...]:
        """A page is opened: its words, and the conversation that the browser remembers."""
        visit = self._visit(stored, request)
        labels = self.labels(visit, visit.interface(request))
        return (visit.model_dump(), *labels, *self._restored(visit, request), *self._about(visit, request))

    def _restored(self, visit: Visit, request: gr.Request) -> tuple[Any, ...]:
        """Values for ``conversation`` of ``build``: the visit's, as it was kept."""
        interface = visit.interface(request)
        try:
            return self.shown(restored(self._advisor.history(visit.thread_id)), interface)
        except QuliuError as error:
            notice = render.words(interface)["turn"]["restore_failed"].format(message=error)
        conversation = list(self.shown((), interface))
        conversation[2] = str(render.empty(interface, notice))
        return tuple(conversation)

    def choose_language(
        self, language: str, stored: object, turns: Turns, place: Place | None, request: gr.Request
    ) -> tuple[Any, ...]:
        """Page and answers in that language from now on; earlier answers stay as they are."""
        visit = Visit.model_validate({**self._visit(stored, request).model_dump(), "language": language})
        interface = visit.interface(request)
        rendered = render.past(turns, interface), render.live(turns, interface)
        opened = self._library.shown(place, interface, turns, request)
        return (visit.model_dump(), *self.labels(visit, interface), *rendered, *self._about(visit, request), opened)

    def ask(self, text: str, turns: Turns, stored: object, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Stream an answer; the same question again replaces the last answer."""
        visit = self._visit(stored, request)
        interface = visit.interface(request)
        text = readable(text)
        if not text.strip():
            yield tuple(gr.skip() for _ in range(6))
            return
        earlier = turns[:-1] if turns and turns[-1].question == text else turns
        turn = Turn(question=text)
        yield ("", *self.shown((*earlier, turn), interface))
        try:
            for event in self._advisor.stream(text, thread_id=visit.thread_id, language=visit.answers_in):
                turn = turn.after(event)
                yield (gr.skip(), *self.shown((*earlier, turn), interface))
        except QuliuError as error:
            failure = render.words(interface)["turn"]["failed"].format(message=error)
            yield (gr.skip(), *self.shown((*earlier, turn.fail(failure)), interface))

    def ask_this(
        self, turns: Turns, stored: object, event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Ask an example or a suggestion."""
        yield from self.ask(str(event.question), turns, stored, request)

    def retry(self, turns: Turns, stored: object, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Ask the last question again."""
        yield from self.ask(turns[-1].question if turns else "", turns, stored, request)

    def stop(self, turns: Turns, stored: object, request: gr.Request) -> tuple[Any, ...]:
        """Keep what has been said so far."""
        stopped = (*turns[:-1], turns[-1].stop()) if turns else turns
        return self.shown(stopped, self._visit(stored, request).interface(request))

    def break_off(self, turns: Turns, stored: object, request: gr.Request) -> tuple[Any, ...]:
        """An error nobody foresaw: the log has it, the page says so in one line."""
        interface = self._visit(stored, request).interface(request)
        if turns and turns[-1].open:
            message = render.words(interface)["turn"]["failed_unexpected"]
            turns = (*turns[:-1], turns[-1].fail(message))
        return self.shown(turns, interface)

    def start_over(self, stored: object, request: gr.Request) -> tuple[Any, ...]:
        """Begin another conversation, and forget this one where nothing could open it again."""
        visit = self._visit(stored, request)
        fresh = Visit(language=visit.language)
        if not self._is_here(request):
            # What cannot be forgotten cannot be opened either: a new conversation begins all the same.
            with suppress(QuliuError):
                self._advisor.forget(visit.thread_id)
        return (fresh.model_dump(), "", *self.shown((), visit.interface(request)), *self._about(fresh, request))


def build(advisor: Advisor, library: Library | None = None, *, loopback: bool = False) -> gr.Blocks:
    """The page, ready to be served; ``loopback`` says that it is served to this machine alone."""
    library = library or Library(shelf.Shelf(advisor), loopback=loopback)
    do = Handlers(advisor, library, loopback=loopback)
    known_script = files("bot.web").joinpath("about.js").read_text("utf-8")
    script = files("bot.web").joinpath("chat.js").read_text("utf-8")
    page = gr.Blocks(title="quliu 去留", fill_width=True, analytics_enabled=False)
    with page:
        # A fixed key and secret, or a restarted server could not read back what it stored.
        stored = gr.BrowserState(storage_key="quliu", secret="quliu")
        turns = gr.State(())
        with gr.Row(elem_id="top"):
            brand = gr.HTML(elem_id="brand", js_on_load=None, apply_default_css=False)
            language = gr.Radio(
                [("自动", "auto"), ("中文", "zh"), ("English", "en")], value="auto", elem_id="language", container=False
            )
            link = gr.HTML(elem_id="nav", js_on_load=None, apply_default_css=False)
            you = gr.Button("", elem_id="you", size="sm")
            new = gr.Button("＋", elem_id="new", size="sm")
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="conversation"):
                past = gr.HTML(elem_id="past", js_on_load=None, apply_default_css=False)
                live = gr.HTML(elem_id="live", js_on_load=script, apply_default_css=False)
                with gr.Row(elem_id="composer"):
                    question = gr.Textbox(
                        elem_id="question", show_label=False, lines=1, max_lines=8, container=False, autoscroll=False
                    )
                    ask = gr.Button("→", elem_id="ask", variant="primary")
                    stop = gr.Button("■", elem_id="stop", visible=False)
                    skip = gr.HTML(elem_id="skip", js_on_load=None, apply_default_css=False)
            panel = gr.HTML(elem_id="evidence", js_on_load=None, apply_default_css=False)
        place, opened = _library(library, stored, turns)
        download = gr.HTML(elem_id="download", js_on_load=None, apply_default_css=False)
        known = gr.HTML(elem_id="about", js_on_load=known_script, apply_default_css=False)

        conversation = [turns, past, live, ask, stop]
        answered = [question, *conversation]
        labelled = [brand, language, new, question, ask, stop, skip, panel, link]
        at_once: dict[str, Any] = {**_QUIET, "queue": False}
        streaming: dict[str, Any] = {**_QUIET, "concurrency_id": "ask", "concurrency_limit": ASKED_AT_ONCE}

        of_visitor = [known, you]
        page.load(do.arrive, [stored], [stored, *labelled, *conversation, *of_visitor], **at_once)
        language.input(
            do.choose_language,
            [language, stored, turns, place],
            [stored, *labelled, past, live, *of_visitor, opened],
            **at_once,
        )
        asking = [
            gr.on(
                [question.submit, ask.click], do.ask, [question, turns, stored], [question, *conversation], **streaming
            ),
            live.submit(do.ask_this, [turns, stored], [question, *conversation], **streaming),
            live.retry(do.retry, [turns, stored], [question, *conversation], **streaming),
        ]
        for event in asking:
            event.failure(do.break_off, [turns, stored], conversation, **at_once)
            event.then(do.know, [stored], of_visitor, **at_once)
        stop.click(do.stop, [turns, stored], conversation, cancels=asking, **at_once)
        new.click(do.start_over, [stored], [stored, *answered, *of_visitor], cancels=asking, **at_once)
        known.edit(do.edit, [stored], of_visitor, **at_once)
        known.clear(do.forget_all, [stored], of_visitor, **at_once)
        known.select(do.open_thread, [stored], [stored, *answered, *of_visitor], **at_once)
        known.delete(do.delete_thread, [stored, turns], [stored, *answered, *of_visitor], **at_once)
        known.download(do.download, [stored], [download, *of_visitor], **at_once)
    page.queue(max_size=WAITING_AT_MOST, api_open=False)
    return page


def _library(library: Library, stored: gr.BrowserState, turns: gr.State) -> tuple[gr.State, gr.HTML]:
    """The Documents page: what is open there, and the part that shows it."""
    script = files("bot.web").joinpath("documents.js").read_text("utf-8")
    place = gr.State(None)
    with gr.Column(elem_id="library"):
        indexing = gr.HTML(elem_id="indexing", js_on_load=None, apply_default_css=False)
        opened = gr.HTML(elem_id="documents", js_on_load=script, apply_default_css=False)
    opened.select(library.open, [stored, turns], [place, opened, indexing], **_QUIET, queue=False)
    indexed: dict[str, Any] = {
        **_QUIET,
        "concurrency_id": "index",
        "concurrency_limit": INDEXING_FOLLOWED,
        # What comes while files are being indexed is not to be lost.
        "trigger_mode": "multiple",
    }
    opened.upload(library.add, [stored, turns], [indexing, opened], **indexed)
    opened.delete(library.remove, [stored, turns], [indexing, opened], **indexed)
    return place, opened
