"""Heavy-ball momentum in torch's form."""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.engine.sgd import TorchSGD
from thalweg.registry import parameter


@dataclass(frozen=True)
class Momentum(TorchSGD):
    r"""The heavy ball: the velocity remembers past gradients. torch's SGD with momentum 0.9.

    Rule, all operations per component::

        g = grad f(w) + weight_decay * w
        v = momentum * v + (1 - dampening) * g      (first step: v = g)
        w = w - lr * v                              (nesterov: w = w - lr * (g + momentum * v))

    Arguments: as `sgd`; lr 0.02 and momentum 0.9 by default. A steady gradient is amplified 1 / (1 - momentum) times,
    ten times by default, hence the smaller lr. Inner state: step, momentum_buffer (v).

    Reference: Polyak, "Some methods of speeding up the convergence of iteration methods", USSR Comput. Math. Math.
    Phys. 4(5) (1964); Sutskever et al., "On the importance of initialization and momentum in deep learning",
    ICML 2013, eqs. 1 and 2. Code: torch.optim.SGD 2.13.

    Where libraries differ: Sutskever et al. and Keras put lr into the velocity, v = mu v - lr g, w = w + v: the same
    path while lr is constant. An average, v = mu v + (1 - mu) g (some courses), is dampening = momentum here but for
    the first step, and needs a lr ten times as large.
    """

    display_name = "Momentum"

    lr: float = parameter(0.02, low=0, doc="learning rate")
    momentum: float = parameter(0.9, low=0, doc="share of the velocity that is kept")
