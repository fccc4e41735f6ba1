"""``python -m jiuzhou`` is the same program as ``jiuzhou``."""

from jiuzhou.cli.main import main

if __name__ == "__main__":
    main()
