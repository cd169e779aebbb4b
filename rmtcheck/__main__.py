"""``python -m rmtcheck`` is the command ``rmtcheck``."""

from rmtcheck.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
