"""Rules as text: what moves the balls is what the text says, and the text is safe to read from a stranger."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser

from thalweg import OPTIMIZERS, SURFACES, roll
from thalweg.engine.rule import RuleError, read
from thalweg.engine.rule.evaluate import Mover
from thalweg.engine.rule.javascript import javascript
from thalweg.engine.rule.mathtext import line_mathtext, symbol
from thalweg.engine.rule.members import initial_of, numbers, rule_of, shown_lines
from thalweg.engine.rule.simplify import without

STEPS = 300
SWITCHES: dict[str, list[dict[str, Any]]] = {
    "sgd": [
        {"momentum": 0.8},
        {"momentum": 0.8, "dampening": 0.3, "weight_decay": 0.02},
        {"momentum": 0.7, "nesterov": True},
    ],
    "momentum": [{"dampening": 0.5}, {"nesterov": True, "weight_decay": 0.1}],
    "rmsprop": [{"centered": True}, {"momentum": 0.5}, {"centered": True, "momentum": 0.4}],
    "nadam": [{"decoupled_weight_decay": True, "weight_decay": 0.1}],
    "radam": [{"decoupled_weight_decay": True, "weight_decay": 0.1}],
    "sam": [{"optimizer": "momentum"}],
    "lookahead": [{"optimizer": "sgd", "k": 3}, {"optimizer": {"adam": {"betas": [0.8, 0.9]}}}],
    "adagrad": [{"lr_decay": 0.1, "initial_accumulator_value": 0.3}],
    "ftrl": [{"lambda_1": 0.1, "lambda_2": 0.2}],
    "sophia": [{"update_period": 3}],
    "mas": [{"momentum": 0.7}],
    "schedule_free": [{"momentum": 0.6, "r": 1.0, "weight_lr_power": 1.0}],
    "schedule_free_adamw": [{"betas": [0.8, 0.99], "r": 0.5}],
    "cautious": [{"optimizer": "nag", "lr": 0.02}, {"optimizer": {"lookahead": {"optimizer": "adam"}}}],
    "average": [{"ema": True, "decay": 0.9}, {"begin": 20, "optimizer": "rprop"}, {"optimizer": "cautious"}],
}
RACES = (("bowl_with_two_holes", (-0.64, 1.8)), ("ravine", (-3.6, 1.3)))


def _variants() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name in OPTIMIZERS:
        decay = {"weight_decay": 0.05} if "weight_decay" in {entry.name for entry in fields(OPTIMIZERS[name])} else {}
        found += [(name, given) for given in ({}, *([decay] if decay else []), *SWITCHES.get(name, []))]
    return found


def moved(rule: Any, initial: Any, hyper: Any, surface: Any, start: Any, steps: int = STEPS) -> np.ndarray:
    """The path (steps + 1, 2) that a rule's text makes."""
    mover, points = Mover(rule, initial), np.array([start])
    state, path = mover.init(points), [points[0]]
    with np.errstate(all="ignore"):
        for _ in range(steps):
            state, points = mover.step(state, points, surface, hyper)
            path.append(points[0])
    return np.array(path)


class Shaken:
    """A surface whose gradients and Hessians are rounded another way: by up to some last bits."""

    def __init__(self, surface: Any, seed: int) -> None:
        self.surface, self.random = surface, np.random.default_rng(seed)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.surface, name)

    def gradient(self, points: np.ndarray) -> np.ndarray:
        relative, absolute = self.random.normal(0, (2e-16, 1e-17), (*points.shape, 2)).T
        return self.surface.gradient(points) * (1 + relative.T) + absolute.T  # a rest, too, is known to rounding alone

    def value_and_gradient(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.surface.value(points), self.gradient(points)

    def hessian(self, points: np.ndarray) -> np.ndarray:
        return self.surface.hessian(points) * (1 + self.random.normal(0, 2e-16))


def certain(optimizer: Any, surface: Any, start: Any, rolled: np.ndarray) -> int:
    """How many steps do not hang on rounding: where it is shaken, the paths stay as near."""
    known = len(rolled)
    for seed in range(2):
        shaken = roll(optimizer, Shaken(surface, seed), start, STEPS).positions[0]
        apart = ~(np.abs(rolled - shaken).max(axis=1) <= 1e-14 * (1 + np.abs(rolled).max(axis=1)))
        known = min(known, int(apart.argmax()) if apart.any() else known)
    return known


@pytest.mark.parametrize("name, given", _variants(), ids=str)
def test_the_text_is_what_moves_the_ball(name: str, given: dict[str, Any]) -> None:
    optimizer = OPTIMIZERS[name](**given)
    rule = rule_of(optimizer)
    if rule is None:
        assert optimizer.formula  # an integral, a list of pairs, a matrix, a draw
        return
    for member, start in RACES:
        surface = SURFACES[member]()
        path = moved(rule, initial_of(optimizer), numbers(optimizer), surface, start)
        rolled = roll(optimizer, surface, start, STEPS).positions[0]
        known = certain(optimizer, surface, start, rolled)
        assert known > (5 if optimizer.steered_by_loss else 15)  # Polyak's steps across a ravine are chaotic
        near = np.abs(path[:known] - rolled[:known]) / (1 + np.abs(rolled[:known]))
        assert near.max() < 1e-12
        assert np.abs(np.diff(rolled[:known], axis=0)).max() > 1e-3  # it moved


@pytest.mark.parametrize("name", list(OPTIMIZERS))
def test_rules_are_shown_as_mathtext(name: str) -> None:
    lines = shown_lines(OPTIMIZERS[name]())
    assert any(heading for heading, _ in lines)
    for _, line in lines:
        assert "$" not in line
        width, height, *_ = MathTextParser("path").parse(f"${line}$")
        assert width > height > 0


def test_terms_that_are_0_are_not_shown() -> None:
    assert shown_lines(OPTIMIZERS["adam"]()) == [
        ("gradient", r"g = \nabla f(w)"),
        ("first moment", r"m \leftarrow \beta_1\, m + (1 - \beta_1)\, g"),
        ("second moment", r"v \leftarrow \beta_2\, v + (1 - \beta_2)\, g^2"),
        ("correction", r"\hat{m} = \frac{m}{1 - \beta_1^t}"),
        ("", r"\hat{v} = \frac{v}{1 - \beta_2^t}"),
        ("step", r"w \leftarrow w - \eta\, \frac{\hat{m}}{\sqrt{\hat{v}} + \epsilon}"),
    ]
    assert shown_lines(OPTIMIZERS["adam"](weight_decay=0.1))[0][1] == r"g = \nabla f(w) + \lambda\, w"
    assert shown_lines(OPTIMIZERS["sgd"]()) == [
        ("gradient", r"g = \nabla f(w)"),
        ("step", r"w \leftarrow w - \eta\, g"),
    ]


@pytest.mark.parametrize(
    "text, shown",
    [
        ("w - (a - b)", "w - (a - b)"),
        ("w - (a + b)*c", r"w - (a + b)\, c"),
        ("w - a*(b*c)", r"w - a\, (b\, c)"),
        ("w + -a", "w - a"),
        ("w - -a", "w + a"),
        ("-a*w", r"(-a)\, w"),
        ("2*3*w", r"2 \cdot 3\, w"),
        ("w**-a", "w^{-a}"),
        ("(a*w)**2", r"(a\, w)^2"),
        ("a/b*w", r"\frac{a}{b}\, w"),
        ("(a/b)**2*w", r"\left(\frac{a}{b}\right)^2\, w"),
        ("abs(w)*sign(w)", r"\left|w\right|\, \mathrm{sign}(w)"),
        ("where(w > a, b, w)", r"b\ \mathrm{if}\ w > a\ \mathrm{else}\ w"),
        ("norm(w)*w", r"\left\Vert w\right\Vert\, w"),
        ("1e-8*w", r"10^{-8}\, w"),
        ("2.5e-3*w", r"2.5 \cdot 10^{-3}\, w"),
    ],
)
def test_brackets_stand_where_they_are_needed(text: str, shown: str) -> None:
    rule = read(f"w = {text}", "abc", all_read=False)
    assert line_mathtext(rule, rule.lines[0]) == rf"w \leftarrow {shown}"
    MathTextParser("path").parse(f"${shown}$")


@pytest.mark.parametrize(
    "name, letters",
    [
        ("lr", r"\eta"),
        ("beta1", r"\beta_1"),
        ("beta_12", r"\beta_{12}"),
        ("m_hat", r"\hat{m}"),
        ("vhat", r"\hat{v}"),
        ("G", "G"),
        ("lambda", r"\lambda"),
        ("lambda_s", r"\lambda_{s}"),
        ("cooling_rate", r"\mathrm{cooling\ rate}"),
        ("what", r"\mathrm{what}"),
        ("that_", r"\mathrm{that\ }"),
    ],
)
def test_letters_of_names(name: str, letters: str) -> None:
    assert symbol(name) == letters


def _power_sign(path: list, grad: Any) -> None:
    """Bello et al. 2017: w <- w - lr * alpha^(sign(g) sign(m)) * g, written out as a loop."""
    (x, y), m = path[0], [0.0, 0.0]
    for _ in range(STEPS):
        g = grad(x, y)
        m = [0.9 * m[i] + 0.1 * g[i] for i in (0, 1)]
        sign = [math.copysign(1, g[i]) * math.copysign(1, m[i]) if g[i] and m[i] else 0.0 for i in (0, 1)]
        x, y = (w - 0.01 * math.e ** sign[i] * g[i] for i, w in enumerate((x, y)))
        path.append((x, y))


def _two_momenta(path: list, grad: Any) -> None:
    (x, y), a, b = path[0], [0.0, 0.0], [0.0, 0.0]
    for _ in range(STEPS):
        g = grad(x, y)
        a = [0.9 * a[i] + 0.1 * g[i] for i in (0, 1)]
        b = [0.5 * b[i] + 0.5 * g[i] for i in (0, 1)]
        x, y = (w - 0.01 * (a[i] + b[i]) / 2 for i, w in enumerate((x, y)))
        path.append((x, y))


def _clipped(path: list, grad: Any) -> None:
    x, y = path[0]
    for _ in range(STEPS):
        g = grad(x, y)
        long = math.sqrt(g[0] * g[0] + g[1] * g[1])
        share = 0.5 / long if long > 0.5 else 1.0
        x, y = x - 0.05 * share * g[0], y - 0.05 * share * g[1]
        path.append((x, y))


LOOPS = {
    "power_sign": (
        _power_sign,
        "g = grad(w)\nm = beta*m + (1 - beta)*g\nw = w - lr*a**(sign(g)*sign(m))*g",
        {"lr": 0.01, "beta": 0.9, "a": math.e},
    ),
    "two_momenta": (
        _two_momenta,
        "a = fast*a + (1 - fast)*grad(w)\nb = slow*b + (1 - slow)*grad(w)\nw -= lr*(a + b)/2",
        {"lr": 0.01, "fast": 0.9, "slow": 0.5},
    ),
    "clipped": (_clipped, "g = grad(w)\nw = w - lr*g*min(1, most/norm(g))", {"lr": 0.05, "most": 0.5}),
}


@pytest.mark.parametrize("name", list(LOOPS))
def test_users_rules_are_the_loops_they_stand_for(name: str) -> None:
    loop, text, given = LOOPS[name]
    surface, path = SURFACES["himmelblau"](), [(0.3, 0.2)]
    loop(path, lambda x, y: [float(each) for each in surface.gradient(np.array([[x, y]]))[0]])
    mine = moved(read(text, given), {}, given, surface, (0.3, 0.2))
    assert np.abs(mine - np.array(path)).max() < 1e-12


@pytest.mark.parametrize("name", ["adam", "rprop", "sam", "radam", *LOOPS])
def test_javascript_makes_the_same_steps(name: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node to run JavaScript")
    if name in LOOPS:
        given, initial = LOOPS[name][2], {}
        rule = read(LOOPS[name][1], given)
    else:
        optimizer = OPTIMIZERS[name]()
        rule, given, initial = rule_of(optimizer), numbers(optimizer), initial_of(optimizer)
    names = {**given, "w_0": -0.7, "w_1": 1.1}
    for each in rule.state:
        wide = rule.kinds[each] == "vector"
        names |= {place: initial.get(each, 0.0) for place in ([f"{each}_0", f"{each}_1"] if wide else [each])}
    program = f"""
        const names = {json.dumps(names)}, path = [[names.w_0, names.w_1]];
        const step = {javascript(rule)};
        const grad = (x, y) => [2*x + y, x + 30*y];
        for (let t = 1; t <= 100; t++) {{
            names.t = t; step(names, grad, (x, y) => x*x + x*y + 15*y*y, (x, y) => [2, 30]);
            path.push([names.w_0, names.w_1]);
        }}
        console.log(JSON.stringify(path));"""
    ran = subprocess.run([node, "-e", program], capture_output=True, text=True, timeout=60, check=True)
    from thalweg import from_expression

    surface = from_expression("x**2 + x*y + 15*y**2", {}, ((-2, 2), (-2, 2)))
    mine = moved(rule, initial, given, surface, (-0.7, 1.1), 100)
    assert np.abs(mine - np.array(json.loads(ran.stdout))).max() < 1e-9


def test_what_is_carried_and_what_lives_for_a_step() -> None:
    rule = read("g = grad(w)\ns = s + dot(g, g)\nv = beta*v + g\nw = w - lr*v/sqrt(s)", ["lr", "beta"])
    assert rule.state == ("s", "v") and set(rule.numbers) == {"lr", "beta"} and not rule.timed
    assert rule.kinds["s"] == "scalar" and rule.kinds["v"] == "vector"
    state = Mover(rule, {"s": 0.5}).init(np.zeros((3, 2)))
    assert state["s"].shape == (3, 1) and (state["s"] == 0.5).all() and state["v"].shape == (3, 2)


def test_headings_name_the_line_below() -> None:
    rule = read("# memory\nm = m + grad(w)  \n\n# step\nw = w - m # down\n", [])
    assert [(line.heading, line.number) for line in rule.lines] == [("memory", 2), ("down", 5)]


def test_a_power_of_a_number_that_is_0_goes() -> None:
    rule = without(read("w = w - a*t**r*grad(w)", ["a", "r"]), ["r"])
    assert line_mathtext(rule, rule.lines[0]) == r"w \leftarrow w - a\, \nabla f(w)"


def test_a_term_of_a_number_that_is_0_goes() -> None:
    rule = without(read("v = a*v + grad(w)\nb = v\nw = w - b*(1 - a)", ["a"]), ["a"])
    assert [line.name for line in rule.lines] == ["v", "w"]
    assert line_mathtext(rule, rule.lines[1]) == r"w \leftarrow w - v"


HOSTILE = {
    "__import__('os').system('true')": "w =",
    "w = __import__('os')": "function",
    "w = w.__class__": "dot",
    "w = ().__class__.__bases__[0]": "no place",
    "w = open('/etc/passwd')": "function",
    "w = [x for x in w]": "no place",
    "w = lambda: w": "no place",
    "w = (yield w)": "no place",
    "w = (w := 3)": "no place",
    "w = f'{w}'": "no place",
    "w = 'a'*10**9": "no place",
    "w = " + "(" * 1900 + "w" + ")" * 1900: "deep",
    "w = " + "-" * 3000 + "w": "deep",
    "w = " + "+".join(["w"] * 1500): "parts",
    "w = " + "9" * 3000: "large",
    "w = 1e999*w": "large",
    "w = w" + " " * 5000: "characters",
    "w = 1\n" * 100: "assignments",
    "import os": "no assignment",
    "for i in w: pass": "no assignment",
    "while True: w = w": "no assignment",
    "w = w; import os": "several statements",
    "def grad(w): return w": "no assignment",
    "grad = w": "meaning of its own",
    "t = 0": "meaning of its own",
    "lr = 2*lr": "cannot be assigned",
    "w[0] = 1": "no name to assign to",
    "w.x = 1": "no name to assign to",
    "w = v = lr*w": "no assignment",
    "w = grad(lr)": "for each weight",
    "w = lr*(w > 0)": "comparison",
    "w = where(w, 1, 2)": "no comparison",
    "w = clip(w)": "takes 3",
    "w = w*\x00": "no meaning",
    "w = β*w": "write beta",
    "w = w^2": r"\*\*",
    "w = w if w else w": "no place",
    "m = grad(w)": "never assigns w",
    "w = w - beat*w": "beat is not defined",
    "": "never assigns w",
    "w = w": "never reads lr",
    "w = *w": "no place",
    "w = grad(*w)": "plain values",
    "w = grad(w=w)": "plain values",
}


@pytest.mark.parametrize("text", list(HOSTILE), ids=lambda text: text[:30])
def test_what_is_no_rule_is_refused_in_a_line(text: str) -> None:
    with pytest.raises(RuleError, match=HOSTILE[text] if HOSTILE[text] != "w =" else "=") as told:
        read(text, ["lr"])
    assert "\n" not in str(told.value) and len(str(told.value)) < 300 and told.value.cure


def test_towers_of_powers_are_numbers() -> None:
    rule = read("w = w + lr*9**9**9**9**9", ["lr"])
    assert np.isinf(moved(rule, {}, {"lr": 1.0}, SURFACES["bowl"](), (1.0, 1.0), 1)[-1]).all()


def test_a_miss_is_told_with_what_was_meant() -> None:
    with pytest.raises(RuleError, match="beat is not defined; did you mean beta") as told:
        read("m = beta*m + grad(w)\n\nw = w - lr*beat*m", ["lr", "beta"])
    assert told.value.line == 3
