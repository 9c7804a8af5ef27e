"""Bad inputs, one row each, for the library and the command line alike.

Every input holds the healthy series "Swindon", whose numbers are `SWINDON` over `MONTHS`; where the input
can be read at all, they have to come out to the bit. `BAD_INPUTS` is the table; `write(case, folder)` puts
a case on disk and returns its path.
"""

from __future__ import annotations

from tests.reading.bad_files import BAD_FILES
from tests.reading.bad_texts import BAD_TEXTS
from tests.reading.building import MONTHS, SWINDON, BadInput, write

__all__ = ["BAD_INPUTS", "MONTHS", "SWINDON", "BadInput", "write"]

BAD_INPUTS = (*BAD_TEXTS, *BAD_FILES)
