"""YAML text to a tree that knows the line of everything.

The tree is built from PyYAML's event stream: no tag constructs anything, nothing is recursive, and nodes are counted
as aliases expand them, so a file from a stranger costs bounded time and memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from thalweg.errors import Mark
from thalweg.scalars import EMPTY, resolve, tagged
from thalweg.spec.syntax import NotYaml, explained
from thalweg.tree import Node

MAX_NODES = 10_000
MAX_DEPTH = 40


@dataclass(frozen=True)
class Duplicate:
    """A key written twice in one mapping: where it stands the second time, and the line of the first."""

    mark: Mark
    where: str
    first: int


def read(text: str) -> tuple[Node, list[Duplicate]]:
    """The one document in `text`, and the keys written twice (the first of each is kept). Raises NotYaml."""
    builder = _Builder()
    try:
        return builder.build(text), builder.duplicates
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NotYaml(line, f"character U+{int(error.character):04X} is not allowed in YAML", "remove it") from None
    except yaml.MarkedYAMLError as error:
        raise explained(text, error) from None
    except (ValueError, OverflowError) as error:  # PyYAML on an escape such as "\UFFFFFFFF"
        raise NotYaml(1, f"not YAML: {error}", "mend the escape sequence") from None


class _Builder:
    """Turns events into nodes with a stack of the collections that are open."""

    def __init__(self) -> None:
        self.anchors: dict[str, Node | None] = {}
        self.stack: list[tuple[Node, str | None, list[tuple[Node, int]]]] = []
        self.duplicates: list[Duplicate] = []
        self.count = 0
        self.root: Node | None = None

    def build(self, text: str) -> Node:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            self._take(event)
        if self.root is None or self.root.scalar is EMPTY:
            raise NotYaml(1, "the file is empty", "a config needs surface: and optimizers:")
        return self.root

    def _take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
            raise NotYaml(line, "a second document starts here", "keep one config a file")
        if isinstance(event, yaml.AliasEvent):
            node = self._aliased(str(event.anchor), line)
            self._counted(node.size, line)
            self._place(node, line)
        elif isinstance(event, yaml.ScalarEvent):
            self._counted(1, line)
            self._place(self._scalar(event, line), line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._counted(1, line)
            self._open(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            node, anchor, parts = self.stack.pop()
            self._close(node, parts)
            if anchor:
                self.anchors[anchor] = node
            self._place(node, node.mark.line)

    def _counted(self, nodes: int, line: int) -> None:
        self.count += nodes
        if self.count > MAX_NODES:
            raise NotYaml(line, f"more than {MAX_NODES:,} nodes once its aliases are expanded", "make it smaller")

    def _place(self, node: Node, line: int) -> None:
        if self.stack:
            self.stack[-1][2].append((node, line))
        else:
            self.root = node

    def _aliased(self, anchor: str, line: int) -> Node:
        if anchor not in self.anchors:
            raise NotYaml(line, f"*{anchor} names no anchor", f"define it before with &{anchor}")
        node = self.anchors[anchor]
        if node is None:
            raise NotYaml(line, f"*{anchor} holds itself", "an alias cannot stand inside its own anchor")
        return node

    def _scalar(self, event: Any, line: int) -> Node:
        value = event.value
        if any("\ud800" <= char <= "\udfff" for char in value):  # a pair, as JSON escapes what is beyond U+FFFF
            value = value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
            event.value = value
        if event.tag is None and event.implicit[0]:
            value = resolve(value)
        elif event.tag not in (None, "!"):
            try:
                value = tagged(event.tag, value)
            except ValueError:
                raise _tagged(event.tag, line) from None
        node = Node(Mark(line), value, text=event.value, block=event.style == "|")
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _open(self, event: Any, line: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise NotYaml(line, f"nested more than {MAX_DEPTH} levels deep", "a config needs no more than six")
        is_map = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", "tag:yaml.org,2002:map" if is_map else "tag:yaml.org,2002:seq"):
            raise _tagged(event.tag, line)
        node = Node(Mark(line), entries={}) if is_map else Node(Mark(line), items=[])
        if event.anchor:
            self.anchors[event.anchor] = None  # still open: an alias to it would be endless
        self.stack.append((node, event.anchor, []))

    def _close(self, node: Node, parts: list[tuple[Node, int]]) -> None:
        node.size = 1 + sum(part.size for part, _ in parts)
        if node.items is not None:
            node.items = [part for part, _ in parts]
            return
        merged: list[Node] = []
        for (key, line), (value, _) in zip(parts[::2], parts[1::2], strict=True):
            self._enter(node, key, line, value, merged)
        assert node.entries is not None
        for source in merged:
            for name, value in (source.entries or {}).items():
                if name not in node.entries:
                    node.entries[name], node.keys[name] = value, source.keys[name]

    def _enter(self, node: Node, key: Node, line: int, value: Node, merged: list[Node]) -> None:
        assert node.entries is not None
        if not key.is_scalar:
            raise NotYaml(line, "a list or a mapping stands where a key should", "write key: value")
        if key.text == "<<":
            sources = value.items if value.items is not None else [value]
            if any(source.entries is None for source in sources):
                raise NotYaml(line, "<< takes a mapping or a list of mappings", "write <<: *anchor")
            merged.extend(sources)
        elif key.text in node.entries:
            self.duplicates.append(Duplicate(Mark(line), self._path(key.text), node.keys[key.text].line))
        else:
            node.entries[key.text], node.keys[key.text] = value, Mark(line)

    def _path(self, key: str) -> str:
        """Where a key of the collection just closed stands, from the collections still open around it."""
        parts = [str(len(done)) if node.items is not None else done[-1][0].text for node, _, done in self.stack]
        return ".".join([*parts, key])


def _tagged(tag: str, line: int) -> NotYaml:
    return NotYaml(
        line,
        f"the tag {tag.replace('tag:yaml.org,2002:', '!!')} is not read here",
        "remove the tag and write the plain value",
    )
