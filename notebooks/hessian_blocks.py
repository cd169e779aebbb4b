# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Every block of the Hessian, from the loss
#
# A network $f(x)=V\sigma(Wx)$ and a loss of its logits are declared; each block of the Hessian
# comes back as a weighted Gram matrix $s\sum_n\lambda_n\,l_nr_n^\top$, with symbolic sizes.

# %%
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LogNorm
from sympy import Rational

from rmtcheck import (
    CROSS_ENTROPY,
    GELU,
    CrossEntropy,
    HessianBlock,
    HessianLayer,
    OneHiddenLayer,
    derive,
    to_numeric,
)
from rmtcheck.montecarlo.draw import draw_one_hidden_layer
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.symbols import C, d, i, j, m

network = OneHiddenLayer(d, m, C)
for row, column in [("w", "w"), ("w", "v"), ("v", "v")]:
    rows, columns = getattr(network, row), getattr(network, column)
    print(derive(HessianBlock(network, CROSS_ENTROPY, rows[i], columns[j])), "\n")

# %% [markdown]
# Another activation, a temperature and smoothed labels are other declarations. With GELU the
# second derivative of the activation enters the diagonal blocks, with the residual of the loss.

# %%
smooth = OneHiddenLayer(d, m, C, GELU)
loss = CrossEntropy(temperature=2, smoothing=Rational(1, 10))
print(derive(HessianBlock(smooth, loss, smooth.w[i], smooth.w[i])))

# %% [markdown]
# ## The whole matrix at initialisation
#
# The formulas are functions of arrays. We put all blocks of a small network together, at few and at
# many classes: the hidden part and the output part become block-diagonal, and the part across the
# layers keeps one stripe, the column of $v_{j,i}$ in the block of $w_i$ and $v_j$.

# %%
D, M, SAMPLES = 24, 4, 2000
LAYERS = ("w", "v")


def whole_hessian(classes: int) -> np.ndarray:
    """Draw a network with its data, and return the Hessian of its cross-entropy."""
    rng = stream(1, "notebook on hessian blocks", classes)
    X, V, W = draw_one_hidden_layer(D, M, SAMPLES, classes, rng)
    labels = rng.integers(1, classes + 1, SAMPLES)
    blocks = [
        [
            to_numeric(derive(HessianLayer(network, CROSS_ENTROPY, r, c)), network=network).matrix(
                X, V, W, labels
            )
            for c in LAYERS
        ]
        for r in LAYERS
    ]
    return np.block(blocks)


figure, axes = plt.subplots(1, 2, figsize=(11, 5.4), layout="constrained")
for ax, classes in zip(axes, (3, 60), strict=True):
    hessian = np.abs(whole_hessian(classes))
    assert np.allclose(hessian, hessian.T, rtol=1e-12, atol=1e-12 * hessian.max())
    top = hessian.max()
    ax.imshow(hessian, norm=LogNorm(top / 1e3, top, clip=True), cmap="viridis")
    ax.axhline(D * M - 0.5, color="white", linewidth=0.6)
    ax.axvline(D * M - 0.5, color="white", linewidth=0.6)
    ax.set(title=f"|H| at C = {classes}: W, then V", xticks=[], yticks=[])
plt.show()

# %% [markdown]
# ## Products without the matrix
#
# At $d=C=500$, $m=8$, $N=5000$ the hidden part has 16 million entries and the output part as
# many; `product` multiplies a vector by all blocks at the cost of a few matrix products.

# %%
rng = stream(1, "notebook on hessian blocks", 0)
X, V, W = draw_one_hidden_layer(500, 8, 5000, 500, rng)
labels = rng.integers(1, 501, 5000)
everything = to_numeric(derive(HessianLayer(network, CROSS_ENTROPY, "w", "v")), network=network)
direction = rng.standard_normal(500 * 8)
print(np.linalg.norm(everything.product(direction, X, V, W, labels)))
