"""Plain YAML scalars under YAML 1.2's core schema: no dates, no sexagesimals, `yes` and `no` are words."""

from __future__ import annotations

import re
from typing import Any

TYPES: dict[str, Any] = {
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": (int, float),
    "tag:yaml.org,2002:bool": bool,
    "tag:yaml.org,2002:null": type(None),
}
INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
WORDS = {
    "null": None,
    "Null": None,
    "NULL": None,
    "~": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


class Empty:
    """The value of `key:` with nothing behind it: what a forgotten quote before # leaves."""

    def __repr__(self) -> str:
        return "nothing"


EMPTY = Empty()


def resolve(text: str) -> Any:
    """The value of a scalar written without quotes: EMPTY, None, bool, int, float or str."""
    if text == "":
        return EMPTY
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text):
        if len(text) > 300:  # beyond any use, and int() of it would be slow
            return float("inf")
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if FLOAT.fullmatch(text):
        return float(text)
    special = SPECIAL.fullmatch(text)
    if special:
        return float(special.group(1) + "inf") if special.group(2) else float("nan")
    return text


def tagged(tag: str, text: str) -> Any:
    """The value of a scalar with one of the core tags. Raises ValueError when the tag is another or does not fit."""
    if tag == "tag:yaml.org,2002:str":
        return text
    value = resolve(text)
    value = None if value is EMPTY else value
    kinds = TYPES.get(tag)
    if kinds is None or not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
        raise ValueError(tag)
    return value
