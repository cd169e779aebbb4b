"""The referee: derivatives of the loss itself, by a route that knows no formula."""

from rmtcheck.montecarlo.referee.blocks import gradient, hessian_block

__all__ = ["gradient", "hessian_block"]
