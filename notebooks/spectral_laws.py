# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # The spectral laws of the Hessian's blocks
#
# At random initialisation a block of the Hessian of a linear classifier is
# $\frac1NX\Lambda X^\top$, with a weight for each sample: $p_i(1-p_i)$ in the diagonal block of
# class $i$, $-p_ip_j$ in the block of two classes. With weights of law $\nu$ and $d/N\to\gamma$
# its eigenvalues follow the generalised Marchenko-Pastur law, whose Stieltjes transform solves
#
# $$s=\frac1{-z+\int\frac{\lambda}{1+\gamma\lambda s}\,d\nu(\lambda)},\qquad\Im z,\ \Im s>0.$$
#
# We compute these laws, draw the blocks, and look at both. Then we compare the computation with
# other software.

# %%
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from rmtcheck import GeneralizedMarchenkoPastur, softmax_weights
from rmtcheck.montecarlo.draw import draw_linear_model
from rmtcheck.montecarlo.spectra import block_eigenvalues
from rmtcheck.montecarlo.streams import stream

ROOT, D = 1, 400
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "figure.dpi": 110})
BARS, LINE, MARK = "#b8c4d6", "#1f3b73", "#c8553d"

# %% [markdown]
# ## 1. The weights
#
# As $d\to\infty$ the logits of a sample become independent standard normals, so $\nu$ is the law of
# $p_1(1-p_1)$, or of $-p_1p_2$, with $p$ the softmax of $C$ normals: `softmax_weights`, a density
# computed by quadrature. Diagonal weights are of order $1/C$ and the others of order $1/C^2$; we
# show eigenvalues times $C$ and $C^2$.


# %%
def law_of_block(classes: int, j: int, gamma: float) -> GeneralizedMarchenkoPastur:
    """Return the law of block (1, j), classes counted from 1."""
    place = "diagonal" if j == 1 else "off-diagonal"
    return GeneralizedMarchenkoPastur(softmax_weights(classes, place), gamma)


def unit(classes: int, j: int) -> float:
    """Return the order of the eigenvalues of a block."""
    return 1 / classes if j == 1 else 1 / classes**2


def eigenvalues(classes: int, j: int, gamma: float) -> np.ndarray:
    """Draw one block of a model of dimension 400; its eigenvalues in their unit."""
    rng = stream(ROOT, "blocks of the notebook", classes)
    X, V = draw_linear_model(D, round(D / gamma), classes, rng)
    return block_eigenvalues(X, V, 0, j - 1) / unit(classes, j)


# %% [markdown]
# ## 2. One drawn block against its law
#
# Bars are the 400 eigenvalues of one block with $d/N=\frac12$. All have one sign, so we show their
# moduli on a logarithmic axis; the line is $|x|f(x)$, with $f$ the density of the law, and nothing
# is fitted. Marks are the edges of the support. The block has the weights of one model, with
# $|v_i|^2=1$ only up to $\sqrt{2/d}$; the small differences from the law come from there.


# %%
def draw_panel(axes: plt.Axes, classes: int, j: int, gamma: float) -> None:
    """Plot the moduli of the eigenvalues of a block, their density, and the edges."""
    law, size = law_of_block(classes, j, gamma), unit(classes, j)
    sign = 1 if j == 1 else -1
    edges = abs(np.array(law.edges())) / size
    found = abs(eigenvalues(classes, j, gamma))
    low, high = edges.min(), min(edges.max(), 3 * found.max())
    x = np.geomspace(low / 1.5, high * 1.5, 1500)
    bins = np.geomspace(low, high, 36)
    axes.hist(found, bins, weights=np.full(D, 1 / D / np.log(bins[1] / bins[0])), color=BARS)
    axes.plot(x, x * size * law.pdf(sign * x * size), color=LINE, linewidth=1.5)
    axes.plot(edges, np.zeros(len(edges)), "|", color=MARK, markersize=14)
    axes.set(xscale="log", xlim=(x[0], x[-1]), ylim=(0, None))


figure, grid = plt.subplots(2, 3, figsize=(10, 5.4), layout="constrained", sharey="row")
for row, j, name in zip(grid, (1, 2), ("$C\\,H_{11}$", "$-C^2H_{12}$"), strict=True):
    for axes, classes in zip(row, (2, 10, 1000), strict=True):
        draw_panel(axes, classes, j, 0.5)
        axes.set_title(f"{name},  C = {classes}")
    row[0].set_ylabel("density of the logarithm")
for axes in grid[1]:
    axes.set_xlabel("eigenvalue")
plt.show()

# %% [markdown]
# ## 3. Fewer samples than dimensions
#
# At $d/N=2$ half of the eigenvalues are 0: the law has an atom there, of mass $1-\frac1\gamma$. It
# is part of the distribution function, of quantiles and of moments alike.

# %%
figure, row = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
for axes, j, scale in zip(row, (1, 2), ("$C\\,H_{11}$", "$C^2H_{12}$"), strict=True):
    law, size = law_of_block(10, j, 2.0), unit(10, j)
    found = eigenvalues(10, j, 2.0)
    low, high = min(found.min(), 0) - 0.5, max(found.max(), 0) + 0.5
    x = np.union1d(np.linspace(low, high, 2000), [-1e-9, 0.0])
    steps = np.append(np.arange(D + 1) / D, 1)
    axes.step([low, *found, high], steps, color=BARS, linewidth=4, where="post")
    axes.plot(x, law.cdf(x * size), color=LINE, linewidth=1.4)
    (place, mass), top = law.atoms()[0], law.cdf(0.0)
    arrow = {"arrowstyle": "<->", "color": MARK}
    axes.annotate("", (place, top), (place, top - mass), arrowprops=arrow)
    offset, side = (8, "left") if j == 1 else (-8, "right")
    axes.annotate(
        f"atom, mass {mass:g}",
        (place, top - mass / 2),
        (offset, 0),
        textcoords="offset points",
        color=MARK,
        va="center",
        ha=side,
    )
    axes.set(xlim=(low, high), ylim=(0, 1.02), xlabel="eigenvalue")
    axes.set_title(f"{scale},  C = 10,  d/N = 2")
row[0].set_ylabel("distribution function")
plt.show()

# %% [markdown]
# ## 4. Against other software
#
# `benchmarks/spectral_laws.py` asks for 1000 density values of each law, the first one next to an
# edge included, and compares them with a truth that was computed by other methods in 50 digits.
# What follows is read from its stored results. Other software is asked in its own parameters
# ($t=\gamma\lambda$, rate $1/\gamma$).

# %%
here = Path(globals().get("__file__", "notebooks/spectral_laws.py")).resolve().parent
stored = json.loads((here.parent / "benchmarks" / "spectral_laws.json").read_text())
OURS = "rmtcheck"
answers = {}
for problem, row in stored["laws"].items():
    # For us, and us alone, 1000 more points where the density dips count as well.
    ours = {"seconds": row["seconds"], "error": max(row["pdf"], row.get("pdf, dip", 0.0))}
    answers[problem] = {OURS: ours} | stored["peers"].get(problem, {})
print(f"{'problem':28}{'software':37}{'ms':>9}{'error / largest density':>26}")
for problem, rows in answers.items():
    for name, row in rows.items():
        result = row.get("refused") or f"{1000 * row['seconds']:9.1f}{row['error']:26.0e}"
        print(f"{problem:28}{name:37}{result}")

# %%
markers = dict(zip(dict.fromkeys(n for r in answers.values() for n in r), "osD^vP*", strict=False))
figure, axes = plt.subplots(figsize=(9, 5), layout="constrained")
for name, marker in markers.items():
    rows = [row[name] for row in answers.values() if "seconds" in row.get(name, {})]
    milliseconds, errors = [1000 * r["seconds"] for r in rows], [r["error"] for r in rows]
    size = 9 if name == OURS else 6
    axes.plot(milliseconds, errors, marker, label=name, alpha=0.75, markersize=size)
axes.axhline(1e-12, color="gray", linestyle=":", linewidth=1)
axes.annotate(
    "accuracy we ask for",
    (1, 1e-12),
    (-4, 4),
    axes.get_yaxis_transform(),
    textcoords="offset points",
    ha="right",
    color="gray",
)
axes.set(xscale="log", yscale="log", xlabel="milliseconds for 1000 points")
axes.set_ylabel("largest error / largest density")
axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)
plt.show()
