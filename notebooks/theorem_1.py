# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # Theorem 1, from the loss to the verdict
#
# A linear classifier $f(x)=Vx$ with $C$ classes, Gaussian data, Gaussian initialisation. Its
# Hessian has one $d\times d$ block for each pair of classes. Theorem 1 says that the
# off-diagonal blocks vanish against the diagonal ones,
#
# $$\lim_{C\to\infty}C^2\,\frac{g_{ij}}{g_{ii}}=\frac{\gamma e^2+1}{\gamma e+1},\qquad
# \frac dN\to\gamma,$$
#
# with $g$ the limit of the squared Frobenius norm of a block over $d$. We take it apart.

# %%
from fractions import Fraction

import matplotlib.pyplot as plt
import sympy

import rmtcheck
from rmtcheck import CROSS_ENTROPY, HessianBlock, LinearModel, derive
from rmtcheck.vocabulary.symbols import C, d, gamma, i, j

# %% [markdown]
# ## 1. The blocks come from the loss
#
# `derive` differentiates $-\frac1N\sum_n\log p_{n,y_n}$ itself, with symbolic $N$, $d$, $C$ and
# symbolic classes, and returns a *weighted Gram matrix*: a weight per sample, and two vectors.

# %%
model = LinearModel(d, C)
diagonal = derive(HessianBlock(model, CROSS_ENTROPY, i, i))
off_diagonal = derive(HessianBlock(model, CROSS_ENTROPY, i, j))
print(diagonal)
print(off_diagonal)

# %% [markdown]
# ## 2. Norms need two moments of the weight
#
# For a weighted Gram matrix $\frac1d\|H\|_F^2\to\gamma\,\mathbb E\lambda^2+(\mathbb E\lambda)^2$.
# Softmax moments at any number of classes come as balls, midpoint and radius, that contain the
# true value.

# %%
print("E[p_1 p_2] at C = 128256:", rmtcheck.softmax_moment((1, 1), 128_256, digits=40).str(40))
print(rmtcheck.linear_ce(Fraction(1, 2), 128_256))

# %% [markdown]
# ## 3. The constant is the first term of an expansion
#
# The expansion in $1/C$ is exact, to any order. Its second coefficient says how far from its
# limit a finite number of classes still is.

# %%
series = rmtcheck.linear_ce_series(2)
for order, coefficient in enumerate(series):
    print(f"C^-{order}:", sympy.factor(coefficient))

# %%
classes = [2 * 4**k for k in range(1, 10)]
figure, axes = plt.subplots()
for ratio in (Fraction(1, 10), Fraction(1), Fraction(10)):
    limit = float(series[0].subs(gamma, sympy.Rational(ratio)))
    values = [float(rmtcheck.linear_ce(ratio, c, digits=15).scaled_ratio) for c in classes]
    axes.plot(classes, values, "o-", label=f"d/N = {ratio}")
    axes.axhline(limit, linestyle=":", color="gray")
axes.set(xscale="log", xlabel="classes C", ylabel=r"$C^2 g_{ij}/g_{ii}$")
axes.legend()
plt.show()

# %% [markdown]
# ## 4. The verdict
#
# Four witnesses that share no code look at the same statement, and at wrong variants of it. A
# verdict is a function of what they found.

# %%
if __name__ == "__main__":
    ledger = rmtcheck.verify("thm1.constant", "thm1.rate")
    for claim, verdict in ledger.verdicts().items():
        found = f"{verdict.status} ({verdict.grade})"
        print(f"{claim}: {found}; {verdict.killed} of {verdict.judged} wrong variants rejected")
        print("  rests on:", ", ".join(ledger.rests_on(claim)))
