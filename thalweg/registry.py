"""Members found by listing a folder, and parameters that describe themselves.

An optimizer or a surface is one file; a scene is one folder. Nothing registers itself: the file's name is the public
name, so adding a member touches no other file, and a member that cannot be imported breaks nobody else.
This module knows no other module of the project.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")
HOUSE = "thalweg"
PLUGINS = f"{HOUSE}.plugins"
SOURCES = (".py", ".vert", ".frag", ".glsl")  # what of a member's files is code
HERE = Path(__file__).resolve().parent


def home(kind: str) -> Path:
    """The folder of a kind of members: inside the package where it is installed, beside it in a clone."""
    inside = HERE / kind
    return inside if inside.is_dir() else HERE.parent / kind


def same(name: str) -> None:
    """Called by the package of a kind of members: where it was imported by its short name (`optimizers`, in a clone),
    that name and all below it become other names of the modules of this package, so that no member is there twice.
    """
    if "." in name:
        return
    if not any(isinstance(finder, Same) and finder.kind == name for finder in sys.meta_path):
        sys.meta_path.insert(0, Same(name))
    sys.modules[name] = importlib.import_module(f"{HOUSE}.{name}")


class Same(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds KIND.NAME as thalweg.KIND.NAME."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.specs: dict[str, importlib.machinery.ModuleSpec | None] = {}

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """See importlib."""
        if not fullname.startswith(f"{self.kind}.") or importlib.util.find_spec(f"{HOUSE}.{fullname}") is None:
            return None
        return importlib.util.spec_from_loader(fullname, self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """See importlib."""
        module = importlib.import_module(f"{HOUSE}.{spec.name}")
        self.specs[spec.name] = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """It has run; importlib has put the short name's spec into it, which is taken out again."""
        spec = module.__spec__
        assert spec is not None
        module.__spec__ = self.specs.pop(spec.name)


def sources(place: Path) -> list[Path]:
    """The files that a member is made of: its one file, or all code and shaders in its folder, sorted."""
    if not place.is_dir():
        return [place]
    return sorted(file for file in place.rglob("*") if file.suffix in SOURCES and file.is_file())


class Elsewhere(importlib.abc.MetaPathFinder):
    """Finds members that lie outside the folders of members: a file NAME.py is the module thalweg.plugins.NAME, the
    folder of a scene is the package thalweg.scenes.NAME, as if it lay in scenes/.

    `places` has the file or folder of each, by the module's name.
    """

    def __init__(self) -> None:
        self.places: dict[str, Path] = {}

    def enter(self, name: str, place: Path) -> str:
        """From now on the module of that file or folder can be imported: by the name that is returned."""
        module = f"{HOUSE}.scenes.{name}" if place.is_dir() else f"{PLUGINS}.{name}"
        self.places[module] = place
        return module

    def leave(self, module: str) -> None:
        """Forget it, and what was imported of it."""
        self.places.pop(module, None)
        for each in self.loaded(module):
            del sys.modules[each]

    def loaded(self, module: str) -> list[str]:
        """The module and those below it, as far as they were imported."""
        return [each for each in sys.modules if each == module or each.startswith(f"{module}.")]

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        """See importlib."""
        if fullname == PLUGINS:
            return importlib.machinery.ModuleSpec(fullname, None, is_package=True)
        if not fullname.startswith(f"{HOUSE}."):
            return None
        module = ".".join(fullname.split(".")[:3])
        place = self.places.get(module) or _run_by_manimgl(module)
        if place is None:
            return None
        inside = place.joinpath(*fullname.split(".")[3:])
        file = inside / "__init__.py" if inside.is_dir() else inside.with_suffix(".py")
        # the search below a package is empty, so that it is this finder that finds what is in it
        below: list[str] | None = [] if inside.is_dir() else None
        if file.is_file():
            loader = Fresh(fullname, str(file))
            return importlib.util.spec_from_file_location(
                fullname, file, loader=loader, submodule_search_locations=below
            )
        return None if below is None else importlib.machinery.ModuleSpec(fullname, None, is_package=True)


def _run_by_manimgl(module: str) -> Path | None:
    """The folder of a scene whose scene.py manimgl's own command was given: it runs before any config is read."""
    for word in sys.argv[1:]:
        file = Path(word).absolute()
        if file.name == "scene.py" and module == f"{HOUSE}.scenes.{file.parent.name}" and file.is_file():
            return file.parent.resolve()
    return None


class Fresh(importlib.machinery.SourceFileLoader):
    """Compiles the source each time: bytecode would tell changes by the second, and lie about in others' folders."""

    def get_code(self, fullname: str) -> CodeType:
        """See importlib."""
        return self.source_to_code(self.get_data(self.path), self.path)


ELSEWHERE = Elsewhere()
sys.meta_path.append(ELSEWHERE)


class BrokenMember(Exception):
    """A member's file is there but importing it failed; `cause` is the original exception."""

    def __init__(self, name: str, path: Path, cause: BaseException) -> None:
        super().__init__(f"{name} ({path.name}) cannot be loaded: {type(cause).__name__}: {cause}")
        self.name, self.path, self.cause = name, path, cause


class Registry(Mapping[str, type[T]], Generic[T]):
    """Public name -> class, imported on first use as thalweg.KIND.NAME.

    Parameters: `kind`, the name of the folder; `base`, the class every member derives from; `module`, the submodule
    that holds a member when members are folders ("options" for scenes), empty when members are files.
    Raises KeyError for an unknown name and BrokenMember for one whose file fails to import.
    """

    def __init__(self, kind: str, base: type[T], module: str = "") -> None:
        self.package, self.folder, self.base, self.module = f"{HOUSE}.{kind}", home(kind), base, module
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
                self._loaded[name] = the_one(module, self.base)
            except Exception as error:
                raise BrokenMember(name, path, error) from error
        return self._loaded[name]

    def beside(self, name: str, module: str, base: type[S]) -> type[S]:
        """The class of that base in a module in the folder of a member: for scenes "scene". Raises what importing it
        raises, and TypeError where it does not define just one.
        """
        return the_one(importlib.import_module(f"{self.package}.{name}.{module}"), base)

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths())

    def __len__(self) -> int:
        return len(self.paths())

    def __contains__(self, name: object) -> bool:
        seen = self._seen.get(name) if isinstance(name, str) else None
        return (seen is not None and seen.exists()) or name in self.paths()


def defined(module: ModuleType, base: type[T]) -> list[type[T]]:
    """The classes of that base that a module defines, not those that it imports."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__
    ]


def the_one(module: ModuleType, base: type[T]) -> type[T]:
    """The class of that base that a module defines. Raises TypeError where there is not just one."""
    classes = defined(module, base)
    if len(classes) != 1:
        raise TypeError(f"expected exactly one {base.__name__} class in the file, found {len(classes)}")
    return classes[0]


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
