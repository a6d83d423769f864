"""What random tests begin with.

A run is the same every time, so that it fails for what has changed; LATEEN_SEED=N tries what no run has tried yet.
"""

import os

EXPLORES = "LATEEN_SEED" in os.environ
SEED = int(os.environ.get("LATEEN_SEED") or 0)
