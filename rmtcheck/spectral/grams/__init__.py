"""Weighted Gram matrices in numbers: from formulas to arrays, in floats or in any digits."""

from rmtcheck.spectral.grams.layers import NumericBlockGram
from rmtcheck.spectral.grams.numeric import NumericGram, to_numeric

__all__ = ["NumericBlockGram", "NumericGram", "to_numeric"]
