r"""Exact zeros of a Hessian, read off the computation graph without differentiating anything.

For a node f of the graph let :math:`D(f)` be the weights below it and :math:`P(f)` the pairs of
weights (the pair of a weight with itself included) given by

.. math::

    P(w)&=\varnothing, &
    P\Bigl(\sum_if_i\Bigr)&=\bigcup_iP(f_i),\\
    P\Bigl(\prod_if_i\Bigr)&=\bigcup_iP(f_i)\cup\bigcup_{i\ne j}D(f_i)\times D(f_j), &
    P(g(f))&=P(f)\cup D(f)\times D(f)\ \text{ unless } g''=0 .

**Lemma 1 (sound).** A pair outside :math:`P(f)` has :math:`\partial^2f/\partial\alpha\,
\partial\beta=0` identically. *Proof.* By induction on f: the second derivative of a sum is the sum
of those of its terms; that of a product :math:`f_1f_2` is
:math:`f_{1,\alpha\beta}f_2+f_{1,\alpha}f_{2,\beta}+f_{1,\beta}f_{2,\alpha}+f_1f_{2,\alpha\beta}`;
that of :math:`g(f)` is :math:`g''f_\alpha f_\beta+g'f_{\alpha\beta}`; and :math:`f_\alpha=0` for
:math:`\alpha\notin D(f)`. Each term vanishes outside the set. ∎

**Lemma 2 (sharp).** No pair of :math:`P(f)` has a second derivative that vanishes identically

(a) if f is made of weights, generic data and positive numbers by sums, products and positive
integer powers, where data may stand with a minus sign if they always do. *Proof.* After the
change of sign, by induction, first and second derivatives are polynomials with coefficients
:math:`\ge0`, to which each step of the rule adds a non-zero one; nothing cancels. ∎ An activation
that is :math:`ca`, :math:`c>0`, for :math:`a>0` counts as its argument: so it is on the open set
where weights and data are positive.

(b) for a `FeedForward` network with generic input and squared error, binary cross-entropy, or
cross-entropy with smoothing below 1 and labels that take all values, if its activation is
analytic and not constant, or :math:`ca`, :math:`c>0`, for :math:`a>0`. Then the zeros are exactly
the pairs of output weights :math:`v_{ck},v_{el}` of two outputs that the loss does not couple:
:math:`c\ne e` for squared error and binary cross-entropy, none for cross-entropy with
:math:`C\ge2`. *Proof.* Let :math:`h(\theta)` be the last hidden vector, :math:`r_c,M_{ce}` the
first and second derivatives of the loss in the outputs :math:`u=Vh`. A preactivation
:math:`W_kh^{l-1}` moves freely with :math:`W_k`, so, layer by layer, :math:`h` and
:math:`\partial_\alpha h` are not identically zero. Two output weights give :math:`M_{ce}h_kh_l`.
An output weight :math:`v_{ck}` and a hidden one :math:`\beta` give
:math:`\sum_eM_{ce}h_k\,V_e\partial_\beta h+r_c\partial_\beta h_k`; two hidden ones give
:math:`\sum_{ce}M_{ce}(V_c\partial_\alpha h)(V_e\partial_\beta h)+\sum_cr_cV_c\partial^2_{\alpha
\beta}h`. If such a sum vanished for all targets, so would the coefficient of the target in it, or
for labels the difference between two of them: hence :math:`\partial_\beta h_k=0`, or
:math:`\partial^2_{\alpha\beta}h=0`, and what is left is :math:`M_{cc}h_kV_c\partial_\beta h`,
:math:`\sum_cM_{cc}(V_c\partial_\alpha h)(V_c\partial_\beta h)` (without coupling), or the
covariance of :math:`V\partial_\alpha h` and :math:`V\partial_\beta h` under the softmax, none of
which vanishes for all V. ∎ More samples of generic data change nothing.

Elsewhere the rule is an upper bound: :math:`(w_1+w_2)^2-(w_1-w_2)^2=4w_1w_2` cancels, and so do
orthogonal samples. `LinkPattern.is_sharp` says whether (a) or (b) applies.

Two weights are linked *directly* if a product has one below one factor and the other below
another: a path from input to output contains both. They are linked *indirectly* if they meet in
:math:`P` only through a function of a sum: the square of an error, an activation, a softmax.

References
----------
A. Griewank and A. Walther, *Evaluating Derivatives* (2008), chapter 7, on sparsity patterns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.sharpness import is_linear_piecewise, is_sharp
from rmtcheck.vocabulary.graphs import Activated, FeedForward, Weight
from rmtcheck.vocabulary.losses import Loss
from rmtcheck.vocabulary.patterns import Hessian, NetworkHessian, ZeroGrid
from rmtcheck.vocabulary.samples import LABEL, Logit

SMOOTH = (
    sympy.exp,
    sympy.log,
    sympy.sin,
    sympy.cos,
    sympy.tan,
    sympy.sinh,
    sympy.cosh,
    sympy.tanh,
    sympy.atan,
    sympy.erf,
)
"""Functions of one argument that are nowhere linear."""

Rows = Mapping[int, int]
"""For the number of a weight, the bits of those it is paired with."""


class LinkKind(StrEnum):
    """How two weights are linked."""

    DIRECT = "direct"
    INDIRECT = "indirect"
    NONE = "none"


_SIGNS = {LinkKind.DIRECT: "#", LinkKind.INDIRECT: "~", LinkKind.NONE: "0"}


@dataclass(frozen=True)
class LinkPattern:
    """How each pair of weights is linked, and which entries of the Hessian are exactly zero.

    Attributes
    ----------
    names : tuple of str
        The weights, in the order of rows and columns.
    mask : tuple of tuples of bool
        True where the second derivative is identically zero.
    links : tuple of tuples of bool
        True where a path contains both weights; a weight is linked with itself.
    is_sharp : bool
        Whether all other entries are proved not to be identically zero; if not, `mask` may
        miss zeros that come from cancellation, and never names an entry that is not zero.
    """

    names: tuple[str, ...]
    mask: tuple[tuple[bool, ...], ...]
    links: tuple[tuple[bool, ...], ...]
    is_sharp: bool

    def kind(self, row: Any, column: Any) -> LinkKind:
        """Return how two weights, given by name or by number from 0 on, are linked."""
        first, second = self._place(row), self._place(column)
        if self.mask[first][second]:
            return LinkKind.NONE
        return LinkKind.DIRECT if self.links[first][second] else LinkKind.INDIRECT

    @property
    def kinds(self) -> tuple[tuple[LinkKind, ...], ...]:
        """The kind of every pair."""
        places = range(len(self.names))
        return tuple(tuple(self.kind(row, column) for column in places) for row in places)

    @property
    def zeros(self) -> ZeroGrid:
        """The mask as a grid of signs."""
        return ZeroGrid(*("".join("0" if zero else "*" for zero in row) for row in self.mask))

    def __str__(self) -> str:
        width = max(map(len, self.names))
        head = " " * width + " " + " ".join(name.rjust(width) for name in self.names)
        lines = (
            f"{name.rjust(width)} " + " ".join(_SIGNS[kind].rjust(width) for kind in row)
            for name, row in zip(self.names, self.kinds, strict=True)
        )
        return "\n".join((head, *lines, "# direct  ~ indirect  0 identically zero"))

    def _place(self, name: Any) -> int:
        if isinstance(name, int) and 0 <= name < len(self.names):
            return name
        if str(name) in self.names:
            return self.names.index(str(name))
        raise DomainError(f"the weight is {name}; accepted are {', '.join(self.names)}")


def hessian_links(
    subject: Any, loss: Loss | None = None, *, parameters: Sequence[Weight] | None = None
) -> LinkPattern:
    """Return the exact zeros of a Hessian and the links of all weights, from the graph alone.

    Parameters
    ----------
    subject : network, expression in weights, Hessian or NetworkHessian
        A network has numbers as sizes; an expression is the loss itself, and its graph is the
        expression as it is written.
    loss : Loss, optional
        The loss of a network, and of a network only.
    parameters : sequence of Weight, optional
        Rows and columns for an expression; by default its weights, sorted by name.

    Returns
    -------
    LinkPattern

    Raises
    ------
    DomainError
        If the graph has nodes other than sums, products, powers and smooth functions of one
        argument, or the arguments do not fit together.

    Notes
    -----
    Accuracy: exact zeros are exact (Lemma 1); ``is_sharp`` says when there are no others.

    Examples
    --------
    >>> from rmtcheck.vocabulary.graphs import weights
    >>> w_1, w_2, v_1, v_2 = weights("w_1 w_2 v_1 v_2")
    >>> print(hessian_links((v_1 * w_1 + v_2 * w_2)**2 / 2))
        v_1 v_2 w_1 w_2
    v_1   #   ~   #   ~
    v_2   ~   #   ~   #
    w_1   #   ~   #   ~
    w_2   ~   #   ~   #
    # direct  ~ indirect  0 identically zero
    """
    return links_of(_question(subject, loss, parameters))


def links_of(hessian: Hessian | NetworkHessian) -> LinkPattern:
    """Return the links of the weights of a Hessian noun; see `hessian_links`."""
    names = hessian.parameters
    places = {weight: place for place, weight in enumerate(names)}
    is_network = isinstance(hessian, NetworkHessian)
    node = _network(hessian, places) if is_network else _Graph(places).node(hessian.losses[0])
    return LinkPattern(
        names=tuple(map(str, names)),
        mask=_table(len(names), lambda row: ~node.curved.get(row, 0)),
        links=_table(len(names), lambda row: node.linked.get(row, 0)),
        is_sharp=is_sharp(hessian),
    )


def _question(
    subject: Any, loss: Loss | None, parameters: Sequence[Weight] | None
) -> Hessian | NetworkHessian:
    if loss is not None:
        return NetworkHessian(subject, loss)
    if isinstance(subject, Hessian | NetworkHessian):
        return subject
    if not isinstance(subject, sympy.Expr):
        raise DomainError(f"{subject} is given; accepted are a network with a loss, or a loss")
    if parameters is None:
        parameters = sorted(subject.atoms(Weight), key=str)
    return Hessian(subject, parameters)


def _table(size: int, bits: Any) -> tuple[tuple[bool, ...], ...]:
    rows = map(bits, range(size))
    return tuple(tuple(bool(row >> column & 1) for column in range(size)) for row in rows)


@dataclass(frozen=True)
class _Node:
    """The weights below a node, the pairs it is curved in, and the pairs it links, as bits."""

    on: int
    curved: Rows
    linked: Rows


class _Graph:
    """The rule of the module, node by node; leaves stand for nodes of another graph."""

    def __init__(
        self,
        places: Mapping[Weight, int],
        leaves: Mapping[sympy.Expr, _Node] | None = None,
        *,
        links_factors: bool = True,
    ) -> None:
        self._places = places
        self._known = dict(leaves or {})
        self._links_factors = links_factors

    def node(self, expr: sympy.Expr) -> _Node:
        """Return what the rule says of a node."""
        known = self._known.get(expr)
        if known is None:
            known = self._known[expr] = self._ruled(expr)
        return known

    def _ruled(self, expr: sympy.Expr) -> _Node:
        if expr in self._places:
            bit = 1 << self._places[expr]
            return _Node(bit, {}, {self._places[expr]: bit})
        below = [self.node(argument) for argument in expr.args if isinstance(argument, sympy.Expr)]
        joined = _joined(below)
        if not joined.on or expr.is_Add:
            return joined
        if expr.is_Mul:
            return self._product(joined, below)
        if isinstance(expr, Activated) and is_linear_piecewise(expr.args[0]):
            return joined
        if isinstance(expr, (Activated, *SMOOTH)) or expr.is_Pow:
            return _bent(joined)
        accepted = "sums, products, powers and smooth functions of one argument"
        raise DomainError(f"{expr.func.__name__} is a node of the graph; accepted are {accepted}")

    def _product(self, joined: _Node, factors: Sequence[_Node]) -> _Node:
        pairs = [_pairs(f.on, g.on) for f, g in combinations(factors, 2)]
        linked = pairs if self._links_factors else []
        return _Node(joined.on, _union([joined.curved, *pairs]), _union([joined.linked, *linked]))


def _network(hessian: NetworkHessian, places: Mapping[Weight, int]) -> _Node:
    """Join the graphs of all samples and labels; products in the loss are no paths."""
    network: FeedForward = hessian.network
    named = _labeled(hessian.loss, network.widths[-1])
    outputs: list[_Node] = []
    above: list[_Node] = []
    for sample in network.samples:
        graph = _Graph(places)
        nodes = [graph.node(u) for u in network.logits(sample)]
        leaves: dict[sympy.Expr, _Node] = {Logit(c): u for c, u in enumerate(nodes, start=1)}
        outputs += nodes
        above += map(_Graph({}, leaves, links_factors=False).node, named)
    return replace(_joined(above), linked=_joined(outputs).linked)


def _labeled(loss: Loss, classes: int) -> list[sympy.Expr]:
    """Return the loss of a sample in its logits, once for each label."""
    spelled = loss.of_sample(sympy.Integer(classes)).doit()
    labels = range(1, classes + 1) if spelled.has(LABEL) else (1,)
    return [spelled.xreplace({LABEL: sympy.Integer(label)}).doit() for label in labels]


def _joined(nodes: Sequence[_Node]) -> _Node:
    on = 0
    for node in nodes:
        on |= node.on
    return _Node(on, _union(n.curved for n in nodes), _union(n.linked for n in nodes))


def _bent(node: _Node) -> _Node:
    return _Node(node.on, _union([node.curved, _pairs(node.on, node.on)]), node.linked)


def _union(several: Iterable[Rows]) -> Rows:
    total: dict[int, int] = {}
    for rows in several:
        for row, bits in rows.items():
            total[row] = total.get(row, 0) | bits
    return total


def _pairs(first: int, second: int) -> Rows:
    """Return all pairs of one weight of each set, in both orders."""
    rows: dict[int, int] = {}
    for left, right in ((first, second), (second, first)):
        for place in _bits(left):
            rows[place] = rows.get(place, 0) | right
    return rows


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
