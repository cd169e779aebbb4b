"""rmtcheck verifies theorems of random matrix theory.

A claim states a formula, a limit, a rate or a spectral law. rmtcheck derives it
symbolically, encloses it in balls, computes it numerically and confronts it with
simulation; the verdict is a pure function of that evidence.

The names below are the whole facade; each is imported when it is first used, so that
``rmtcheck --help`` starts light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from rmtcheck.certify.linear_ce import linear_ce
    from rmtcheck.certify.softmax import softmax_moment
    from rmtcheck.claims.blocks import BlockFormula, LeadingBlock
    from rmtcheck.claims.claim import Claim, Source, claim
    from rmtcheck.claims.hypotheses import Hypothesis, assume, at_least, distinct, less, positive
    from rmtcheck.claims.ledger import Ledger
    from rmtcheck.claims.patterns import Pattern
    from rmtcheck.claims.quantified import ConvergesWith, Determines, ForAll
    from rmtcheck.claims.statements import (
        Bound,
        Identity,
        LimitOf,
        Order,
        SpectralLimit,
        Value,
    )
    from rmtcheck.claims.upper_orders import AtMost
    from rmtcheck.constants.hidden_layer import (
        hidden_ce_constant,
        hidden_mse,
        hidden_mse_constant,
        output_ce_constant,
    )
    from rmtcheck.decoupling.study import LindebergStudy, lindeberg
    from rmtcheck.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
    from rmtcheck.laws.marchenko_pastur import MarchenkoPastur
    from rmtcheck.laws.semicircle import Semicircle
    from rmtcheck.runner.run import verify
    from rmtcheck.spectral.continuous import ContinuousMeasure
    from rmtcheck.spectral.decoupling.bias import decoupling_bias
    from rmtcheck.spectral.decoupling.outliers import decoupling_outliers
    from rmtcheck.spectral.decoupling.thresholds import outlier_thresholds
    from rmtcheck.spectral.given_weights import linear_ce_mean, linear_ce_mean_given
    from rmtcheck.spectral.grams.numeric import to_numeric
    from rmtcheck.spectral.measures import DiscreteMeasure, EmpiricalMeasure
    from rmtcheck.spectral.populations.hidden import hidden_weights
    from rmtcheck.spectral.populations.softmax import softmax_weights
    from rmtcheck.symbolic.hessian import derive
    from rmtcheck.symbolic.links import LinkPattern, hessian_links
    from rmtcheck.symbolic.logit_laws import linear_ce_constant
    from rmtcheck.symbolic.softmax import linear_ce_series
    from rmtcheck.vocabulary.activations import (
        GELU,
        IDENTITY,
        RELU,
        SIGMOID,
        SILU,
        TANH,
        Activation,
        leaky_relu,
    )
    from rmtcheck.vocabulary.ensembles import (
        GivenBoth,
        GivenInput,
        HermitianMatrix,
        IndependentParts,
        Projection,
        RandomHermitian,
        RandomMatrix,
        ResolventTrace,
        SampleCovariance,
        SquaredRadius,
        SquareMatrix,
        WeightedCovariance,
        WignerMatrix,
    )
    from rmtcheck.vocabulary.grams import (
        INPUT,
        ONE,
        BlockGram,
        Combination,
        HiddenOutput,
        UnitVector,
        WeightedGram,
    )
    from rmtcheck.vocabulary.graphs import FeedForward, Weight, weight_matrix, weights
    from rmtcheck.vocabulary.laws import ImplicitLaw, PrintedLaw
    from rmtcheck.vocabulary.local_weights import LocalWeight, local_weight
    from rmtcheck.vocabulary.losses import (
        CROSS_ENTROPY,
        MEAN_SQUARED_ERROR,
        BinaryCrossEntropy,
        CrossEntropy,
        LogitLoss,
        MeanSquaredError,
    )
    from rmtcheck.vocabulary.measures import (
        BoundedProbabilityMeasures,
        Mass,
        Moment,
        ProbabilityMeasures,
        SignedMeasures,
        SomeRadius,
        Stieltjes,
        SubProbabilityMeasures,
    )
    from rmtcheck.vocabulary.networks import (
        Gradient,
        HessianBlock,
        HessianLayer,
        LinearModel,
        OneHiddenLayer,
    )
    from rmtcheck.vocabulary.patterns import (
        DirectLinks,
        Hessian,
        HessianSize,
        NetworkHessian,
        ZeroGrid,
    )
    from rmtcheck.vocabulary.quantities import (
        Along,
        E,
        SoftmaxOfGaussians,
        frobenius_squared,
        spectral_moment,
    )
    from rmtcheck.vocabulary.samples import indicator, logit, preactivation

_HOMES = {
    "certify.linear_ce": ("linear_ce",),
    "certify.softmax": ("softmax_moment",),
    "claims.claim": ("Claim", "Source", "claim"),
    "claims.hypotheses": ("Hypothesis", "assume", "at_least", "distinct", "less", "positive"),
    "claims.ledger": ("Ledger",),
    "claims.patterns": ("Pattern",),
    "claims.quantified": ("ConvergesWith", "Determines", "ForAll"),
    "claims.blocks": ("BlockFormula", "LeadingBlock"),
    "claims.upper_orders": ("AtMost",),
    "claims.statements": (
        "Bound",
        "Identity",
        "LimitOf",
        "Order",
        "SpectralLimit",
        "Value",
    ),
    "constants.hidden_layer": (
        "hidden_ce_constant",
        "hidden_mse",
        "hidden_mse_constant",
        "output_ce_constant",
    ),
    "decoupling.study": ("LindebergStudy", "lindeberg"),
    "laws.generalized_marchenko_pastur": ("GeneralizedMarchenkoPastur",),
    "laws.marchenko_pastur": ("MarchenkoPastur",),
    "laws.semicircle": ("Semicircle",),
    "runner.run": ("verify",),
    "spectral.continuous": ("ContinuousMeasure",),
    "spectral.decoupling.bias": ("decoupling_bias",),
    "spectral.decoupling.outliers": ("decoupling_outliers",),
    "spectral.decoupling.thresholds": ("outlier_thresholds",),
    "spectral.given_weights": ("linear_ce_mean", "linear_ce_mean_given"),
    "spectral.grams.numeric": ("to_numeric",),
    "spectral.measures": ("DiscreteMeasure", "EmpiricalMeasure"),
    "spectral.populations.hidden": ("hidden_weights",),
    "spectral.populations.softmax": ("softmax_weights",),
    "symbolic.hessian": ("derive",),
    "symbolic.links": ("LinkPattern", "hessian_links"),
    "symbolic.logit_laws": ("linear_ce_constant",),
    "symbolic.softmax": ("linear_ce_series",),
    "vocabulary.ensembles": (
        "GivenBoth",
        "GivenInput",
        "HermitianMatrix",
        "IndependentParts",
        "Projection",
        "RandomHermitian",
        "RandomMatrix",
        "ResolventTrace",
        "SampleCovariance",
        "SquareMatrix",
        "SquaredRadius",
        "WeightedCovariance",
        "WignerMatrix",
    ),
    "vocabulary.laws": ("ImplicitLaw", "PrintedLaw"),
    "vocabulary.activations": (
        "GELU",
        "IDENTITY",
        "RELU",
        "SIGMOID",
        "SILU",
        "TANH",
        "Activation",
        "leaky_relu",
    ),
    "vocabulary.grams": (
        "INPUT",
        "ONE",
        "BlockGram",
        "Combination",
        "HiddenOutput",
        "UnitVector",
        "WeightedGram",
    ),
    "vocabulary.measures": (
        "BoundedProbabilityMeasures",
        "Mass",
        "Moment",
        "ProbabilityMeasures",
        "SignedMeasures",
        "SomeRadius",
        "Stieltjes",
        "SubProbabilityMeasures",
    ),
    "vocabulary.local_weights": ("LocalWeight", "local_weight"),
    "vocabulary.losses": (
        "CROSS_ENTROPY",
        "MEAN_SQUARED_ERROR",
        "BinaryCrossEntropy",
        "CrossEntropy",
        "LogitLoss",
        "MeanSquaredError",
    ),
    "vocabulary.networks": (
        "Gradient",
        "HessianBlock",
        "HessianLayer",
        "LinearModel",
        "OneHiddenLayer",
    ),
    "vocabulary.graphs": ("FeedForward", "Weight", "weight_matrix", "weights"),
    "vocabulary.patterns": (
        "DirectLinks",
        "Hessian",
        "HessianSize",
        "NetworkHessian",
        "ZeroGrid",
    ),
    "vocabulary.quantities": (
        "Along",
        "E",
        "SoftmaxOfGaussians",
        "frobenius_squared",
        "spectral_moment",
    ),
    "vocabulary.samples": ("indicator", "logit", "preactivation"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "CROSS_ENTROPY",
    "GELU",
    "IDENTITY",
    "INPUT",
    "MEAN_SQUARED_ERROR",
    "ONE",
    "RELU",
    "SIGMOID",
    "SILU",
    "TANH",
    "Activation",
    "Along",
    "AtMost",
    "BinaryCrossEntropy",
    "BlockFormula",
    "BlockGram",
    "Bound",
    "BoundedProbabilityMeasures",
    "Claim",
    "Combination",
    "ContinuousMeasure",
    "ConvergesWith",
    "CrossEntropy",
    "Determines",
    "DirectLinks",
    "DiscreteMeasure",
    "E",
    "EmpiricalMeasure",
    "FeedForward",
    "ForAll",
    "GeneralizedMarchenkoPastur",
    "GivenBoth",
    "GivenInput",
    "Gradient",
    "HermitianMatrix",
    "Hessian",
    "HessianBlock",
    "HessianLayer",
    "HessianSize",
    "HiddenOutput",
    "Hypothesis",
    "Identity",
    "ImplicitLaw",
    "IndependentParts",
    "LeadingBlock",
    "Ledger",
    "LimitOf",
    "LindebergStudy",
    "LinearModel",
    "LinkPattern",
    "LocalWeight",
    "LogitLoss",
    "MarchenkoPastur",
    "Mass",
    "MeanSquaredError",
    "Moment",
    "NetworkHessian",
    "OneHiddenLayer",
    "Order",
    "Pattern",
    "PrintedLaw",
    "ProbabilityMeasures",
    "Projection",
    "RandomHermitian",
    "RandomMatrix",
    "ResolventTrace",
    "SampleCovariance",
    "Semicircle",
    "SignedMeasures",
    "SoftmaxOfGaussians",
    "SomeRadius",
    "Source",
    "SpectralLimit",
    "SquareMatrix",
    "SquaredRadius",
    "Stieltjes",
    "SubProbabilityMeasures",
    "UnitVector",
    "Value",
    "Weight",
    "WeightedCovariance",
    "WeightedGram",
    "WignerMatrix",
    "ZeroGrid",
    "__version__",
    "assume",
    "at_least",
    "claim",
    "decoupling_bias",
    "decoupling_outliers",
    "derive",
    "distinct",
    "frobenius_squared",
    "hessian_links",
    "hidden_ce_constant",
    "hidden_mse",
    "hidden_mse_constant",
    "hidden_weights",
    "indicator",
    "leaky_relu",
    "less",
    "lindeberg",
    "linear_ce",
    "linear_ce_constant",
    "linear_ce_mean",
    "linear_ce_mean_given",
    "linear_ce_series",
    "local_weight",
    "logit",
    "outlier_thresholds",
    "output_ce_constant",
    "positive",
    "preactivation",
    "softmax_moment",
    "softmax_weights",
    "spectral_moment",
    "to_numeric",
    "verify",
    "weight_matrix",
    "weights",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'rmtcheck' has no attribute {name!r}")
    return getattr(import_module(f"rmtcheck.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
