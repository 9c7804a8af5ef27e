"""`python -m spc`: the command line where the script `spc` is not on the path."""

from __future__ import annotations

import sys

from spc.cli import main

if __name__ == "__main__":
    sys.exit(main())
