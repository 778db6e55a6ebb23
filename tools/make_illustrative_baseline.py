"""Write the illustrative edition that comes with Trigpoint; ``scoring/illustrative.py`` says how it is simulated.

Usage: python -m tools.make_illustrative_baseline [DIRECTORY]
"""

import sys
from pathlib import Path

from app.commands.editions import write_illustrative
from questionnaires.load import CONTENT, load_questionnaire

QUESTIONNAIRE = "mops-core"


def main() -> None:
    """Write the CSV file and its provenance into the questionnaire's folder, or into the one named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CONTENT / QUESTIONNAIRE / "baselines"
    write_illustrative(load_questionnaire(QUESTIONNAIRE), folder)


if __name__ == "__main__":
    main()
