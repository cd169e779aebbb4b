"""The one way in which a check ends early."""


class CertificateError(Exception):
    """A certificate is not accepted: the message is the reason."""
