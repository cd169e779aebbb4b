"""An independent checker of the certificate of Theorem 1 for every number of classes.

It reads the text and nothing else, recomputes every number in it, and proves the theorem from
them again. It uses the standard library only: integers with outward rounding for enclosures,
fractions for what is exact. It shares no code with the rest of rmtcheck.
"""

from rmtcheck.replay.checker import Checker, Replay, replay

__all__ = ["Checker", "Replay", "replay"]
