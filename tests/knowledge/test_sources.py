from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import IndexStoreError
from knowledge.passage import Problem
from knowledge.sources import files, load
from knowledge.store import Sources


def _load(*paths: Path) -> tuple[list[str], list[str]]:
    """Texts and problems."""
    problems: list[Problem] = []
    _, passages = load(Sources(notes=False, paths=tuple(map(str, paths))), problems.append)
    return [p.text for p in passages], list(map(str, problems))


def test_all_kinds_of_files_are_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>第一份。</p>", "utf-8")
    (tmp_path / "b.md").write_text("**第二份**。", "utf-8")
    (tmp_path / "c.txt").write_bytes("第三份文件是用国标码存的，里面说的是河边的集市。".encode("gb18030"))
    (tmp_path / "d.png").write_bytes(b"\x89PNG")
    assert _load(tmp_path, tmp_path / "b.md") == (
        ["第一份。", "第二份。", "第三份文件是用国标码存的，里面说的是河边的集市。"],
        [],
    )
    assert [file.name for file in files([str(tmp_path)])] == ["a.html", "b.md", "c.txt"]


def test_what_is_wrong_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("第一份。", "utf-8")
    (tmp_path / "b.txt").write_text("Home\nLogin\nSearch\n", "utf-8")
    (tmp_path / "c.txt").symlink_to(tmp_path / "gone.txt")
    assert _load(tmp_path, tmp_path / "missing.txt") == (
        ["第一份。"],
        [
            f"{tmp_path}/c.txt is a link to what is not there; remove it.",
            f"{tmp_path}/missing.txt is not there; correct the path.",
            f"{tmp_path}/b.txt has nothing in it but headings, menus and notices; leave it out.",
        ],
    )


def test_if_there_is_nothing_that_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexStoreError, match=r"^There is no text in the given paths; give \.txt, \.md, .* some\.$"):
        _load(tmp_path)
    with pytest.raises(IndexStoreError, match=r"missing is not there; correct the path\.$"):
        _load(tmp_path / "missing")


PICTURE = "iVBORw0KGgo+/" * 40


@pytest.mark.parametrize(
    "data",
    [
        f"data:image/png;base64,{PICTURE}",
        "data:text/plain,short",
        PICTURE,
        "\n".join([PICTURE[:76]] * 5) + "\nAAAA=",
        "x" * 300_000,
    ],
)
def test_data_among_words_is_left_out(tmp_path: Path, data: str) -> None:
    (tmp_path / "a.txt").write_text(f"河边有集市，\n{data}\n周末很热闹。", "utf-8")
    assert _load(tmp_path) == (["河边有集市，周末很热闹。"], [])


def test_what_lost_characters_all_over_or_has_lines_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("河?边?" * 5_000, "utf-8")
    (tmp_path / "b.txt").write_text("河\ufffd边" * 5_000, "utf-8")
    (tmp_path / "c.md").write_text("- 河\n" * 150_001, "utf-8")
    (tmp_path / "d.txt").write_text("河边有集市，要去?吗?去。", "utf-8")
    lost = "has lost characters all over; save it again from what it was made of."
    assert _load(tmp_path)[1] == [
        f"{tmp_path}/a.txt {lost}",
        f"{tmp_path}/b.txt {lost}",
        f"{tmp_path}/c.md has more than 150,000 lines; split it.",
    ]
