r"""The paths of a computation graph, one by one.

A path goes from the inputs to an output: at a sum it comes from one term, at a product from all
factors. Its weights are the factors of one term of the output after the products of sums are
multiplied out; a function of a sum, a square included, is passed and not multiplied out. This
is the definition of a direct link in the open; `rmtcheck.symbolic.links` finds the same links
without listing paths, whose number grows with every layer.
"""

from __future__ import annotations

from itertools import product

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step
from rmtcheck.vocabulary.graphs import Weight
from rmtcheck.vocabulary.patterns import NONZERO, ZERO, DirectLinks, NetworkHessian, ZeroGrid

MOST_PATHS = 2000

Path = frozenset[Weight]


def derive_links(links: DirectLinks) -> Derivation:
    """Return the grid of the pairs of weights that some path contains, from a list of all paths.

    Parameters
    ----------
    links : DirectLinks
        The question.

    Returns
    -------
    Derivation
        Its result is a ZeroGrid: ``*`` where a path contains both weights, ``0`` elsewhere.

    Raises
    ------
    DomainError
        If there are more than 2000 paths.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.graphs import weights
    >>> from rmtcheck.vocabulary.patterns import Hessian
    >>> w, v, b = weights("w v b")
    >>> derive_links(DirectLinks(Hessian((w * v + b) ** 2, (w, v, b)))).result
    * * 0 / * * 0 / 0 0 *
    """
    names = links.parameters
    found = _sorted({path & set(names) for output in _outputs(links) for path in paths(output)})
    rows = ("".join(_sign(row, column, found) for column in names) for row in names)
    grid = ZeroGrid(*rows)
    steps = [
        Step(f"the paths through the graph: {_text(found)}", r",\ ".join(map(_latex, found))),
        *(_partners(name, names, found) for name in names),
        Step(f"so the links are: {grid}", sympy.latex(grid)),
    ]
    return Derivation(grid, tuple(steps))


def paths(expr: sympy.Expr) -> frozenset[Path]:
    """Return the sets of weights on the paths that end in an expression.

    Raises
    ------
    DomainError
        If there are more than 2000.

    Examples
    --------
    >>> from rmtcheck.vocabulary.graphs import weights
    >>> w, v, b = weights("w v b")
    >>> len(paths(w * (v + b) ** 2))
    2
    """
    if isinstance(expr, Weight):
        return frozenset({frozenset({expr})})
    arguments = expr.args[:1] if expr.is_Pow and expr.exp.is_number else expr.args
    below = [paths(argument) for argument in arguments if isinstance(argument, sympy.Expr)]
    if expr.is_Mul:
        found = frozenset(frozenset().union(*choice) for choice in product(*below))
    else:
        found = frozenset().union(*below) or frozenset({frozenset()})
    if len(found) > MOST_PATHS:
        raise DomainError(f"the graph has {len(found)} paths; accepted are {MOST_PATHS}")
    return found


def _outputs(links: DirectLinks) -> tuple[sympy.Expr, ...]:
    """Return where paths end: the outputs of a network, or the loss itself."""
    hessian = links.hessian
    if not isinstance(hessian, NetworkHessian):
        losses: tuple[sympy.Expr, ...] = hessian.losses
        return losses
    network = hessian.network
    return tuple(u for sample in network.samples for u in network.logits(sample))


def _sorted(found: set[Path]) -> list[tuple[Weight, ...]]:
    return sorted((tuple(sorted(path, key=str)) for path in found if path), key=str)


def _sign(row: Weight, column: Weight, found: list[tuple[Weight, ...]]) -> str:
    return NONZERO if any(row in path and column in path for path in found) else ZERO


def _partners(name: Weight, names: tuple[Weight, ...], found: list[tuple[Weight, ...]]) -> Step:
    partners = [other for other in names if _sign(name, other, found) == NONZERO]
    text = ", ".join(map(str, partners)) or "none"
    latex = ",\\ ".join(map(sympy.latex, partners)) or r"\varnothing"
    return Step(f"on a path with {name}: {text}", rf"{sympy.latex(name)}:\ {latex}")


def _text(found: list[tuple[Weight, ...]]) -> str:
    return ", ".join(" ".join(map(str, path)) for path in found) or "none"


def _latex(path: tuple[Weight, ...]) -> str:
    return " ".join(map(sympy.latex, path))
