"""What a YAML file holds, as a tree whose nodes know their lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from thalweg.errors import Mark
from thalweg.scalars import EMPTY


@dataclass
class Node:
    """A scalar, a list (`items`) or a mapping (`entries`, with the mark of each key in `keys`).

    `block` says that a scalar's text stands below a |, line by line; `text` is a scalar as written, `size` the number
    of nodes it stands for. `origin` is the place in the file's list of an item that was made of the one there,
    `candidate` says of such an item that it is one of several of which the best will be kept. Nodes may be shared
    (aliases): change none.
    """

    mark: Mark
    scalar: Any = None
    items: list[Node] | None = None
    entries: dict[str, Node] | None = None
    keys: dict[str, Mark] = field(default_factory=dict)
    text: str = ""
    size: int = 1
    block: bool = False
    origin: int | None = None
    candidate: Any = None

    @property
    def first(self) -> int:
        """The line on which a scalar's text begins."""
        return self.mark.line + self.block

    @property
    def plain(self) -> Any:
        """Python's own values: dicts, tuples and scalars."""
        if self.entries is not None:
            return {key: node.plain for key, node in self.entries.items()}
        if self.items is not None:
            return tuple(node.plain for node in self.items)
        return self.scalar

    @property
    def is_scalar(self) -> bool:
        return self.items is None and self.entries is None

    @property
    def is_null(self) -> bool:
        return self.is_scalar and (self.scalar is None or self.scalar is EMPTY)

    def has(self, key: str | int) -> bool:
        """Whether there is a value under a mapping's key or at a list's index."""
        return isinstance(key, int) and key < len(self.items or []) or key in (self.entries or {})

    def child(self, key: str | int) -> Node:
        return (self.items or [])[key] if isinstance(key, int) else (self.entries or {})[key]

    def mark_of(self, key: str | int) -> Mark:
        """Where a value is to be mended: its own line, or its key's when it is a list or a mapping below the key."""
        if self.items is not None and isinstance(key, int):
            return self.items[key].mark
        child = (self.entries or {}).get(str(key))
        if child is None:
            return self.mark
        return child.mark if child.is_scalar else self.keys[str(key)]

    def only(self, left: Iterable[str]) -> Node:
        """A mapping with these of its keys."""
        entries, left = self.entries or {}, list(left)
        return Node(
            self.mark, entries={k: entries[k] for k in left}, keys={k: self.keys[k] for k in left}, size=self.size
        )

    def from_source(self, source: str) -> Node:
        """The same tree, said to come from the command line."""
        mark = replace(self.mark, source=source)
        items = None if self.items is None else [node.from_source(source) for node in self.items]
        entries = None if self.entries is None else {k: node.from_source(source) for k, node in self.entries.items()}
        return Node(
            mark, self.scalar, items, entries, {key: mark for key in self.keys}, self.text, self.size, self.block
        )
