"""A rule carried into a page: one function `step(names, grad, loss, hessDiag)` in plain JavaScript, from the same tree.

`names` holds numbers: the hyperparameters, `t`, what is carried, and for each vector v its components v_0 and v_1;
`grad` and `hessDiag` take two numbers and give two, `loss` takes two and gives one. The function assigns the step's
names in `names`, in the rule's order and by the rule's operations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from thalweg.engine.rule.nodes import ASKED, Before, Call, Name, Node, Number, Rule, Sign, walk

HELP = {
    "sign": "const sign = a => a > 0 ? 1 : a < 0 ? -1 : a;",
    "clip": "const clip = (a, low, high) => Math.min(Math.max(a, low), high);",
}
PLAIN = {name: f"Math.{name}" for name in ("sqrt", "abs", "exp", "log", "min", "max")}
SIGNS = {"and": "&&", "or": "||", "==": "===", "!=": "!=="}
ASKS = {"grad": "grad", "loss": "loss", "hess_diag": "hessDiag"}


def javascript(rule: Rule) -> str:
    """The source of the function, as an expression: `(names, grad, loss, hessDiag) => {...}`."""
    return "\n".join(["(names, grad, loss, hessDiag) => {", *(f"  {row}" for row in _Writer(rule).rows()), "}"])


class _Writer:
    def __init__(self, rule: Rule) -> None:
        self.rule, self.kinds, self.asked = rule, rule.kinds, 0

    def rows(self) -> Iterator[str]:
        used = {node.name for line in self.rule.lines for node in walk(line.value) if isinstance(node, Call)}
        yield from (text for name, text in HELP.items() if name in used)
        for line in self.rule.lines:
            self.before: list[str] = []
            two = self.kinds[line.name] == "vector"
            values = [self.write(line.value, axis) for axis in ((0, 1) if two else (0,))]
            yield from self.before
            places = [_place(line.name, axis if two else None) for axis in range(len(values))]
            yield f"[{', '.join(places)}] = [{', '.join(values)}];" if two else f"{places[0]} = {values[0]};"

    def write(self, node: Node, axis: int) -> str:
        """One component of a value."""
        match node:
            case Number(value, _):
                return repr(value)
            case Name(name):
                return _place(name, axis if self.kinds.get(name) == "vector" else None)
            case Before(sign, value):
                return f"({'-' if sign == '-' else '!'}{self.write(value, axis)})"
            case Sign("**", left, Number(2.0, _)):
                base = self.write(left, axis)
                return f"({base} * {base})"
            case Sign("**", left, right):
                return f"Math.pow({self.write(left, axis)}, {self.write(right, axis)})"
            case Sign(sign, left, right):
                return f"({self.write(left, axis)} {SIGNS.get(sign, sign)} {self.write(right, axis)})"
            case Call(name, values):
                return self.call(name, values, axis)
        raise TypeError(node)

    def call(self, name: str, values: tuple[Node, ...], axis: int) -> str:
        if name in ASKED:
            return self.ask(name, values[0], axis)
        if name == "where":
            return f"({self.write(values[0], axis)} ? {self.write(values[1], axis)} : {self.write(values[2], axis)})"
        if name in ("dot", "norm"):
            pairs = [(self.write(values[0], one), self.write(values[-1], one)) for one in (0, 1)]
            text = " + ".join(f"{a} * {b}" for a, b in pairs)
            return f"Math.sqrt({text})" if name == "norm" else f"({text})"
        return f"{PLAIN.get(name, name)}({', '.join(self.write(value, axis) for value in values)})"

    def ask(self, name: str, point: Node, axis: int) -> str:
        """Asks once for both components, in a row of its own before the line's."""
        call = f"{ASKS[name]}({self.write(point, 0)}, {self.write(point, 1)})"
        known = next((row.split(" ", 2)[1] for row in self.before if row.endswith(f" = {call};")), None)
        if known is None:
            self.asked += 1
            known = f"asked{self.asked}"
            self.before.append(f"const {known} = {call};")
        return known if name == "loss" else f"{known}[{axis}]"


def _place(name: str, axis: int | None) -> str:
    return f"names[{json.dumps(name if axis is None else f'{name}_{axis}')}]"
