"""What a run of the faults has reached, kept for `tools/security_figures.py` where ``TRIGPOINT_FIGURES`` names a file."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Figures:
    """Name → what was reached, in words with numbers; written when the run ends."""

    said: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, reached: str) -> None:
        self.said[name] = reached

    def write(self) -> None:
        if place := os.environ.get("TRIGPOINT_FIGURES"):
            path = Path(place)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(self.said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
