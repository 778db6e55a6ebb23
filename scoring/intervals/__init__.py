"""Intervals of means and shares: how far a level could move if other people of the same units had answered.

The estimate is the stratified mean `sum_h W_h m_h` over units (strata) h. Its interval is Student's t on
`SE^2 = sum_h W_h^2 s_h^2 / n_h` with `sum_h (n_h - 1)` degrees of freedom; where the number of people invited is
known a second interval carries the finite-population correction `(1 - n_h / N_h)` (Cochran 1977, §5.4–5.5).

Strata with a single respondent have no variance of their own. All of them in a column are merged into one stratum
*for the variance only*; a lone one joins the smallest other stratum (ties: first label in sorted order). The estimate
and the weights stay those of the original strata.
"""

from scoring.intervals.bootstrap import LARGEST_BCA_N, MINIMUM_BOOTSTRAP_N, bca_stratified
from scoring.intervals.interval import MINIMUM_N, Interval
from scoring.intervals.shares import wilson
from scoring.intervals.stratified import group_means, interval_of, stratified_mean, stratified_means

__all__ = [
    "LARGEST_BCA_N",
    "MINIMUM_BOOTSTRAP_N",
    "MINIMUM_N",
    "Interval",
    "bca_stratified",
    "group_means",
    "interval_of",
    "stratified_mean",
    "stratified_means",
    "wilson",
]
