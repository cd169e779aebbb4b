# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown]
# # The decoupling argument
#
# A Hessian block is $H=\frac1N\sum_n\lambda(Vx_n)\,x_nx_n^\top$: its weights see the data that they
# weigh. The proof of the theorem replaces them by weights of an independent sample,
# $\tilde H=\frac1N\sum_n\lambda(V\tilde x_n)\,x_nx_n^\top$, and claims that the spectrum does not
# notice. How much does it notice? We follow the argument and measure every part of it.

# %%
import matplotlib.pyplot as plt
import numpy as np

from rmtcheck import (
    CROSS_ENTROPY,
    HessianBlock,
    LinearModel,
    decoupling_bias,
    decoupling_outliers,
    derive,
    lindeberg,
)
from rmtcheck.decoupling.formulas import own_weight
from rmtcheck.vocabulary.symbols import d

block = derive(HessianBlock(LinearModel(d, 3), CROSS_ENTROPY, 1, 1))
if __name__ == "__main__":
    print(block)

# %% [markdown]
# ## 1. The limit of N times the gap
#
# Both matrices have the same limit law. Only k directions of the data are seen by the weights, k
# the number of logits; a Schur complement isolates them, and
# $$b(z)=\lim N\,(\mathbb Es_H-\mathbb Es_{\tilde H})
# =-\frac1\gamma\frac d{dz}\log\det\bigl(I+s(z)\,(T(z)-t(z)I)\bigr).$$

# %%
if __name__ == "__main__":  # the workers of section 2 read this file again
    heights = np.geomspace(0.05, 2, 40)
    for x in (0.05, 0.1, 0.3):
        plt.plot(heights, abs(decoupling_bias(block, 0.5, x + 1j * heights)), label=f"Re z = {x}")
    plt.gca().set(xscale="log", yscale="log", xlabel="Im z", ylabel="|b(z)|", title="C = 3")
    plt.legend()
    plt.show()

# %% [markdown]
# ## 2. A small study
#
# `lindeberg` draws the path from copy to data, the gap at growing sizes, and the extreme
# eigenvalues, in worker processes; `rmtcheck lindeberg` does the same with more draws, and writes a
# report. So few draws as here leave some questions without power, and the study says so.

# %%
if __name__ == "__main__":
    study = lindeberg(block, "1/2", "0.1+0.1i", sizes=(64, 128, 256), draws=1024, jobs=2)
    for finding in study.findings:
        print(f"{finding.verdict:9} {finding.subject} ({finding.reason})")

# %% [markdown]
# ## 3. One path
#
# $x_n(t)=\sqrt t\,x_n+\sqrt{1-t}\,\tilde x_n$ in the weights; the outer products keep $x_n$.

# %%
if __name__ == "__main__":
    path = study.path
    moved = np.array(path.transform) - path.transform[0]
    plt.plot(path.times, moved.real, "o-", label="real part")
    plt.plot(path.times, moved.imag, "o-", label="imaginary part")
    plt.gca().set(xlabel="t", title="$s_{H(t)}(z)-s_{H(0)}(z)$ on one draw")
    plt.legend()
    plt.show()
    print("ends:", path.difference, "integral of the slope:", path.integral)
    for step in study.steps:
        print(f"{step.name:42} {abs(step.left):.4f} {step.relation} {abs(step.right):.4f}")

# %% [markdown]
# ## 4. The gap at growing sizes
#
# The argument as printed gives $O(N^{-1/2})$; the truth is $-b/N$.

# %%
if __name__ == "__main__":
    sizes = np.array([gap.N for gap in study.gaps])
    plt.plot(sizes, [abs(gap.value) / gap.N for gap in study.gaps], "o", label="drawn")
    plt.plot(sizes, abs(study.prediction.bias) / sizes, label="|b|/N, derived")
    plt.plot(sizes, [study.question.bound(N) / N for N in sizes], ":", label="2k/(d Im z), proved")
    plt.gca().set(xscale="log", yscale="log", xlabel="N", title=r"$|\delta_N|$")
    plt.legend()
    plt.show()

# %% [markdown]
# ## 5. What the copy cannot have
#
# The Schur complement has zeros outside the bulk: eigenvalues of H whose vectors point into the row
# space of V. This block has none; a weight that grows with the square of one field has one.

# %%
if __name__ == "__main__":
    print("block:", decoupling_outliers(block, 0.5))
    for outlier in decoupling_outliers(own_weight("tanh(u1)^2"), 0.5):
        print(f"tanh^2: at {outlier.location:.4f}, squared projection {outlier.overlap:.4f}")
