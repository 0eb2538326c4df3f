"""An optimizer's update as text: read once into a tree, then moved (numpy), shown (mathtext) and carried (JavaScript).

    # first moment
    m = beta1*m + (1 - beta1)*grad(w)
    w = w - lr*m/(1 - beta1**t)

`read(text, numbers)` gives the `Rule`; text from a stranger runs no code, reads no file and hangs nothing.
"""

from __future__ import annotations

from thalweg.engine.rule.nodes import Rule
from thalweg.engine.rule.reader import RuleError, read

__all__ = ["Rule", "RuleError", "read"]
