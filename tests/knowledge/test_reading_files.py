from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from knowledge import IndexStoreError
from knowledge.reading import Found, Problem, find_files


def _write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder"


def test_folders_are_searched_to_any_depth_for_the_kinds_that_can_be_read(folder: Path) -> None:
    names = ["a.txt", "b.MD", "c.markdown", "d/e.html", "d/f/g.htm", "h.pdf", "i.docx"]
    files = [_write(folder / name) for name in names]
    for name in ("j.png", "k.doc", "l", "d/~$m.docx", "d/._n.txt"):
        _write(folder / name)
    assert find_files([folder]) == Found(tuple(sorted(files)))
    assert find_files([folder / "d", folder, folder / "a.txt"]) == Found(tuple(sorted(files)))
    assert find_files([]) == Found(())


@pytest.mark.parametrize("name", ["空 格.txt", "a\nb.txt", "a'\"$;%.md", "-rf.txt", ".hidden.txt", "e\u0301.txt"])
def test_odd_names_are_names(folder: Path, name: str) -> None:
    file = _write(folder / name)
    assert find_files([folder]) == find_files([file]) == Found((file,))


def test_a_path_that_is_not_there_or_of_no_known_kind_is_an_error(folder: Path) -> None:
    picture = _write(folder / "picture.png")
    for path in (folder / "missing.txt", picture / "below.txt"):
        with pytest.raises(IndexStoreError) as raised:
            find_files([path])
        assert str(raised.value) == f"{path} is not there; correct the path."
    with pytest.raises(IndexStoreError) as raised:
        find_files([picture])
    assert str(raised.value) == (
        f"{picture} is not a .txt, .md, .markdown, .html, .htm, .pdf or .docx file; correct the path."
    )


def test_links_out_of_a_folder_and_to_nothing_are_problems(tmp_path: Path, folder: Path) -> None:
    _write(tmp_path / "outside" / "secret.txt")
    (folder / "file.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (folder / "dir").symlink_to(tmp_path / "outside")
    (folder / "up").symlink_to("..")
    (folder / "gone.txt").symlink_to("nowhere.txt")
    (folder / "gone.png").symlink_to("nowhere.png")
    (folder / "loop").symlink_to("loop")
    (folder / "loop.txt").symlink_to("loop.txt")
    out = "is a link that leads out of its folder; give what it leads to as a path of its own"
    gone = "is a link to what is not there; remove it"
    loop = "is a link that leads back to itself; remove it"
    assert find_files([folder]) == Found(
        (),
        (
            Problem(folder / "dir", out),
            Problem(folder / "file.txt", out),
            Problem(folder / "gone.txt", gone),
            Problem(folder / "loop.txt", loop),
            Problem(folder / "up", out),
        ),
    )


def test_links_within_a_folder_name_no_file_twice(folder: Path) -> None:
    file = _write(folder / "below" / "a.txt")
    odd = _write(folder / "data.bin")
    (folder / "again.txt").symlink_to(file)
    (folder / "again").symlink_to(folder / "below")
    (folder / "round").symlink_to(folder)
    (folder / "other.txt").symlink_to(odd)
    assert find_files([folder]) == Found((file, folder / "other.txt"))


def test_a_link_that_somebody_gives_is_followed(tmp_path: Path, folder: Path) -> None:
    _write(folder / "a.txt")
    (tmp_path / "link").symlink_to(folder)
    (tmp_path / "link.txt").symlink_to(folder / "a.txt")
    assert find_files([tmp_path / "link"]) == Found((tmp_path / "link" / "a.txt",))
    assert find_files([tmp_path / "link.txt"]) == Found((tmp_path / "link.txt",))


def test_names_that_are_not_utf8_are_problems(folder: Path) -> None:
    odd = Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt"))
    try:
        _write(odd)
    except OSError:
        pytest.skip("this file system takes no such name")
    _write(Path(os.fsdecode(os.fsencode(folder) + b"/\xfe/a.txt")))
    file = _write(folder / "a.txt")
    found = find_files([folder])
    assert found.files == (file,)
    assert [str(problem) for problem in found.problems] == [
        f"{folder}/\\udcfe has a name that is not UTF-8; rename it.",
        f"{folder}/\\udcff.txt has a name that is not UTF-8; rename it.",
    ]


def test_what_is_not_a_file_is_a_problem(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(folder / "pipe.txt")
    os.mkfifo(folder / "pipe")
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.md")
        cause = "is a pipe, socket or device, not a file; take it out of the folder"
        problems = (Problem(folder / "pipe.txt", cause), Problem(folder / "socket.md", cause))
        assert find_files([folder]) == Found((), problems)
        assert find_files([folder / "pipe.txt"]) == Found((), problems[:1])


def test_a_folder_that_cannot_be_listed_is_a_problem_and_the_rest_goes_on(folder: Path) -> None:
    file = _write(folder / "a.txt")
    (folder / "closed").mkdir(mode=0)
    if os.access(folder / "closed", os.R_OK):
        pytest.skip("this user may read everything")
    assert find_files([folder]) == Found(
        (file,),
        (Problem(folder / "closed", "cannot be listed (Permission denied); see that you may read it"),),
    )


def test_a_folder_too_deep_to_be_named_is_a_problem(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _write(folder / "a.txt")
    monkeypatch.chdir(folder)
    name = "d" * 200
    for _ in range(25):
        os.mkdir(name)
        os.chdir(name)
    found = find_files([folder])
    assert found.files == (file,)
    assert [problem.cause for problem in found.problems] == [
        "cannot be listed (File name too long); see that you may read it"
    ]


def test_a_problem_is_told_on_one_line() -> None:
    assert (
        str(Problem(Path("/a\nb\x1b[31m.txt"), "is empty; take it out")) == "/a\\nb\\x1b[31m.txt is empty; take it out."
    )
