"""Puts values that were changed in the window into the YAML's text: only these, comments and order stay."""

from __future__ import annotations

from typing import NamedTuple

from thalweg.live.model import START, Key, Value, yaml_of
from thalweg.live.spans import Piece, pieces


class CannotWrite(Exception):
    """The text holds a value in a way that must be changed by hand: one line."""


class Change(NamedTuple):
    """Characters start to end become `text`."""

    start: int
    end: int
    text: str


def written(text: str, edits: dict[Key, Value]) -> str:
    """The text with every edit in it. Raises CannotWrite."""
    for key, value in edits.items():
        change = change_for(text, key, yaml_of(key[1], value))
        text = text[: change.start] + change.text + text[change.end :]
    return text


def change_for(text: str, key: Key, value: str) -> Change:
    root, (entry, name) = pieces(text), key
    if entry is None:
        return in_map(text, root, name, value, after="surface")
    found = root.find("optimizers")
    if found is None or found[1].kind != "list":
        raise CannotWrite("optimizers is not written as a list here; change it by hand")
    item = found[1].parts[entry]
    where = f"optimizers.{entry}"
    if item.kind == "scalar":  # - sgd
        end = item.end
        return Change(end, end, f": {{{name}: {value}}}")
    refuse(item, where)
    body = item.parts[1]
    refuse(body, where)
    if body.kind == "scalar":  # - sgd:
        return Change(body.start, body.end, opened(text, body.start, f"{{{name}: {value}}}"))
    return in_map(text, holder(body, name), name, value)


def holder(body: Piece, name: str) -> Piece:
    """The map that holds the value: a wrapper's lr may stand with the optimizer inside."""
    inside = body.find("optimizer") if name == "lr" and body.find(name) is None else None
    if inside is None or inside[1].kind != "map" or inside[1].parts[1].kind != "map":
        return body
    below = holder(inside[1].parts[1], name)
    return below if below.find(name) else body


def in_map(text: str, body: Piece, name: str, value: str, after: str = "") -> Change:
    """Replace or add a value of a map."""
    found = body.find(name)
    if found is not None:
        refuse(found[1], name)
        return Change(found[1].start, found[1].end, opened(text, found[1].start, value))
    if body.flow:
        before = body.find(after) if after else None
        if before is not None:
            return Change(before[1].end, before[1].end, f", {name}: {value}")
        close = body.end - 1
        last = max([part.end for part in body.parts], default=None)
        if last is None:
            return Change(close, close, f"{name}: {value}")
        return Change(last, last, f", {name}: {value}")
    before = body.find(after) or (body.parts[-2], body.parts[-1])
    line_end = text.find("\n", len(text[: before[1].end].rstrip()))  # a text of several lines ends in the line below
    place = len(text) if line_end < 0 else line_end
    newline = "\r\n" if "\r\n" in text else "\n"
    if line_end > 0 and text[line_end - 1] == "\r":
        place -= 1
    return Change(place, place, f"{newline}{' ' * body.column}{name}: {value}")


def opened(text: str, start: int, value: str) -> str:
    """A space in front where a value begins right behind its colon."""
    return f" {value}" if start > 0 and text[start - 1] == ":" else value


def refuse(piece: Piece, where: str) -> None:
    if piece.kind == "alias":
        raise CannotWrite(f"{where} is the alias *{piece.text}; change it by hand")
    if piece.anchored:
        raise CannotWrite(f"{where} has an anchor that may stand elsewhere too; change it by hand")


def replaces_many(text: str, edits: dict[Key, Value]) -> list[str]:
    """Starts that the edits make one point (or a list) of, though the text has a grid, random points or a list."""
    root, found = pieces(text), []
    for (entry, name), value in edits.items():
        if name != START:
            continue
        holder: Piece | None = root
        if entry is not None:
            entries = root.find("optimizers")
            item = entries[1].parts[entry] if entries and entries[1].kind == "list" else None
            holder = item.parts[1] if item is not None and item.kind == "map" and len(item.parts) > 1 else None
        start = holder.find(START) if holder is not None and holder.kind == "map" else None
        if start is not None and many(start[1], len(value)):
            found.append(START if entry is None else f"optimizers.{entry}.start")
    return found


def many(piece: Piece, points: int) -> bool:
    if piece.kind != "list":
        return piece.kind == "map"
    return len(piece.parts) > points and any(part.kind != "scalar" for part in piece.parts)
