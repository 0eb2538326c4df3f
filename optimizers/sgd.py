"""Gradient descent, with everything torch's SGD can do."""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.engine.sgd import TorchSGD


@dataclass(frozen=True)
class SGD(TorchSGD):
    r"""Steepest descent; with momentum, dampening, Nesterov's form and weight decay where asked for.

    Rule, all operations per component::

        g = grad f(w) + weight_decay * w
        v = momentum * v + (1 - dampening) * g      (first step: v = g; momentum 0: v = g always)
        w = w - lr * v                              (nesterov: w = w - lr * (g + momentum * v))

    Arguments: lr >= 0; momentum >= 0; dampening, any number; weight_decay >= 0; nesterov, which needs momentum > 0
    and dampening 0 (else ValueError). Inner state: step, and momentum_buffer (v) when momentum is not 0.

    Reference: Cauchy, "Methode generale pour la resolution des systemes d'equations simultanees", C. R. Acad. Sci. 25
    (1847); Goodfellow, Bengio, Courville, "Deep Learning" (2016), algorithms 8.1 to 8.3. Code: torch.optim.SGD 2.13.

    Where libraries differ: Sutskever et al. (2013) and TensorFlow/Keras put lr into the velocity, v = mu v - lr g,
    w = w + v: the same path while lr is constant, another one when it changes. Keras' and optax's velocity starts
    from zero and knows no dampening. The stochastic part of the name comes from noise in the gradient.
    """

    display_name = "SGD"
