"""Optimizers, surfaces and scenes from outside the repository.

An optimizer or a surface is a file, a scene a folder with options.py and scene.py, as in scenes/. A plugin is code and
may do whatever its user may, so it is run only for a command that says --trust.
"""

from __future__ import annotations

import ast
import importlib
import keyword
import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from thalweg.errors import ConfigErrors, Problem, Report, misuse, show
from thalweg.registry import ELSEWHERE, Registry, defined, sources
from thalweg.spec.samples import cannot_read
from thalweg.system.files import NotRegular, TooLarge, read_bounded
from thalweg.tree import Node

TRUST = "THALWEG_TRUST"  # "1": plugins may run; render.py sets it by --trust, manimgl's user by hand
CODE = "is code that runs with your rights"
CURE = "read it, then add --trust to this command (THALWEG_TRUST=1 to manimgl's)"
GIVE = "give FILE.py or the folder of a scene"
OF_ENTRIES = ("recorded", "rule")  # what an entry may be in place of an optimizer
MOST_BYTES = 10_000_000  # of a file
FRAME = re.compile(r'File "(.+)", line (\d+), in (\S+)')
_loaded: dict[Path, str] = {}  # file or folder -> its module
_given: list[str] = []  # what --plugin names


class PluginError(ValueError):
    """A plugin cannot be used; the message is one line that says what is wrong and the cure."""


def trusted() -> bool:
    """Whether this command may run plugins."""
    return os.environ.get(TRUST) == "1"


def add_plugin(path: Path) -> str:
    """Runs a file, or the options of a scene's folder, adds the one Optimizer, Surface or SceneOptions that it defines
    to its registry, and returns its name: the file's or the folder's.

    What was added before is not run again. Raises PluginError, and OSError where it cannot be read.
    """
    place = path.resolve()
    if place in _loaded:
        return _loaded[place].rpartition(".")[2]
    name = Path(os.path.abspath(path)).name.removesuffix("" if path.is_dir() else ".py")
    _check_files(path)
    what = "folder" if path.is_dir() else "file"
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise PluginError(f"{show(name)} is no name; name the {what} with letters, digits and _, a letter first")
    if name in OF_ENTRIES:
        raise PluginError(f"{name} has a meaning of its own in optimizers; rename the {what}")
    for kind, registry in _registries(place.is_dir()):
        if name in registry:
            raise PluginError(f"there is {kind} named {name} already; rename the {what}")
    module = ELSEWHERE.enter(name, place)
    try:
        member = _member(module, place)
        registry = next(each for _, each in _registries(place.is_dir()) if issubclass(member, each.base))
    except BaseException:
        ELSEWHERE.leave(module)
        raise
    registry.add(name, place / "options.py" if place.is_dir() else place, member)
    _loaded[place] = module
    return name


def _registries(folder: bool) -> Iterator[tuple[str, Registry[Any]]]:
    """Where a plugin's member may belong: a folder is a scene's."""
    from thalweg.calculus import SURFACES
    from thalweg.engine import OPTIMIZERS
    from thalweg.film import SCENES

    if folder:
        yield "a scene", SCENES
    else:
        yield "an optimizer", OPTIMIZERS
        yield "a surface", SURFACES


def _check_files(path: Path) -> None:
    """Whether it is what can be a plugin, before anything of it is run."""
    path.stat()  # or it would be told as what it is not
    if not path.is_dir() and path.suffix != ".py":
        raise PluginError(f"is neither a Python file nor a folder; {GIVE}")
    for file in [path / "options.py", path / "scene.py"] if path.is_dir() else [path]:
        try:
            read_bounded(file, MOST_BYTES)
        except FileNotFoundError:
            if path.is_dir():
                raise PluginError(f"has no {file.name}; a scene is a folder with options.py and scene.py") from None
            raise
        except (NotRegular, TooLarge) as error:
            raise PluginError(f"{file.name} {error}; mend it" if path.is_dir() else f"{error}; give FILE.py") from None


def _member(module: str, place: Path) -> type[Any]:
    """The class that the file or the scene's options define; the module is known to `sys.modules`, where dataclasses
    look for it."""
    folder, file = place.is_dir(), "options.py" if place.is_dir() else ""
    try:
        ran = importlib.import_module(f"{module}.options" if folder else module)
    except (Exception, SystemExit) as error:
        raise PluginError(
            f"{file and f'{file} '}cannot be loaded: {type(error).__name__}: {error}; mend that file"
        ) from error
    found = [member for _, registry in _registries(folder) for member in defined(ran, registry.base)]
    if len(found) != 1:
        raise PluginError(
            f"{file} defines {len(found)} SceneOptions; define one"
            if folder
            else "is a part of a scene; give its folder"
            if place.with_name("options.py").exists() and place.name in ("scene.py", "options.py")
            else f"defines {len(found)} optimizers and surfaces; define one Optimizer or one Surface"
        )
    if folder:
        _check_scene(place / "scene.py")
    for each in ELSEWHERE.loaded(module):
        for cls in defined(sys.modules[each], object):
            if cls.__reduce__ is object.__reduce__ and cls.__reduce_ex__ is object.__reduce_ex__:
                setattr(cls, "__reduce_ex__", _reduced)  # noqa: B010
    return found[0]


def _check_scene(file: Path) -> None:
    """That scene.py has a class, as far as can be told without running it, which takes all that draws."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError) as error:
        raise PluginError(f"scene.py cannot be loaded: {type(error).__name__}: {error}; mend that file") from None
    classes, scenes = [node for node in tree.body if isinstance(node, ast.ClassDef)], ["FilmScene"]
    for node in classes:
        if any(ast.unparse(base).rpartition(".")[2] in scenes for base in node.bases):
            scenes.append(node.name)
    if len(scenes) > 2:
        raise PluginError(f"scene.py defines {len(scenes) - 1} FilmScenes; define one")
    if not any(node.bases for node in classes):
        raise PluginError("scene.py defines no scene; write a class that derives from FilmScene")


def _reduced(thing: Any, protocol: Any) -> Any:
    """How an object of a plugin's class travels: with the place of the plugin."""
    cls = type(thing)
    made: Any = object.__reduce_ex__(thing, max(2, protocol))
    maker, (_, *more), *state = made
    place = next((place for place, module in _loaded.items() if f"{cls.__module__}.".startswith(f"{module}.")), None)
    if place is None:  # a class that is no longer the plugin's, or of somebody who built on it
        return maker, (cls, *more), *state
    return _revived, (str(place), cls.__module__, cls.__qualname__, maker, *more), *state


def _revived(place: str, module: str, name: str, maker: Any, *more: Any) -> Any:
    """Its object in a process that has not run the plugin yet; trust is inherited, like all of the environment."""
    if not trusted():
        raise PluginError(f"{place} {CODE}; {CURE}")
    add_plugin(Path(place))
    cls: Any = importlib.import_module(module)
    for part in name.split("."):
        cls = getattr(cls, part)
    return maker(cls, *more)


def read_plugins(tree: Node, report: Report) -> None:
    """Adds what the `plugins` section names. Raises ConfigErrors for what it may not or cannot run: the names that
    these would bring are missing then, and every use of them would be told as an error of its own."""
    if not tree.has("plugins") or tree.child("plugins").is_null:
        return
    node, before = tree.child("plugins"), len(report.problems)
    if node.items is None:
        what = f"{show(node.plain)} is not a list"
        report.add(tree.mark_of("plugins"), "plugins", what, f"write [{node.text or 'FILE.py'}]")
    for index, each in enumerate(node.items or []):
        _read(node, index, each, report)
    if len(report.problems) > before:
        report.stop()


def _read(node: Node, index: int, each: Node, report: Report) -> None:
    where, mark = f"plugins.{index}", node.mark_of(index)
    if not each.is_scalar or not isinstance(each.scalar, str) or not each.scalar.strip() or "\0" in each.scalar:
        report.add(mark, where, f"{show(each.plain)} is not the path of a file", "write FILE.py")
    elif not trusted():
        report.add(mark, where, f"{each.scalar} {CODE}", CURE)
    else:
        try:
            add_plugin(Path(report.file).parent / each.scalar)
        except PluginError as error:
            what, _, cure = str(error).rpartition("; ")
            report.add(mark, where, f"{each.scalar}: {what}", cure)
        except OSError as error:
            cannot_read(error, Node(mark, entries={where: each}), where, "", report)


def of_command(files: tuple[str, ...], trust: bool) -> list[Problem]:
    """Adds what --plugin names and returns what keeps it from doing so; --trust is for this command alone, whatever
    the environment says."""
    os.environ[TRUST] = str(int(trust))
    _given[:] = files
    return _add_given()


def _add_given() -> list[Problem]:
    problems = []
    for file in _given:
        try:
            if not trusted():
                raise PluginError(f"{CODE}; {CURE}")
            add_plugin(Path(file))
        except PluginError as error:
            what, _, cure = str(error).rpartition("; ")
            problems.append(misuse(f"--plugin {file}", what, cure))
        except OSError as error:
            problems.append(misuse(f"--plugin {file}", f"cannot be read: {error.strerror}", GIVE))
    return problems


def files_of_command() -> list[Path]:
    """All files of what --plugin names."""
    return [file for place in _given for file in sources(Path(place))]


def files_of(node: Node, folder: Path) -> list[Path]:
    """All files of what a `plugins` section names, relative to that folder."""
    named = [
        folder / each.scalar
        for each in node.items or []
        if isinstance(each.scalar, str) and each.scalar.strip() and "\0" not in each.scalar
    ]
    return [file for place in named for file in sources(place)]


def run_again(files: Iterable[Path]) -> None:
    """Plugins of which a file was changed run again: those of a YAML when it is read next, those of --plugin at once.

    Raises ConfigErrors for the latter.
    """
    changed = {above for file in files for above in (file.resolve(), *file.resolve().parents)}
    for place in changed & _loaded.keys():
        module = _loaded.pop(place)
        for _, registry in _registries(place.is_dir()):
            registry.drop(module.rpartition(".")[2])
        ELSEWHERE.leave(module)
    if problems := _add_given():
        raise ConfigErrors(problems)


def at_fault(error: BaseException) -> str | None:
    """Where in a plugin's own files what led to an error stands, and what it was: 'p.py:26: step: ...; mend that file'.

    None when no line of a plugin is in its traceback, nor in that of the process that it comes from.
    """
    told = "".join(traceback.format_exception(error))
    for file, line, function in reversed(FRAME.findall(told)):
        if any(Path(file).is_relative_to(place) for place in _loaded):
            return f"{file}:{line}: {function}: {type(error).__name__}: {error}; mend that file"
    return None


def words() -> list[str]:
    """The options that let another command run the same plugins."""
    return [*(["--trust"] if trusted() else []), *(word for file in _given for word in ("--plugin", file))]
