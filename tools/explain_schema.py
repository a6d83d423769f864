"""Writes the JSON schema of `lateen explain -o json`.

Usage: python tools/explain_schema.py docs/explain.schema.json
"""

import json
import sys
from pathlib import Path

from lateen.explain.schema import explanation_schema

if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(explanation_schema(), indent=2) + "\n")
