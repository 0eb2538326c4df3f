"""Swarms at the speed of compiled code: a traced step as a few loops over the runs, made by the machine's C compiler.

Sums, products, quotients and roots are done by C in registers, one rounding each as in numpy; all else (exp, sin, ...)
is asked of numpy itself between two loops. So no bit of a run depends on whether it was moved this way. Where there is
no compiler (or no Linux), where the rule cannot be traced or something comes out not finite, runs go the plain way;
`roll` says why where that is asked for, or where something failed.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from thalweg.engine.base import Array, Hyper, Optimizer, State
from thalweg.engine.compiled.trace import Formula, Objective, Trace, Traced, Untraceable

INFIX = {
    np.add: "+",
    np.subtract: "-",
    np.multiply: "*",
    np.divide: "/",
    np.equal: "==",
    np.not_equal: "!=",
    np.less: "<",
    np.less_equal: "<=",
    np.greater: ">",
    np.greater_equal: ">=",
    np.bitwise_and: "&&",
    np.bitwise_or: "||",
}
PREFIX = {np.negative: "-", np.sqrt: "sqrt", np.absolute: "fabs"}
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC")
HEAD = "#include <math.h>\n#include <float.h>\n#if FLT_EVAL_METHOD != 0\n#error doubles are rounded late here\n#endif\n"
LONGEST = 500  # lines of a step; a longer one would take its compiler long
PAD = 24  # numbers between two columns, which would else claim the same places of the cache


class Kernel:
    """The loops of one form of a step: columns in, the same columns after it, scratch behind them."""

    def __init__(self, trace: Trace, wanted: Sequence[int], finite: Sequence[int], name: str) -> None:
        """wanted: the line that each column becomes; finite: lines of which every entry must be finite."""
        self.lines, self.name = trace.lines, name
        self.rows = {index: operands[0] for index, (what, operands) in enumerate(self.lines) if what == "input"}
        self.count = len(wanted)
        level = self._levels()
        asked = sorted(self._needed([*wanted, *finite], {}))
        self.asked: list[list[tuple[Any, list[tuple[bool, int]], int]]] = []
        self.loops: list[Any] = []  # of the library, once it is compiled
        texts = []
        for depth in range(max((level[index] + 1 for index in asked if self._numpys(index)), default=0)):
            calls = [index for index in asked if self._numpys(index) and level[index] == depth]
            texts.append(self._gathered(calls))
        texts.append(self._loop([*zip(wanted, range(len(wanted)), strict=True)], finite, len(texts)))
        self.text = "\n".join(texts)

    def _numpys(self, index: int) -> bool:
        what = self.lines[index][0]
        return isinstance(what, np.ufunc) and what not in INFIX and what not in PREFIX and what is not np.square

    def _levels(self) -> list[int]:
        """How many calls of numpy lie before each line."""
        level: list[int] = []
        for what, operands in self.lines:
            before = [] if what in ("input", "number") else operands
            level.append(max((level[each] + self._numpys(each) for each in before), default=0))
        return level

    def _gathered(self, calls: list[int]) -> str:
        """The loop that makes what numpy is asked about; the calls are put down in `asked`."""
        targets, asked = [], []
        for index in calls:
            what, operands = self.lines[index]
            into: list[tuple[bool, int]] = []
            for operand in operands:
                if self.lines[operand][0] == "number":
                    into.append((False, self.lines[operand][1][0]))
                    continue
                if operand not in self.rows:
                    targets.append((operand, self.count))
                into.append((True, self.rows.get(operand, self.count)))
                self.count += operand not in self.rows
            asked.append((what, into, self.count))
            self.count += 1
        text = self._loop(targets, (), len(self.asked))
        for index, (_, _, row) in zip(calls, asked, strict=True):
            self.rows[index] = row
        self.asked.append(asked)
        return text

    def _needed(self, targets: Sequence[int], there: dict[int, int]) -> set[int]:
        needed, left = set(), list(targets)
        while left:
            index = left.pop()
            if index not in needed:
                needed.add(index)
                what, operands = self.lines[index]
                left += [] if index in there or what in ("input", "number") else operands
        return needed

    def _loop(self, targets: Sequence[tuple[int, int]], finite: Sequence[int], number: int) -> str:
        needed = sorted(self._needed([*(index for index, _ in targets), *finite], self.rows))
        numbers = [index for index in needed if self.lines[index][0] == "number"]
        body = [f"double t{index} = {self._operation(index)};" for index in needed if index not in numbers]
        body += [f"w[{row} * s + i] = t{index};" for index, row in targets]
        test = " + ".join(f"t{index} * 0.0" for index in dict.fromkeys(finite)) or "0.0"  # nan where one is not
        return "\n".join(
            [
                f"long {self.name}_{number}(long n, long s, double *restrict w, const double *restrict c) {{",
                "long bad = 0;",
                *(f"const double t{index} = c[{self.lines[index][1][0]}];" for index in numbers),
                '_Pragma("GCC ivdep")',
                "for (long i = 0; i < n; i++) {",
                *body,
                f"bad |= !({test} == 0.0);",
                "}",
                "return bad;",
                "}",
            ]
        )

    def _operation(self, index: int) -> str:
        if index in self.rows:
            return f"w[{self.rows[index]} * s + i]"
        what, operands = self.lines[index]
        parts = [f"t{each}" for each in operands]
        if what == "where":
            return "{} != 0.0 ? {} : {}".format(*parts)
        if what is np.square:
            return f"{parts[0]} * {parts[0]}"
        return f" {INFIX[what]} ".join(parts) if what in INFIX else f"{PREFIX[what]}({parts[0]})"


class Fused:
    """The steps of a run in compiled form; those from which something else follows are the caller's.

    Raises Untraceable where a step cannot be written down so or there is no C compiler, and whatever the rule raises.
    """

    def __init__(self, optimizer: Optimizer, formula: Formula, state: State, hypers: Sequence[Hyper]) -> None:
        self.names = [name for name in state if name != "step"]
        if any(state[name].shape[1:] != (2,) or state[name].dtype != np.float64 for name in self.names):
            raise Untraceable("its state is not a pair of floats for each run")
        self.optimizer = optimizer
        self.kernels: dict[Any, Kernel] = {}
        self.steps: list[tuple[Kernel, Array]] = []
        before = Trace()
        points = Traced(before, (before.add("input", 0), before.add("input", 1)))
        inputs = {
            name: (before.add("input", 2 * k), before.add("input", 2 * k + 1)) for k, name in enumerate(self.names, 1)
        }
        objective = Objective(formula, points)
        for made, hyper in enumerate(hypers):
            self._note(before, objective, inputs, hyper, made if "step" in state else None)
        library = compiled(HEAD + "\n".join(kernel.text for kernel in self.kernels.values()))
        for kernel in self.kernels.values():
            kernel.loops = [_loop(library, f"{kernel.name}_{k}") for k in range(len(kernel.asked) + 1)]

    def _note(
        self, before: Trace, objective: Objective, inputs: dict[str, tuple[int, int]], hyper: Hyper, made: int | None
    ) -> None:
        trace = Trace(before)
        seen: Any = objective.at(trace)
        state: dict[str, Any] = {name: Traced(trace, lines) for name, lines in inputs.items()}
        if made is not None:
            state["step"] = np.array([float(made)])
        new, points = self.optimizer.step(state, seen.points, seen, hyper)
        if new.keys() != state.keys() or (made is not None and new["step"].tolist() != [made + 1.0]):
            raise Untraceable
        ends: list[Any] = [points, *(new[name] for name in self.names)]
        wanted = [line for each in ends for line in each.lines]
        finite = [*wanted, seen.here[0][0], *sorted(seen.asked)]
        form = tuple(trace.lines[len(before.lines) :]), tuple(wanted)
        if len(trace.lines) > LONGEST:
            raise Untraceable(f"a step has more than {LONGEST} operations")
        if form not in self.kernels:
            self.kernels[form] = Kernel(trace, wanted, finite, f"step{len(self.kernels)}")
        self.steps.append((self.kernels[form], np.array(trace.numbers)))

    def walk(
        self, state: State, points: Array, steps: range, memory: list[Array], watch: Callable[[int, Array], None]
    ) -> tuple[State, Array] | None:
        """State and points after these steps, or None where something on the way is not finite.

        memory: an empty list at first, to be given again. watch(k, columns): told x and y (2, runs) after each k steps.
        """
        runs, rows = len(points), max(kernel.count for kernel in self.kernels.values())
        if not memory or memory[0].shape[1] != runs:
            memory[:] = [np.empty((rows, runs + PAD))[:, :runs]]
        (table,) = memory
        for k, columns in enumerate([points, *(state[name] for name in self.names)]):
            table[2 * k : 2 * k + 2] = columns.T
        for step in steps:
            kernel, numbers = self.steps[step]
            at = runs, runs + PAD, table.ctypes.data, numbers.ctypes.data
            for loop, calls in zip(kernel.loops, kernel.asked, strict=False):
                loop(*at)
                for what, given, row in calls:
                    what(*(table[each] if is_row else numbers[each] for is_row, each in given), out=table[row])
            if kernel.loops[-1](*at):
                return None
            watch(step + 1, table[:2])
        moved = [np.asfortranarray(table[2 * k : 2 * k + 2].T.copy(order="K")) for k in range(len(self.names) + 1)]
        after = dict(zip(self.names, moved[1:], strict=True))
        return {name: state["step"] + len(steps) if name == "step" else after[name] for name in state}, moved[0]


def _loop(library: Any, name: str) -> Any:
    loop = getattr(library, name)
    loop.argtypes, loop.restype = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p], ctypes.c_long
    return loop


@lru_cache(16)
def compiled(text: str) -> Any:
    """The library that the C compiler makes of it.

    Raises Untraceable where there is no compiler, OSError or TimeoutExpired where it fails.
    """
    if sys.platform != "linux":  # elsewhere asking for a compiler may open a window that offers to install one
        raise Untraceable("a C compiler is asked for on Linux alone")
    if shutil.which("cc") is None:
        raise Untraceable("there is no C compiler (cc)")
    with tempfile.TemporaryDirectory(prefix="thalweg-") as folder:
        source, library = Path(folder, "step.c"), Path(folder, "step.so")
        source.write_text(text, encoding="ascii")
        made = subprocess.run(["cc", *FLAGS, "-o", library, source, "-lm"], capture_output=True, timeout=60)
        if made.returncode:
            errors = made.stderr.decode(errors="replace").strip().splitlines() or ["it says nothing"]
            raise OSError(f"the C compiler (cc) failed: {errors[0]}")
        return ctypes.CDLL(str(library))
