r"""Check the links: small linear networks, whose Hessians can be written down.

A loss is a computation graph, and a weight is linked to another one if a path from the input to an
output contains both: they are factors of one product. The slides read the shape of the Hessian off
these links. Here every word of it is stated so that it can be wrong:

- a *zero* of the Hessian is an entry that vanishes for all weights;
- "non-zero if and only if linked" is the equality of two grids, that of the entries which do not
  vanish and that of the links;
- a link is *strong* or *weak* by the mean square of its entry over iid standard Gaussian weights.

One input 1, no activation, target 0. In the last two examples the weights :math:`w_k` of the first
layer and :math:`v_c` of the second one are vectors; X = I stands for the two inputs (1, 0), (0, 1).

Printed: slides, Part II-1, Examples 1 to 3; Part I for the size of the Hessian.
"""

from sympy import Derivative, MatMul, Rational

from rmtcheck import (
    Bound,
    DirectLinks,
    E,
    Hessian,
    HessianSize,
    Identity,
    OneHiddenLayer,
    Pattern,
    Source,
    ZeroGrid,
    at_least,
    claim,
    frobenius_squared,
    weight_matrix,
    weights,
)
from rmtcheck.vocabulary.symbols import C, d, m

half = Rational(1, 2)
w1, w2, v1, v2 = weights("w_1 w_2 v_1 v_2")

siso = half * (w1 * v1) ** 2

claim(
    "toy.siso",
    Source("slides", "Part II-1, Example 1"),
    title="One input, one output: the Hessian of (w v)²/2",
    printed=[
        Identity(Derivative(siso, w1), w1 * v1**2),
        Identity(Derivative(siso, v1), w1**2 * v1),
        Identity(Derivative(siso, w1, w1), v1**2),
        Identity(Derivative(siso, w1, v1), 2 * w1 * v1),
        Identity(Derivative(siso, v1, v1), w1**2),
        Pattern(Hessian(siso, (w1, v1)), ZeroGrid("* *", "* *")),
    ],
)

simo1 = half * (w1 * v1) ** 2 + half * (w2 * v2) ** 2
by_pairs = Hessian(simo1, (w1, w2, v1, v2))
eight_zeros = ZeroGrid("* 0 * 0", "0 * 0 *", "* 0 * 0", "0 * 0 *")

claim(
    "toy.simo1",
    Source("slides", "Part II-1, Example 2-1"),
    title="Two chains: an entry is non-zero if and only if the weights are linked",
    printed=[
        Identity(Derivative(simo1, w1, w1), v1**2),
        Identity(Derivative(simo1, w1, v1), 2 * w1 * v1),
        Pattern(by_pairs, eight_zeros),
        Pattern(DirectLinks(by_pairs), eight_zeros),
    ],
    notes="""The equivalence is the equality of the two grids, and it is one of this loss: in
    Examples 2-2 and 3 entries between weights without a link do not vanish.""",
)

v11, v12, v21, v22 = weights("v_1,1 v_1,2 v_2,1 v_2,2")
simo2 = half * (v11 * w1 + v12 * w2) ** 2 + half * (v21 * w1 + v22 * w2) ** 2
of_vectors = Hessian(simo2, (w1, w2, v11, v12, v21, v22))


def mean_square(first, second):
    """Return the mean of the squared entry over iid standard Gaussian weights."""
    return E(Derivative(simo2, first, second) ** 2)


claim(
    "toy.simo2",
    Source("slides", "Part II-1, Example 2-2"),
    title="One hidden layer: strong links along paths, weak ones through the loss",
    printed=[
        Pattern(
            of_vectors,
            ZeroGrid("******", "******", "****00", "****00", "**00**", "**00**"),
        ),
        Pattern(
            DirectLinks(of_vectors),
            ZeroGrid("*0*0*0", "0*0*0*", "*0*000", "0*0*00", "*000*0", "0*000*"),
        ),
        Identity(mean_square(w1, w1), 8),
        Identity(mean_square(w1, v11), 5),
        Identity(mean_square(v11, v11), 3),
        Identity(mean_square(w1, w2), 2),
        Identity(mean_square(w1, v12), 1),
        Identity(mean_square(v11, v12), 1),
        Bound(mean_square(w1, w2), "<", mean_square(v11, v11)),
    ],
    notes="""The slide leaves the entries of weights without a link open ("might not be 0"); here
    they are stated to be non-zero, which makes the list of zeros complete. "Weak" is a mean square:
    up to exchanging 1 and 2 there are three kinds of linked entries, 8, 5 and 3, and three kinds
    of others that do not vanish, 2, 1 and 1. The last statement is the closest of these.""",
)

W, V = weight_matrix("w", 2, 2), weight_matrix("v", 2, 2)
product = V * W
sum_of_squares = sum(entry**2 for entry in product)
of_matrices = Hessian(sum_of_squares, (*W, *V))
paths = ZeroGrid(
    *("*000 *0*0", "0*00 *0*0", "00*0 0*0*", "000* 0*0*"),
    *("**00 *000", "00** 0*00", "**00 00*0", "00** 000*"),
)
printed_zeros = ZeroGrid(*["**** ****"] * 4, *["**** **00"] * 2, *["**** 00**"] * 2)
all_zeros = ZeroGrid(*("*0*0 ****", "0*0* ****") * 2, *["**** **00"] * 2, *["**** 00**"] * 2)

claim(
    "toy.mimo",
    Source("slides", "Part II-1, Example 3"),
    title="Two inputs, two outputs: the norm of VW, its links and its exact zeros",
    printed=[
        Identity(frobenius_squared(MatMul(V, W)), half * sum_of_squares),
        Pattern(DirectLinks(of_matrices), paths),
        Pattern(of_matrices, printed_zeros),
    ],
    derived=[
        Identity(frobenius_squared(MatMul(V, W)), sum_of_squares),
        Pattern(DirectLinks(of_matrices), paths),
        Pattern(of_matrices, all_zeros),
    ],
    notes="""The halves on the right belong to the loss with a half, so the print is off by a factor
    2. The grid of zeros, printed as roughly estimated with other white boxes left open, is read as
    the list of all exact zeros: it misses eight. As X = I, column a of W sees sample a only, and
    the second derivative in w_k,a and w_l,b is 0 for different a and b.""",
)

claim(
    "toy.size",
    Source("slides", "Part I, Hessian of a one-hidden-layer network"),
    title="The full Hessian has md + Cm rows and columns",
    given=[at_least(m, 1), at_least(C, 2)],
    printed=Identity(HessianSize(OneHiddenLayer(d, m, C)), m * d + C * m),
)
