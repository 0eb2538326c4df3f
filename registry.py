"""Members found by listing a folder, and parameters that describe themselves.

An optimizer or a surface is one file; a scene is one folder. Nothing registers itself: the file's name is the public
name, so adding a member touches no other file, and a member that cannot be imported breaks nobody else.
This module knows no other module of the project.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class BrokenMember(Exception):
    """A member's file is there but importing it failed; `cause` is the original exception."""

    def __init__(self, name: str, path: Path, cause: BaseException) -> None:
        super().__init__(f"{name} ({path.name}) cannot be loaded: {type(cause).__name__}: {cause}")
        self.name, self.path, self.cause = name, path, cause


class Registry(Mapping[str, type[T]], Generic[T]):
    """Public name -> class, imported on first use.

    Parameters: `package`, the dotted name of the folder's package; `folder`, its path; `base`, a function that returns
    the class every member derives from (a function, so that the base module can import late); `module`, the submodule
    that holds a member when members are folders ("options" for scenes), empty when members are files.
    Raises KeyError for an unknown name and BrokenMember for one whose file fails to import.
    """

    def __init__(self, package: str, folder: Path, base: type[T], module: str = "") -> None:
        self.package, self.folder, self.base, self.module = package, folder, base, module
        self._loaded: dict[str, type[T]] = {}
        self._added: dict[str, Path] = {}
        self._seen: dict[str, Path] = {}  # in the folder, as it was when it was last read

    def add(self, name: str, path: Path, member: type[T]) -> None:
        """A member from a file elsewhere. Raises ValueError when the name is taken."""
        if name in self:
            raise ValueError(f"{name}: the name is taken; choose another")
        self._added[name], self._loaded[name] = path, member

    def drop(self, name: str) -> None:
        """Forget a member that was added, if there is one of that name."""
        if self._added.pop(name, None):
            del self._loaded[name]

    def paths(self) -> dict[str, Path]:
        """Public name -> file, read from the disk each time, so that a file dropped in is there at once."""
        pattern = f"*/{self.module}.py" if self.module else "*.py"
        found = sorted(self.folder.glob(pattern))
        named = [(path.parent.name if self.module else path.stem, path) for path in found]
        self._seen = {name: path for name, path in named if not name.startswith("_")}
        return {**self._seen, **self._added}

    def __getitem__(self, name: str) -> type[T]:
        if name not in self._loaded:
            path = self.paths()[name]
            dotted = ".".join(part for part in (self.package, name, self.module) if part)
            try:
                module = importlib.import_module(dotted)
                self._loaded[name] = self._member(module)
            except Exception as error:
                raise BrokenMember(name, path, error) from error
        return self._loaded[name]

    def _member(self, module: Any) -> type[T]:
        classes = [
            value
            for value in vars(module).values()
            if isinstance(value, type) and issubclass(value, self.base) and value.__module__ == module.__name__
        ]
        if len(classes) != 1:
            raise TypeError(f"expected exactly one {self.base.__name__} class in the file, found {len(classes)}")
        return classes[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths())

    def __len__(self) -> int:
        return len(self.paths())

    def __contains__(self, name: object) -> bool:
        seen = self._seen.get(name) if isinstance(name, str) else None
        return (seen is not None and seen.exists()) or name in self.paths()


@dataclass(frozen=True)
class Range:
    """Allowed values of a number: low and high (None: unbounded), each open (excluded) or not, and what it means."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    doc: str = ""

    def holds(self, value: float) -> bool:
        above = self.low is None or (value > self.low if self.low_open else value >= self.low)
        below = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return above and below

    def words(self) -> str:
        """The range as --list and error messages say it, for example '0 <= x < 1'; empty when unbounded."""
        if self.low is None and self.high is None:
            return ""
        if self.high is None:
            return f"{'>' if self.low_open else '>='} {self.low:g}"
        if self.low is None:
            return f"{'<' if self.high_open else '<='} {self.high:g}"
        return f"{self.low:g} {'<' if self.low_open else '<='} x {'<' if self.high_open else '<='} {self.high:g}"


def parameter(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    low_open: bool = False,
    high_open: bool = False,
    doc: str = "",
) -> Any:
    """A dataclass field with its range. For tuples and lists the range holds for every element."""
    limits = Range(low, high, low_open, high_open, doc)
    return field(default=default, metadata={"range": limits})
