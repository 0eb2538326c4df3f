"""A YAML text as a tree that knows where each piece of it stands, character by character: for changing a few values."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml


@dataclass
class Piece:
    """`start` and `end` are character indices; a block's `end` is that of its last piece, so without what follows.

    kind: 'scalar', 'alias', 'list' or 'map' (whose `parts` are key, value, key, value ...). `flow`: in brackets.
    """

    kind: str
    start: int
    end: int
    column: int
    text: str = ""
    flow: bool = False
    anchored: bool = False
    parts: list[Piece] = field(default_factory=list)

    def find(self, key: str) -> tuple[Piece, Piece] | None:
        """The key's piece and the value's, of a map."""
        pairs = zip(self.parts[::2], self.parts[1::2], strict=True)
        return next(((name, value) for name, value in pairs if name.text == key), None)


def pieces(text: str) -> Piece:
    """The root of the one document in `text`. Raises yaml.YAMLError."""
    stack: list[Piece] = []
    root: Piece | None = None
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        piece = None
        start, end = event.start_mark, event.end_mark
        assert start is not None and end is not None  # where an event stands is always known
        if isinstance(event, yaml.AliasEvent):
            piece = Piece("alias", start.index, end.index, start.column, event.anchor or "")
        elif isinstance(event, yaml.ScalarEvent):
            piece = Piece("scalar", start.index, end.index, start.column, event.value, anchored=bool(event.anchor))
        elif isinstance(event, yaml.CollectionStartEvent):
            kind = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
            flow, anchored = bool(event.flow_style), bool(event.anchor)
            stack.append(Piece(kind, start.index, end.index, start.column, flow=flow, anchored=anchored))
        elif isinstance(event, yaml.CollectionEndEvent):
            piece = stack.pop()
            piece.end = end.index if piece.flow else max([part.end for part in piece.parts], default=piece.end)
        if piece is not None:
            if stack:
                stack[-1].parts.append(piece)
            else:
                root = piece
    assert root is not None
    return root
