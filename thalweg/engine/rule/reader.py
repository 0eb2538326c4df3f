"""The safe reader of rules: text becomes `nodes`, and nothing in it is ever run.

Python's parser makes a tree of each line; it is walked here, and only what stands in `_READ` is understood. Length,
lines, nesting and the count of parts are bounded first.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import math
import re
import unicodedata
import warnings
from collections.abc import Collection

from thalweg.engine.rule.nodes import (
    ASKED,
    CONDITIONS,
    FUNCTIONS,
    OVER,
    TIME,
    WEIGHTS,
    Before,
    Call,
    Line,
    Name,
    Node,
    Number,
    Rule,
    Sign,
    kind,
    walk,
)

LENGTH, LINES, DEPTH, PARTS, HEADING = 4000, 60, 40, 300, 60  # characters; of a line: nesting, parts; characters
ALLOWED = "use numbers of the rule, w, t, grad(w), + - * / ** and " + ", ".join(FUNCTIONS)
SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
GRADIENTS = ("g", "gradient", "dw")  # names by which it goes elsewhere
OTHER_NAMES = {
    "gradient": "grad",
    "g_rad": "grad",
    "hessian": "hess_diag",
    "hess": "hess_diag",
    "f": "loss",
    "minimum": "min",
    "maximum": "max",
    "clamp": "clip",
    "clamp_": "clip",
    "sgn": "sign",
    "absolute": "abs",
    "ln": "log",
    "square": "**2",
    "pow": "**",
    "params": "w",
    "param": "w",
    "theta": "w",
    "x": "w",
    "step": "t",
    "k": "t",
}
PLAIN = {"·": "*", "×": "*", "⋅": "*", "−": "-", "–": "-", "÷": "/", "←": "=", "√": "sqrt", "∇": "grad", "²": "**2"}


class RuleError(ValueError):
    """The text is no rule: in one line what is wrong and the cure, after '; '. `line` counts from 1."""

    def __init__(self, what: str, cure: str, line: int = 1) -> None:
        super().__init__(f"{what}; {cure}")
        self.what, self.cure, self.line = what, cure, line


def read(text: str, numbers: Collection[str], all_read: bool = True) -> Rule:
    """The rule of a text; `numbers` are the names of its hyperparameters.

    Raises RuleError for the first line that cannot be read, then for names that nobody assigns, for w that is not
    assigned, and, unless not `all_read`, for numbers that are never read.
    """
    if len(text) > LENGTH:
        raise RuleError(f"the update has {len(text)} characters", f"at most {LENGTH} are read")
    lines, heading = [], ""
    for number, row in enumerate(text.splitlines(), 1):
        code, _, remark = (part.strip() for part in row.partition("#"))
        if len(remark) > HEADING:
            raise RuleError(f"the heading has {len(remark)} characters", f"at most {HEADING} are shown", number)
        heading = remark or heading
        if code:
            name, value = _Reader(code, number, numbers).assignment()
            lines.append(Line(name, value, heading, number))
            heading = ""
    if len(lines) > LINES:
        raise RuleError(f"the update has {len(lines)} assignments", f"at most {LINES} are read", lines[LINES].number)
    rule = Rule(tuple(lines))
    _check_names(rule, numbers, all_read)
    _check_kinds(rule)
    return rule


def _check_names(rule: Rule, numbers: Collection[str], all_read: bool) -> None:
    assigned = {line.name: None for line in rule.lines}
    known = [*assigned, *numbers, WEIGHTS, TIME]
    for line in rule.lines:
        for node in walk(line.value):
            if isinstance(node, Name) and node.name not in known:
                near = difflib.get_close_matches(node.name[:40], known, 1, 0.5)
                same = OTHER_NAMES.get(node.name)
                cure = f"write {same}" if same in known else f"did you mean {near[0]}?" if near else ""
                cure = f"write {node.name} = grad({WEIGHTS}) in a line before it" if node.name in GRADIENTS else cure
                cure = cure or f"give it a number beside update, as in {node.name[:40]}: 0.9, or assign it"
                raise RuleError(f"{node.name[:40]} is not defined", cure, line.number)
    if WEIGHTS not in assigned:
        last = rule.lines[-1] if rule.lines else None
        cure = "end with a line such as w = w - lr*grad(w)"
        raise RuleError("the update never assigns w, the weights", cure, last.number if last else 1)
    for name in numbers:
        if all_read and name not in rule.numbers:
            raise RuleError(f"the update never reads {name}", "use it in a line, or leave it out")


def _check_kinds(rule: Rule) -> None:
    """Functions of a point, or over components, take a vector."""
    for line in rule.lines:
        for node in walk(line.value):
            if isinstance(node, Call) and (node.name in OVER or node.name in ASKED):
                if any(kind(value, rule.kinds) != "vector" for value in node.values):
                    what = f"{node.name} takes what has a number for each weight"
                    like = ", ".join(["w", "grad(w)"][: len(node.values)])
                    raise RuleError(what, f"write {node.name}({like}) or the like", line.number)


class _Reader:
    """Reads one line."""

    def __init__(self, code: str, number: int, numbers: Collection[str]) -> None:
        self.code, self.number, self.numbers = code, number, numbers

    def error(self, what: str, cure: str) -> RuleError:
        return RuleError(what, cure, self.number)

    def assignment(self) -> tuple[str, Node]:
        code = self.plain()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python warns about 1if and the like, which are refused anyway
                body = ast.parse(self.marked(code)).body
        except (SyntaxError, ValueError) as error:
            raise self.syntax(code, error) from None
        except (RecursionError, MemoryError):
            raise self.error("the line is nested too deeply", f"at most {DEPTH} levels are read") from None
        if len(body) != 1:
            raise self.error("the line has several statements", "write one assignment a line")
        statement = body[0]
        self.check_size(statement)
        if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            name = self.unmarked(statement.target.id)
            sign = SIGNS.get(type(statement.op))
            if sign is None:
                raise self.error(f"{cut(code)!r} has a sign that a rule does not know", ALLOWED)
            return self.assigned(name), Sign(sign, Name(name), self.read(statement.value))
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            if isinstance(statement.targets[0], ast.Name):
                name = self.assigned(self.unmarked(statement.targets[0].id))
                value = self.read(statement.value)
                if is_condition(value):
                    raise self.error("a comparison is no number", "write where(condition, 1, 0)")
                return name, value
            raise self.error(
                f"{cut(code.partition('=')[0].strip())!r} is no name to assign to", "write one name before ="
            )
        if isinstance(statement, ast.Expr):
            raise self.error(f"{cut(code)!r} assigns nothing", "write a name and = before it, as in m = ...")
        raise self.error(f"{cut(code)!r} is no assignment", "write lines such as m = beta*m + grad(w)")

    def plain(self) -> str:
        """The line, if all its characters have a meaning."""
        for character in self.code:
            if character.isascii() and (character.isprintable() or character == "\t"):
                continue
            name = unicodedata.name(character, "")
            greek = re.fullmatch(r"(?:MATHEMATICAL .*)?GREEK (SMALL|CAPITAL) LETTER (\w+)", name)
            word = PLAIN.get(character) or (greek and (greek[2].lower() if greek[1] == "SMALL" else greek[2].title()))
            cure = f"write {word} for it" if word else "use plain letters, digits and signs"
            raise self.error(f"the character {character!r} (U+{ord(character):04X}) has no meaning in a rule", cure)
        if re.search(r"(?<![\w.])0[xXoObB]|\d_\d", self.code):
            raise self.error("a number is not decimal", "write it as in 1000 or 1e3")
        return self.code

    def marked(self, code: str) -> str:
        """Numbers of the rule may have names that Python keeps for itself, such as lambda."""
        for name in filter(keyword.iskeyword, self.numbers):
            code = re.sub(rf"(?<![\w.]){name}(?!\w)", f"{name}__", code)
        return code

    def unmarked(self, name: str) -> str:
        return name[:-2] if name.endswith("__") and keyword.iskeyword(name[:-2]) else name

    def assigned(self, name: str) -> str:
        """The name, if it may be assigned."""
        if name in self.numbers:
            raise self.error(
                f"{name} is a number of the rule and cannot be assigned", f"write another name, as {name}_t"
            )
        if name == TIME or name in FUNCTIONS:
            raise self.error(f"{name} has a meaning of its own and cannot be assigned", "write another name")
        return name

    def syntax(self, code: str, error: Exception) -> RuleError:
        if "too many nested" in str(error):
            return self.error("the line is nested too deeply", f"at most {DEPTH} levels are read")
        if "integer string conversion" in str(error):
            return self.error("a number has too many digits", "write it like 1.5e3")
        if "^" in code:
            return self.error("^ is not a power", "write **, as in g**2")
        word = next((each for each in re.findall(r"[a-zA-Z_]\w*", code) if keyword.iskeyword(each)), None)
        if word is not None:
            return self.error(
                f"{word} has no place in a rule", "write one assignment a line, and where(a > b, c, d) for if"
            )
        missing = re.search(r"\)\s*[\w(]\w*|(?<![\w.])(?:\d+\.?\d*|\.\d+)\s*[a-zA-Z_(]\w*|\w+\s+\w+", code)
        if missing:
            return self.error(f"{cut(missing[0])!r} cannot be read", "a product needs its sign, as in 2*g")
        if code.count("(") != code.count(")"):
            which = "( is not closed" if code.count("(") > code.count(")") else ") was never opened"
            return self.error(f"a {which}", "count the brackets")
        return self.error(f"{cut(code)!r} cannot be read", "write lines such as m = beta*m + grad(w)")

    def check_size(self, tree: ast.stmt) -> None:
        count, deepest = 0, 0
        left: list[tuple[ast.AST, int]] = [(tree, 0)]
        while left:
            node, depth = left.pop()
            if isinstance(node, (ast.expr, ast.stmt)):
                count, deepest = count + 1, max(deepest, depth)
            left += [(child, depth + 1) for child in ast.iter_child_nodes(node)]
        if count > PARTS:
            raise self.error(
                f"the line has {count} parts (names, numbers, signs)", f"at most {PARTS} are read: use two lines"
            )
        if deepest > DEPTH:
            raise self.error(f"the line is nested {deepest} levels deep", f"at most {DEPTH} are read: use two lines")

    def read(self, node: ast.expr) -> Node:
        match node:
            case ast.Constant(value=value) if isinstance(value, (int, float)) and not isinstance(value, bool):
                return self.constant(node)
            case ast.Name(id=name):
                name = self.unmarked(name)
                if name in FUNCTIONS and name not in self.numbers:
                    raise self.error(f"{name} needs what it is of", f"write {like(name)}")
                return Name(name)
            case ast.UnaryOp(op=ast.UAdd(), operand=value):
                return self.value(value)
            case ast.UnaryOp(op=ast.USub(), operand=value):
                return Before("-", self.value(value))
            case ast.UnaryOp(op=ast.Not(), operand=value):
                return Before("not", self.condition(value))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in SIGNS:
                return Sign(SIGNS[type(op)], self.value(left), self.value(right))
            case ast.BinOp(op=ast.BitXor()):
                raise self.error("^ is not a power", "write **, as in g**2")
            case ast.Compare(left=first, ops=signs, comparators=others) if all(
                type(sign) in COMPARED for sign in signs
            ):
                values = [self.value(each) for each in (first, *others)]
                pairs: list[Node] = [Sign(COMPARED[type(sign)], *values[i : i + 2]) for i, sign in enumerate(signs)]
                return self.chained("and", pairs)
            case ast.BoolOp(op=op, values=conditions):
                return self.chained(
                    "and" if isinstance(op, ast.And) else "or", [self.condition(each) for each in conditions]
                )
            case ast.Call():
                return self.call(node)
        raise self.error(f"{self.source(node)} has no place in a rule", ALLOWED)

    def chained(self, sign: str, nodes: list[Node]) -> Node:
        result = nodes[0]
        for node in nodes[1:]:
            result = Sign(sign, result, node)
        return result

    def value(self, node: ast.expr) -> Node:
        read = self.read(node)
        if is_condition(read):
            raise self.error(f"{self.source(node)} is a comparison, no number", "write where(condition, 1, 0)")
        return read

    def condition(self, node: ast.expr) -> Node:
        read = self.read(node)
        if not is_condition(read):
            raise self.error(
                f"{self.source(node)} is no comparison", f"write {self.source(node, plain=True)} > 0 or the like"
            )
        return read

    def constant(self, node: ast.Constant) -> Number:
        try:
            value = float(node.value)  # type: ignore[arg-type]
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise self.error(f"{self.source(node)} is too large", "keep numbers below 1e300")
        return Number(value, ast.get_source_segment(self.code, node) or f"{value:g}")

    def call(self, node: ast.Call) -> Node:
        if isinstance(node.func, ast.Attribute):
            name = OTHER_NAMES.get(node.func.attr, node.func.attr)
            cure = f"write {name}, without what stands before it" if name in FUNCTIONS else ALLOWED
            raise self.error("a dot after a name has no place in a rule", cure)
        name = self.unmarked(node.func.id) if isinstance(node.func, ast.Name) else ""
        if name not in FUNCTIONS or name in self.numbers:
            near = difflib.get_close_matches(name[:40], list(FUNCTIONS), 1, 0.6)
            same = OTHER_NAMES.get(name)
            cure = f"write {same}" if same else f"did you mean {near[0]}?" if near else ALLOWED
            if not name or name in self.numbers or name in (WEIGHTS, TIME):
                cure = "a product needs its sign, as in 2*(1 - beta)"
            raise self.error(f"{cut(name) or 'what stands before the bracket'} is not a function", cure)
        if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            raise self.error(f"{name} takes plain values only", f"write {like(name)}")
        count, wanted = len(node.args), FUNCTIONS[name]
        if count != wanted and not (name in ("min", "max") and count >= 2):
            more = " or more" if name in ("min", "max") else ""
            raise self.error(f"{name} takes {wanted}{more}, not {count}", f"write {like(name)}")
        first = [self.condition(node.args[0])] if name == "where" else []
        return Call(name, (*first, *(self.value(each) for each in node.args[len(first) :])))

    def source(self, node: ast.AST, plain: bool = False) -> str:
        text = cut(ast.get_source_segment(self.code, node) or "this")
        return text if plain else repr(text)


def is_condition(node: Node) -> bool:
    """Whether a node is true or false, and no number."""
    return isinstance(node, Sign) and node.sign in CONDITIONS or isinstance(node, Before) and node.sign == "not"


def like(name: str) -> str:
    """A call of a function as it would be right."""
    known = {"clip": "clip(g, -1, 1)", "where": "where(g > 0, g, 0)", "dot": "dot(g, g)"}
    usual = f"{name}(a, b)" if FUNCTIONS[name] == 2 else f"{name}({'w' if name in ASKED else 'g'})"
    return known.get(name, usual)


def cut(text: str) -> str:
    """Text for a message, cut where it is long."""
    return text if len(text) <= 50 else text[:47] + "..."
