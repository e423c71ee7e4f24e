"""The chat page: its parts, and one thin handler for each thing a user can do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from importlib.resources import files
from typing import Any, Literal, Protocol
from uuid import uuid4

# Read once, when gradio is imported: no usage reports, and no look for a newer version.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")

import gradio as gr
from pydantic import Field, ValidationError

from bot.errors import QuliuError
from bot.turn import Answer, Claim
from bot.web import render
from bot.web.turns import Turn, restored
from knowledge.passage import Frozen, Language
from knowledge.script import readable

ASKED_AT_ONCE = 4
WAITING_AT_MOST = 64

Turns = tuple[Turn, ...]


class Advisor(Protocol):
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


class Visit(Frozen):
    """What the browser keeps between visits: its conversation, and the language if the user chose one."""

    thread_id: str = Field(default_factory=lambda: uuid4().hex, pattern=r"^[0-9a-f]{32}$")
    language: Literal["auto", "zh", "en"] = "auto"

    @property
    def answers_in(self) -> Language | None:
        """The language of all answers; None follows each question's."""
        return None if self.language == "auto" else self.language

    def interface(self, request: gr.Request) -> Language:
        """The language of the page's own words: the chosen one, or else the browser's."""
        accepted = request.headers.get("accept-language", "")
        return self.answers_in or ("zh" if accepted.lower().startswith("zh") else "en")


def _visit(stored: object) -> Visit:
    """The visit as the browser kept it, or a new one where it kept none or something else."""
    try:
        return Visit.model_validate(stored)
    except ValidationError:
        return Visit()


class Handlers:
    """One method for each thing a user can do; ``shown`` gives what the page shows of a conversation."""

    def __init__(self, advisor: Advisor) -> None:
        self._advisor = advisor

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
        )

    def arrive(self, stored: object, request: gr.Request) -> tuple[Any, ...]:
        """A page is opened: its words, and the conversation that the browser remembers."""
        visit = _visit(stored)
        interface = visit.interface(request)
        notice: str | None = None
        turns: Turns = ()
        try:
            turns = restored(self._advisor.history(visit.thread_id))
        except QuliuError as error:
            notice = render.words(interface)["turn"]["restore_failed"].format(message=error)
        conversation = list(self.shown(turns, interface))
        if notice:
            conversation[2] = str(render.empty(interface, notice))
        return (visit.model_dump(), *self.labels(visit, interface), *conversation)

    def choose_language(self, language: str, stored: object, turns: Turns, request: gr.Request) -> tuple[Any, ...]:
        """Page and answers in that language from now on; earlier answers stay as they are."""
        visit = Visit.model_validate({**_visit(stored).model_dump(), "language": language})
        interface = visit.interface(request)
        rendered = render.past(turns, interface), render.live(turns, interface)
        return (visit.model_dump(), *self.labels(visit, interface), *rendered)

    def ask(self, text: str, turns: Turns, stored: object, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Stream an answer; the same question again replaces the last answer."""
        visit = _visit(stored)
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
        return self.shown(stopped, _visit(stored).interface(request))

    def break_off(self, turns: Turns, stored: object, request: gr.Request) -> tuple[Any, ...]:
        """An error nobody foresaw: the log has it, the page says so in one line."""
        interface = _visit(stored).interface(request)
        if turns and turns[-1].open:
            message = render.words(interface)["turn"]["failed_unexpected"]
            turns = (*turns[:-1], turns[-1].fail(message))
        return self.shown(turns, interface)

    def start_over(self, stored: object, request: gr.Request) -> tuple[Any, ...]:
        """Forget this conversation, which nothing could open again, and begin another."""
        visit = _visit(stored)
        fresh = Visit(language=visit.language)
        # What cannot be forgotten cannot be opened either: a new conversation begins all the same.
        with suppress(QuliuError):
            self._advisor.forget(visit.thread_id)
        return (fresh.model_dump(), "", *self.shown((), visit.interface(request)))


def build(advisor: Advisor) -> gr.Blocks:
    """The page, ready to be served."""
    do = Handlers(advisor)
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

        conversation = [turns, past, live, ask, stop]
        answered = [question, *conversation]
        labelled = [brand, language, new, question, ask, stop, skip, panel]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        at_once: dict[str, Any] = {**quiet, "queue": False}
        streaming: dict[str, Any] = {**quiet, "concurrency_id": "ask", "concurrency_limit": ASKED_AT_ONCE}

        page.load(do.arrive, [stored], [stored, *labelled, *conversation], **at_once)
        language.input(do.choose_language, [language, stored, turns], [stored, *labelled, past, live], **at_once)
        asking = [
            gr.on(
                [question.submit, ask.click], do.ask, [question, turns, stored], [question, *conversation], **streaming
            ),
            live.submit(do.ask_this, [turns, stored], [question, *conversation], **streaming),
            live.retry(do.retry, [turns, stored], [question, *conversation], **streaming),
        ]
        for event in asking:
            event.failure(do.break_off, [turns, stored], conversation, **at_once)
        stop.click(do.stop, [turns, stored], conversation, cancels=asking, **at_once)
        new.click(do.start_over, [stored], [stored, *answered], cancels=asking, **at_once)
    page.queue(max_size=WAITING_AT_MOST, api_open=False)
    return page
