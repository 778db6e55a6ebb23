"""The title above each section of the report and above each capability: a finding, written by rule (docs/methods.md,
"Headlines")."""

from scoring.headlines.capabilities import capability_headline, headlined, share_words
from scoring.headlines.sections import SECTIONS, section_headlines

__all__ = ["SECTIONS", "capability_headline", "headlined", "section_headlines", "share_words"]
