"""Numbers as they stand on screen: short, of steady width, and true to the digits shown."""

from __future__ import annotations

import math


def loss_text(value: float) -> str:
    """Four decimals where they say enough, else three digits with an exponent; '0' below 1e-15, '' if not finite."""
    if not math.isfinite(value):
        return ""
    if abs(value) < 1e-15:
        return "0"
    if 0.001 <= abs(value) < 1000:
        text = f"{value:.4f}"
    elif 1000 <= abs(value) < 100000:
        text = f"{value:.1f}"
    else:
        text = f"{value:.2e}"
    if "e" in text:
        digits, power = text.split("e")
        text = f"{digits}e{int(power)}"
    return text.replace("-", "−")


def short(value: object) -> str:
    """A hyperparameter as a person writes it: 0.05, 0.9, 1e-08, true, '0.9, 0.999'."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return ", ".join(short(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
