"""Modules that manimlib imports and a film never calls, loaded when they are first used.

manimgl 1.7.2 imports a notebook's shell, matplotlib's pyplot and scipy's optimizers on the way in: half of the time
that its import takes. Each of the names it takes from them is only ever called, so a stand-in that fetches the real
thing at the first call does the same.
"""

from __future__ import annotations

import atexit
import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

NEVER_CALLED = ("IPython", "matplotlib.pyplot", "scipy.optimize", "scipy.integrate", "pkg_resources")


@contextmanager
def deferred() -> Iterator[None]:
    """Inside, importing one of NEVER_CALLED or what lies below it gives a stand-in; those loaded already stay as they
    are. So does importing diskcache, whose stand-in has a Cache that is opened when something is first looked up in it.

    Afterwards an import gives the real module again, to everybody but those who hold a stand-in.
    """
    finder = _Finder(tuple(root for root in (*NEVER_CALLED, "diskcache") if root not in sys.modules))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name, module in sys.modules.items() if isinstance(module, _StandIn)]:
            parent, _, child = name.rpartition(".")
            if parent and not isinstance(sys.modules.get(parent), _StandIn | None):
                vars(sys.modules[parent]).pop(child, None)
            del sys.modules[name]


class _Name:
    """A name taken from a stand-in: fetched when it is called or looked into."""

    def __init__(self, module: str, name: str) -> None:
        self._place = module, name

    def _real(self) -> Any:
        module, name = self._place
        return getattr(importlib.import_module(module), name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._real()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._real(), name)


class LateCache:
    """manimlib's store of texts and formulas, which films do not use: it opens a database in the user's home.

    Where that cannot be opened or written, nothing is found in it and nothing is kept.
    """

    def __init__(self, folder: str, **settings: Any) -> None:
        self._how = folder, settings
        self._store: Any = None

    def _try(self, name: str, *args: Any) -> Any:
        folder, settings = self._how
        try:
            if self._store is None and os.path.isabs(folder):  # it is not where there is no home
                self._store = importlib.import_module("diskcache").Cache(folder, **settings)
                atexit.register(self._store.close)
            return getattr(self._store, name)(*args) if self._store is not None else None
        except Exception:  # of the disk, the database, or what was kept by another version
            return None

    def get(self, key: str) -> Any:
        return self._try("get", key)

    def set(self, key: str, value: Any) -> Any:
        return self._try("set", key, value)

    def clear(self) -> Any:
        return self._try("clear")


class _StandIn(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if (self.__name__, name) == ("diskcache", "Cache"):
            return LateCache
        if name == "get_distribution":  # pkg_resources: the one thing that is called at once, for a version
            return importlib.import_module("importlib.metadata").distribution
        if name.startswith("__"):
            raise AttributeError(name)
        return _Name(self.__name__, name)


class _Finder:
    def __init__(self, roots: tuple[str, ...]) -> None:
        self.roots = roots

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        below = any(name == root or name.startswith(root + ".") for root in self.roots)
        return ModuleSpec(name, self, is_package=True) if below else None  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass
