"""Optimizers and surfaces from files outside the repository.

A plugin is code and may do whatever its user may, so it is run only for a command that says --trust.
"""
from __future__ import annotations

import importlib.util
import keyword
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from thalweg.errors import ConfigErrors, Problem, Report, show
from thalweg.spec.samples import cannot_read
from thalweg.system.files import NotRegular, TooLarge, read_bounded
from thalweg.tree import Node

TRUST = "THALWEG_TRUST"     # "1": plugins may run; render.py sets it by --trust, manimgl's user by hand
CODE = "is code that runs with your rights"
CURE = "read it, then add --trust to this command (THALWEG_TRUST=1 to manimgl's)"
MOST_BYTES = 10_000_000     # of a file
_loaded: dict[Path, str] = {}      # file -> public name
_given: list[str] = []             # the files of --plugin


class PluginError(ValueError):
    """A plugin cannot be used; the message is one line that says what is wrong and the cure."""


def trusted() -> bool:
    """Whether this command may run plugins."""
    return os.environ.get(TRUST) == "1"


def add_plugin(path: Path) -> str:
    """Runs the file, adds the one Optimizer or Surface it defines to its registry, and returns its name: the file's.

    A file added before is not run again. Raises PluginError, and OSError where it cannot be read.
    """
    from thalweg.calculus import SURFACES
    from thalweg.engine import OPTIMIZERS
    place, name = path.resolve(), path.stem
    if place in _loaded:
        return name
    if path.suffix != ".py":
        raise PluginError("is not a Python file; give FILE.py")
    try:
        read_bounded(path, MOST_BYTES)
    except (NotRegular, TooLarge) as error:
        raise PluginError(f"{error}; give FILE.py") from None
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_"):
        raise PluginError(f"{show(name)} is no name; name the file with letters, digits and _, a letter first")
    if name in OPTIMIZERS or name in SURFACES:
        kind = "an optimizer" if name in OPTIMIZERS else "a surface"
        raise PluginError(f"there is {kind} named {name} already; rename the file")
    member = _member(place, name)
    registry: Any = OPTIMIZERS if issubclass(member, OPTIMIZERS.base) else SURFACES
    registry.add(name, place, member)
    _loaded[place] = name
    return name


def _member(place: Path, name: str) -> type[Any]:
    """The class that the file defines; the module is known to `sys.modules`, where dataclasses look for it."""
    from thalweg.calculus import Surface
    from thalweg.engine import Optimizer
    dotted = f"plugins.{name}"
    spec = importlib.util.spec_from_file_location(dotted, place)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[dotted] = module
    try:
        spec.loader.exec_module(module)
        found = [each for each in vars(module).values()
                 if isinstance(each, type) and issubclass(each, (Optimizer, Surface)) and each.__module__ == dotted]
        if len(found) != 1:
            raise PluginError(f"defines {len(found)} optimizers and surfaces; define one Optimizer or one Surface")
    except PluginError:
        del sys.modules[dotted]
        raise
    except (Exception, SystemExit) as error:
        del sys.modules[dotted]
        raise PluginError(f"cannot be loaded: {type(error).__name__}: {error}; mend that file") from error
    member: Any = found[0]
    member.__reduce__ = lambda self: (_revived, (str(place), dict(self.__getstate__())))
    return found[0]


def _revived(place: str, state: dict[str, Any]) -> Any:
    """An instance in a process that has not run the plugin yet; trust is inherited, like all of the environment."""
    from thalweg.calculus import SURFACES
    from thalweg.engine import OPTIMIZERS
    if not trusted():
        raise PluginError(f"{place} {CODE}; {CURE}")
    name = add_plugin(Path(place))
    made = object.__new__(OPTIMIZERS[name] if name in OPTIMIZERS else SURFACES[name])
    made.__dict__.update(state)
    return made


def read_plugins(tree: Node, report: Report) -> None:
    """Adds the files of the `plugins` section. Raises ConfigErrors for what it may not or cannot run: the names that
    these files would bring are missing then, and every use of them would be told as an error of its own."""
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
    """Adds the files of --plugin and returns what keeps it from doing so; --trust is for this command alone, whatever
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
            problems.append(Problem("", 0, "", what, cure, f"--plugin {file}"))
        except OSError as error:
            problems.append(Problem("", 0, "", f"cannot be read: {error.strerror}", "give FILE.py", f"--plugin {file}"))
    return problems


def given() -> list[Path]:
    """The files of --plugin."""
    return [Path(file) for file in _given]


def run_again(files: Iterable[Path]) -> None:
    """Plugins whose files were changed run again: those of a YAML when it is read next, those of --plugin at once.

    Raises ConfigErrors for the latter.
    """
    from thalweg.calculus import SURFACES
    from thalweg.engine import OPTIMIZERS
    for place in {file.resolve() for file in files} & _loaded.keys():
        name = _loaded.pop(place)
        OPTIMIZERS.drop(name)
        SURFACES.drop(name)
        Path(importlib.util.cache_from_source(str(place))).unlink(missing_ok=True)    # it tells times by the second
    if problems := _add_given():
        raise ConfigErrors(problems)


def words() -> list[str]:
    """The options that let another command run the same plugins."""
    return [*(["--trust"] if trusted() else []), *(word for file in _given for word in ("--plugin", file))]
