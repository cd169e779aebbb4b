"""The failures a user can meet; a false theorem is never one of them."""


class RmtcheckError(Exception):
    """Base of every error that rmtcheck raises on purpose."""


class DomainError(RmtcheckError, ValueError):
    """An argument lies outside its domain: the message names it, its value and what is accepted."""


class ConvergenceError(RmtcheckError):
    """A numerical method stopped before it reached its accuracy; it may carry what it has."""

    def __init__(self, message: str, solution: object = None) -> None:
        super().__init__(message)
        self.solution = solution


class PrecisionError(RmtcheckError):
    """A comparison stayed undecided at the precision cap; this refutes nothing."""


class ClaimError(RmtcheckError):
    """A proofs file or a claim is malformed: the message names the file and the claim."""


class StoreError(RmtcheckError):
    """The store of finished blocks cannot be read or written."""
