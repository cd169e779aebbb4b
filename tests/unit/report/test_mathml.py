import pytest

from rmtcheck.report.mathml import typeset

STATEMENTS = [
    r"\frac{1}{N}\sum_{n=1}^N \left(- p_{i} p_{j}\right)\,x_n{x_n}^\top",
    r"\left\|H^{\mathrm{CE}}_{v_{1}v_{2}}\big|_{d=500,N=5000,C=10}\right\|_F^2",
    r"\mathbb{E}\left[e^{i t v^\top x}\,\middle|\,x\right] = e^{- \frac{t^{2}}{2}}",
    r"\mu_{A} \Rightarrow \mathbf 1_{[a,\,b]}(x)\,dx,\quad d, N \to \infty,\ d/N \to \gamma",
    r"a = \Theta\left(C^{-2}\right) = \mathcal{O}\left(1\right)\quad\text{(almost sure)}",
    r"\sum_{\substack{1 \leq c \leq C\\1 \leq n \leq N}} \operatorname{tr} A \sim \sqrt{2}",
]
HOSTILE = [
    r"\text{<script>alert(1)</script>}",
    r"\href{javascript:alert(1)}{x}",
    r"\style{color:red}{x}",
    r'\class{"><script>}{x}',
    r"\color{red}{x}",
    "a & b",
    r"\frac{",
    r"\nosuch{x}",
    "",
]


@pytest.mark.parametrize("latex", STATEMENTS)
def test_statements_are_typeset(latex):
    found = typeset(latex, "text")
    assert found.startswith("<math")
    assert "\\" not in found


@pytest.mark.parametrize("latex", HOSTILE)
def test_anything_else_is_shown_as_escaped_text(latex):
    assert typeset(latex, "a < b") == "<code>a &lt; b</code>"


def test_limits_stand_below_only_where_there_is_room():
    assert "<munder>" in typeset(r"\lim_{d \to \infty} x", "")
    assert "<munder>" not in typeset(r"\lim_{d \to \infty} x", "", display=False)
    assert "<munder>" not in typeset(r"x_{d}", "")


def test_bold_digits_have_letters_of_their_own():
    formula = typeset(r"2 \mathbf{1}_{i}", "2*1_i")
    assert "\U0001d7cf" in formula
    assert "mathvariant" not in formula
