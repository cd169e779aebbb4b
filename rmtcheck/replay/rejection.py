"""The one way in which a check ends early."""


class Rejection(Exception):  # noqa: N818 - it is a verdict, not an error
    """A certificate is not accepted: the message is the reason."""
