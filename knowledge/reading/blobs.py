"""Data that is written among words and is none: pictures in base64, keys, addresses without end."""

from __future__ import annotations

import re

from knowledge.mapped import Edit, MappedText

_STEP = "blobs"
# What has so many characters of ASCII without a space or the bar of a table is no word.
_BLOB = re.compile(
    r"""data:[a-z]{1,20}/[\w.+-]{1,80}[;,][!#-&*-;=?-\[\]-{}~]*+
      | (?<![!-{}~])[!-{}~]{201,}+
      | ^[A-Za-z0-9+/]{60,}+(?:\r?\n[A-Za-z0-9+/]{60,}+)++(?:\r?\n[A-Za-z0-9+/]{1,75}={1,2})?$""",
    re.VERBOSE | re.MULTILINE,
)


def without_blobs(text: MappedText) -> MappedText:
    """The text without such data."""
    return text.edited(Edit(*found.span(), "", _STEP) for found in _BLOB.finditer(text.text))
