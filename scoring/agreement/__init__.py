"""How far people agree: inside a group (rwg, AD, two peaks), between groups (ICC), and among raters (Krippendorff)."""

from scoring.agreement.correlation import icc1, icc2, shrout_fleiss
from scoring.agreement.krippendorff import krippendorff_alpha
from scoring.agreement.peaks import TwoPeaks, two_peaks
from scoring.agreement.within import (
    Agreement,
    agreement,
    agreement_band,
    average_deviation,
    average_deviation_limit,
    null_variance,
    rwg,
    rwg_j,
)

__all__ = [
    "Agreement",
    "TwoPeaks",
    "agreement",
    "agreement_band",
    "average_deviation",
    "average_deviation_limit",
    "icc1",
    "icc2",
    "krippendorff_alpha",
    "null_variance",
    "rwg",
    "rwg_j",
    "shrout_fleiss",
    "two_peaks",
]
