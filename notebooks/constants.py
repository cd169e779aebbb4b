# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Every constant
#
# Theorem 1 has a constant and no error term; Theorem 2 has rates and no constants. Here is what
# both leave out: how far the first is from its limit at every number of classes $C$, what the
# rates of the second are multiplied by, and how late its limits are reached by narrow networks.

# %%
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import sympy

from rmtcheck import (
    hidden_ce_constant,
    hidden_mse,
    linear_ce,
    linear_ce_constant,
    linear_ce_series,
    output_ce_constant,
)
from rmtcheck.certificates import linear_ce_every_class
from rmtcheck.montecarlo.hidden_layer import Setting, draw_norms
from rmtcheck.montecarlo.streams import stream
from rmtcheck.replay import replay
from rmtcheck.vocabulary.symbols import gamma, t

# %% [markdown]
# ## 1. Theorem 1 for every number of classes
#
# With $R_0$ the printed constant and $R_1$ the next coefficient of the series in $1/C$,
#
# $$0<C^2\,\frac{g_{ij}}{g_{ii}}-R_0-\frac{R_1}C\le\frac K{C^2}\qquad\text{for all }C\ge2,\
# \gamma>0.$$
#
# The proof is a text of two thousand lines. The program that checks it shares no code with the
# one that wrote it, and takes a few seconds.

# %%
certificate = linear_ce_every_class()
print("\n".join(certificate.splitlines()[:9]))
found = replay(certificate)
print("\naccepted:", found.reason)
print("with one digit changed:", replay(certificate.replace("47800", "47700")).reason)

# %% [markdown]
# The bound is nearly sharp: what is left of $C^2$ times the distance, over $K$, tends to the
# quotient of the next coefficient $R_2$ and $K$.

# %%
R0, R1, R2 = linear_ce_series(2)
bound = (8 + 12800 * gamma + 48500 * gamma**2 + 47800 * gamma**3) / (sympy.E * gamma + 1) ** 3
classes = sorted({round(2 * 1.6**k) for k in range(24)})
figure, axes = plt.subplots(layout="constrained")
for ratio in (Fraction(1, 1000), Fraction(1, 10), Fraction(1), Fraction(10)):
    at = {gamma: sympy.Rational(ratio)}
    first, second, third, most = (float(value.subs(at)) for value in (R0, R1, R2, bound))
    values = [float(linear_ce(ratio, C).scaled_ratio.mid()) for C in classes]
    left = [C**2 * (v - first - second / C) / most for C, v in zip(classes, values, strict=True)]
    (line,) = axes.semilogx(classes, left, "o-", markersize=3, label=f"γ = {ratio}")
    axes.axhline(third / most, color=line.get_color(), linestyle=":", linewidth=1)
axes.set(ylim=(0, 1.05), xlabel="number of classes C", ylabel="share of the bound K/C²")
axes.legend()
plt.show()

# %% [markdown]
# ## 2. Logits of another law
#
# For iid logits with moment generating function $M$ and temperature $T$ the constant is
# $(\gamma q^2+1)/(\gamma q+1)$ with $q=M(2/T)/M(1/T)^2$.

# %%
print("standard normal:", linear_ce_constant(gamma))
print("fair signs:     ", linear_ce_constant(gamma, sympy.cosh(t)))
print("temperature 2:  ", linear_ce_constant(gamma, temperature=2))

# %% [markdown]
# ## 3. The constants of Theorem 2
#
# One hidden layer of width $m$. Without digits the functions return expressions, derived from the
# loss; with digits they return balls, from the integrals that define the constants.

# %%
print("squared error, every C:", hidden_mse(gamma, sympy.Symbol("C", positive=True, integer=True)))
print("output blocks, m = 3:  ", output_ce_constant(3).evalf(20))
print("the same, 50 digits:   ", output_ce_constant(3, digits=50).str(50, radius=False))

# %%
widths = np.arange(3, 41)
figure, axes = plt.subplots(layout="constrained")
for ratio in (Fraction(1, 10), Fraction(1), Fraction(10)):
    values = [float(hidden_ce_constant(ratio, int(m), digits=15).mid()) for m in widths]
    axes.semilogy(widths, values, "o-", markersize=3, label=f"hidden blocks, γ = {ratio}")
values = [float(output_ce_constant(int(m), digits=15).mid()) for m in widths]
axes.semilogy(widths, values, "s--", markersize=3, label="output blocks, every γ")
axes.set(xlabel="width m", ylabel="C · ratio, or C² · ratio")
axes.legend()
plt.show()

# %% [markdown]
# ## 4. Narrow networks reach their limits late
#
# At $m=3$ the distance of $C\cdot$ratio to its limit falls like $C^{-0.303}$ times a power of
# $\log C$: at thousands of classes the ratio has not even reached half of its limit. Draws say
# so only if they are made where the mean comes from; `docs/small_widths.md` has the theory.

# %%
classes = [10, 32, 100, 316, 1000]
figure, axes = plt.subplots(layout="constrained")
for m in (3, 4, 6, 10):
    limit = float(hidden_ce_constant(1, m, digits=15).mid())
    norms = [draw_norms(Setting(1.0, m, C), "w", 2000, stream(0, f"width {m}", C)) for C in classes]
    ratios = np.array(
        [C * n[False].value / n[True].value for C, n in zip(classes, norms, strict=True)]
    )
    errors = ratios * [n[False].error / n[False].value for n in norms]
    axes.errorbar(
        classes, ratios / limit, 3 * errors / limit, fmt="o-", markersize=3, label=f"m = {m}"
    )
axes.axhline(1, color="black", linewidth=0.8)
axes.set(xscale="log", xlabel="number of classes C", ylabel="C · ratio over its limit, γ = 1")
axes.legend()
plt.show()
