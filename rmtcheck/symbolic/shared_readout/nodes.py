r"""The random numbers in which the limits of a hidden layer are written.

Two samples, 1 and 2, with preactivations iid :math:`N(0,I_m)`; :math:`\phi` is what the hidden
layer puts out, and the second sample carries a prime. A row of the readout is
:math:`V_c\sim N(0,I_m/m)`, and the exponential density of a sample,

.. math:: \rho_c = e^{V_c\cdot\phi-|\phi|^2/2m}, \qquad \mathbb E[\rho_c\mid\phi]=1,

turns that law into :math:`N(\phi/m,I_m/m)`.
"""

from __future__ import annotations

from typing import Any

import sympy


class _Random(sympy.Function):
    """A random number with its indices; it prints as in a text."""

    is_real = True
    letter = ""

    def _marks(self) -> tuple[str, str]:
        *below, sample = self.args
        return ",".join(map(str, below)), "'" if sample == 2 else ""

    def _sympystr(self, printer: Any) -> str:
        below, prime = self._marks()
        return f"{self.letter}{prime}_{below}" if below else f"{self.letter}{prime}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        below, prime = self._marks()
        body = self.letter if len(self.letter) == 1 else rf"\{self.letter}"
        body += prime + (f"_{{{below}}}" if below else "")
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"


class Output(_Random):
    r"""The output :math:`\phi_k=\max(a_k,0)` of unit k on a sample; arguments (unit, sample)."""

    nargs = 2
    is_nonnegative = True
    letter = "phi"


class Gate(_Random):
    r"""The gate :math:`1(a_k>0)` of unit k on a sample; arguments (unit, sample)."""

    nargs = 2
    is_nonnegative = True
    letter = "1"

    def _eval_power(self, exponent: sympy.Expr) -> sympy.Expr | None:
        return self if exponent.is_Integer and exponent.is_positive else None


class Density(_Random):
    r"""The density :math:`\rho` of a sample, as a function of a row; argument the sample."""

    nargs = 1
    is_positive = True
    letter = "rho"


class ClassDensity(_Random):
    r"""The density :math:`\rho_k` of a sample at one named class; arguments (class, sample)."""

    nargs = 2
    is_positive = True
    letter = "rho"


class Entry(sympy.Function):
    r"""The entry :math:`V_k` of a row, as a function of the row; argument the unit."""

    nargs = 1
    is_real = True

    def _sympystr(self, printer: Any) -> str:
        return f"V_{printer._print(self.args[0])}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"V_{{{printer._print(self.args[0])}}}"
        return body if exp is None else rf"{{{body}}}^{{{exp}}}"


class Energy(_Random):
    r"""The number :math:`e^{|\phi|^2/m}` of a sample; argument the sample."""

    nargs = 1
    is_positive = True
    letter = "G"


class Overlap(sympy.Function):
    r"""The number :math:`e^{\phi\cdot\phi'/m}` of both samples."""

    nargs = 0
    is_positive = True

    def _sympystr(self, printer: Any) -> str:
        return "exp(phi.phi'/m)"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"e^{{{exp or ''}\phi\cdot\phi'/m}}"


class Fluctuation(sympy.Function):
    r"""The centred field :math:`\xi(g)=\sqrt C\,(\frac1C\sum_cg(V_c)-\mathbb Eg)`; argument g."""

    nargs = 1
    is_real = True

    def _sympystr(self, printer: Any) -> str:
        return f"xi({printer._print(self.args[0])})"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        body = rf"\xi\left({printer._print(self.args[0])}\right)"
        return body if exp is None else rf"{body}^{{{exp}}}"


OVERLAP = Overlap()
