"""The error tree as its module draws it."""

from __future__ import annotations

import re

import pytest

import bot.errors
import knowledge.errors
from bot.errors import QuliuError


@pytest.mark.parametrize("module", [bot.errors, knowledge.errors])
def test_the_tree_drawn_is_the_tree_there_is(module: object) -> None:
    drawn = re.findall(r"[├└]── (\w+)", module.__doc__ or "")
    own = {
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == getattr(module, "__name__") and value is not QuliuError  # noqa: B009
    }
    assert set(drawn) == own
    assert all(issubclass(vars(module)[name], QuliuError) for name in drawn)
