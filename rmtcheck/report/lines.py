"""Where a displayed formula may break: before a condition, a plus sign, and a spaced factor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from xml.etree.ElementTree import Element

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
QUAD, THIN = "1em", "0.167em"


def pieces(root: Element) -> list[Element]:
    """Return a formula as several that stand in one line if there is room.

    Parameters
    ----------
    root : Element
        A ``<math>`` element around one row.

    Returns
    -------
    list of Element
        Together they hold what the formula holds, but for the wide spaces: a piece that came
        after one is of the class ``apart``.
    """
    if len(root) != 1 or root[0].tag != f"{NAMESPACE}mrow":
        return [root]
    return [piece for piece in _cut(root) if len(piece[0])]


def _cut(root: Element) -> Iterator[Element]:
    piece = _like(root)
    for before, element in pairwise((root, *root[0])):
        if _is_quad(element):
            yield piece
            piece = _like(root, {"class": "apart"})
            continue
        if _is_plus(element) or _is_factor(before, element):
            yield piece
            piece = _like(root)
        if _is_plus(element):
            # the first sign of a row would be set as that of a number
            element.set("form", "infix")
        piece[0].append(element)
    yield piece


def _like(root: Element, more: dict[str, str] | None = None) -> Element:
    piece = Element(root.tag, {**root.attrib, **(more or {})})
    piece.append(Element(f"{NAMESPACE}mrow"))
    return piece


def _is_quad(element: Element) -> bool:
    return _is_space(element, QUAD)


def _is_factor(before: Element, element: Element) -> bool:
    """Whether it is set apart from the factor before it, and no differential."""
    return _is_space(before, THIN) and element.text != "d"


def _is_space(element: Element, width: str) -> bool:
    return element.tag == f"{NAMESPACE}mspace" and element.get("width") == width


def _is_plus(element: Element) -> bool:
    return element.tag == f"{NAMESPACE}mo" and element.text == "+"
