"""LaTeX of a ledger as MathML, which a page shows without script, fonts or network."""

from __future__ import annotations

from html import escape
from xml.etree import ElementTree

from rmtcheck.report.lines import NAMESPACE, pieces

BOLD_ZERO = 0x1D7CE
BELOW = frozenset({"lim", "max", "min", "sup", "inf"})
STRUCTURE = {"math", "mrow", "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle"}
SCRIPTS = {"msub", "msup", "msubsup", "munder", "mover", "munderover"}
ELEMENTS = STRUCTURE | SCRIPTS | {"mi", "mn", "mo", "mtext", "mspace", "mpadded"}
SPACING = {"lspace", "rspace", "width", "height", "depth", "columnspacing", "rowspacing"}
STRETCH = {"stretchy", "fence", "form", "separator", "symmetric", "minsize", "maxsize"}
STYLE = {"display", "displaystyle", "scriptlevel", "mathvariant", "movablelimits", "accent"}
ATTRIBUTES = SPACING | STRETCH | STYLE | {"linethickness", "columnalign", "largeop"}


def typeset(latex: str, text: str, *, display: bool = True) -> str:
    r"""Return a formula as MathML, or its text as code where that would not be sound.

    The converter escapes nothing; its answer is taken only if it is well-formed, consists
    of known MathML and leaves no command unread, and is then written anew from its tree.

    Parameters
    ----------
    latex : str
        The formula.
    text : str
        The same in plain text.
    display : bool
        Whether the formula stands by itself.

    Returns
    -------
    str
        A ``<math>`` element, or a ``<code>`` element. If displayed, several ``<math>`` elements
        between which the line may break.

    Examples
    --------
    >>> typeset("x^2", "x**2").startswith("<math")
    True
    >>> typeset(r"\text{<script>}", "a < b")
    '<code>a &lt; b</code>'
    """
    root = _tree(_converted(latex, display))
    if root is None or not all(_is_known(element) for element in root.iter()):
        return f"<code>{escape(text)}</code>"
    if not display:
        _embolden(root)
        return _written(root)
    _put_limits_below(root)
    _embolden(root)
    return "<wbr>".join(map(_written, pieces(root)))


def _written(element: ElementTree.Element) -> str:
    return ElementTree.tostring(element, encoding="unicode")


def _converted(latex: str, display: bool) -> str:
    from latex2mathml.converter import convert

    try:
        return str(convert(latex, display="block" if display else "inline"))
    except Exception:  # the converter raises many kinds; the text says the same
        return ""


def _tree(found: str) -> ElementTree.Element | None:
    ElementTree.register_namespace("", NAMESPACE.strip("{}"))
    try:
        return ElementTree.fromstring(found)
    except ElementTree.ParseError:
        return None


def _is_known(element: ElementTree.Element) -> bool:
    name = element.tag.removeprefix(NAMESPACE)
    is_read = not (element.text or "").startswith("\\")
    return name in ELEMENTS and ATTRIBUTES.issuperset(element.keys()) and is_read


def _put_limits_below(root: ElementTree.Element) -> None:
    """Write what tends where below the word, as in print; the converter writes it beside."""
    for element in root.iter(f"{NAMESPACE}msub"):
        if element[0].text in BELOW:
            element.tag = f"{NAMESPACE}munder"


def _embolden(root: ElementTree.Element) -> None:
    """Write bold digits by their own letters, as browsers no longer read the attribute."""
    for element in root.iter(f"{NAMESPACE}mn"):
        if element.attrib.pop("mathvariant", "") == "bold":
            digits = {ord(str(k)): chr(BOLD_ZERO + k) for k in range(10)}
            element.text = (element.text or "").translate(digits)
