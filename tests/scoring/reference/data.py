"""Published data sets on which other software and papers report results."""

import numpy as np
import pandas as pd

SCHEAFFER_HOURS = {
    # Scheaffer, Mendenhall & Ott, Elementary Survey Sampling, 4th ed., ch. 5: hours of television per household.
    "town A": [35, 43, 36, 39, 28, 28, 29, 25, 38, 27, 26, 32, 29, 40, 35, 41, 37, 31, 45, 34],
    "town B": [27, 15, 4, 41, 49, 25, 10, 30],
    "rural": [8, 14, 12, 15, 30, 32, 21, 20, 34, 7, 11, 24],
}
SCHEAFFER_HOUSEHOLDS = {"town A": 155, "town B": 62, "rural": 93}

# Efron & Tibshirani (1993), An Introduction to the Bootstrap, table 14.1: spatial test, column A.
SPATIAL_A = [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41]

# Shrout & Fleiss (1979), Psychological Bulletin 86, table 2: six targets, four judges.
SHROUT_FLEISS = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])

_ = np.nan
# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units.
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)

# R datasets::attitude (Chatterjee & Price 1977): 30 departments, seven questions.
_ATTITUDE = """
43 63 71 61 81 43 58 71 72 67 64 67 69 68 77 81 74 65 65 50 50 64 53 40 63 66 78 48 85 82
51 64 70 63 78 55 67 75 82 61 53 60 62 83 77 90 85 60 70 58 40 61 66 37 54 77 75 57 85 82
30 51 68 45 56 49 42 50 72 45 53 47 57 83 54 50 64 65 46 68 33 52 52 42 42 66 58 44 71 39
39 54 69 47 66 44 56 55 67 47 58 39 42 45 72 72 69 75 57 54 34 62 50 58 48 63 74 45 71 59
61 63 76 54 71 54 66 70 71 62 58 59 55 59 79 60 79 55 75 64 43 66 63 50 66 88 80 51 77 64
92 73 86 84 83 49 68 66 83 80 67 74 63 77 77 54 79 80 85 78 64 80 80 57 75 76 78 83 74 78
45 47 48 35 47 34 35 41 31 41 34 41 25 35 46 36 63 60 46 52 33 41 37 49 33 72 49 38 55 39
"""
ATTITUDE = pd.DataFrame(
    np.array(_ATTITUDE.split(), dtype=float).reshape(7, 30).T,
    columns=["rating", "complaints", "privileges", "learning", "raises", "critical", "advance"],
)

# R datasets::ability.cov (Bartholomew 1987): covariances of six tests, 112 people.
ABILITY = np.array(
    [
        [24.641, 5.991, 33.520, 6.023, 20.755, 29.701],
        [5.991, 6.700, 18.137, 1.782, 4.936, 7.204],
        [33.520, 18.137, 149.831, 19.424, 31.430, 50.753],
        [6.023, 1.782, 19.424, 12.711, 4.757, 9.075],
        [20.755, 4.936, 31.430, 4.757, 52.604, 66.762],
        [29.701, 7.204, 50.753, 9.075, 66.762, 135.292],
    ]
)

# R datasets::sleep (Student 1908): extra hours of the same ten people under two drugs.
SLEEP_FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

# Hollander & Wolfe (1973), p. 29, as in R ?wilcox.test: depression before and after.
DEPRESSION_BEFORE = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
DEPRESSION_AFTER = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]

# Derrick, Toher & White (2017), The Quantitative Methods for Psychology 13(2), 120-126: example.
DERRICK_A = {"alone": [20, 21, 16, 18, 14, 12, 14, 17], "linked": [14, 15, 18, 20, 11, 19, 14, 15]}
DERRICK_B = {"alone": [10, 16, 18, 16, 15, 14, 13, 10], "linked": [15, 10, 15, 17, 13, 19, 12, 13]}

# R datasets::mtcars (Henderson & Velleman 1981): miles per gallon by transmission.
MPG_AUTOMATIC = [21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 21.5, 15.5, 15.2]
MPG_AUTOMATIC += [13.3, 19.2]
MPG_MANUAL = [21.0, 21.0, 22.8, 32.4, 30.4, 33.9, 27.3, 26.0, 30.4, 15.8, 19.7, 15.0, 21.4]

_SWISS = """
80.2 17.0 15 12 9.96 22.2  83.1 45.1 6 9 84.84 22.2  92.5 39.7 5 5 93.40 20.2  85.8 36.5 12 7 33.77 20.3
76.9 43.5 17 15 5.16 20.6  76.1 35.3 9 7 90.57 26.6  83.8 70.2 16 7 92.85 23.6  92.4 67.8 14 8 97.16 24.9
82.4 53.3 12 7 97.67 21.0  82.9 45.2 16 13 91.38 24.4  87.1 64.5 14 6 98.61 24.5  64.1 62.0 21 12 8.52 16.5
66.9 67.5 14 7 2.27 19.1  68.9 60.7 19 12 4.43 22.7  61.7 69.3 22 5 2.82 18.7  68.3 72.6 18 2 24.20 21.2
71.7 34.0 17 8 3.30 20.0  55.7 19.4 26 28 12.11 20.2  54.3 15.2 31 20 2.15 10.8  65.1 73.0 19 9 2.84 20.0
65.5 59.8 22 10 5.23 18.0  65.0 55.1 14 3 4.52 22.4  56.6 50.9 22 12 15.14 16.7  57.4 54.1 20 6 4.20 15.3
72.5 71.2 12 1 2.40 21.0  74.2 58.1 14 8 5.23 23.8  72.0 63.5 6 3 2.56 18.0  60.5 60.8 16 10 7.72 16.3
58.3 26.8 25 19 18.46 20.9  65.4 49.5 15 8 6.10 22.5  75.5 85.9 3 2 99.71 15.1  69.3 84.9 7 6 99.68 19.8
77.3 89.7 5 2 100.00 18.3  70.5 78.2 12 6 98.96 19.4  79.4 64.9 7 3 98.22 20.2  65.0 75.9 9 9 99.06 17.8
92.2 84.6 3 3 99.46 16.3  79.3 63.1 13 13 96.83 18.1  70.4 38.4 26 12 5.62 20.3  65.7 7.7 29 11 13.79 20.5
72.7 16.7 22 13 11.22 18.9  64.4 17.6 35 32 16.92 23.0  77.6 37.6 15 7 4.97 20.0  67.6 18.7 25 7 8.65 19.5
35.0 1.2 37 53 42.34 18.0  44.7 46.6 16 29 50.43 18.2  42.8 27.7 22 29 58.33 19.3
"""
# R datasets::swiss (Mosteller & Tukey 1977): 47 provinces, fertility and five indicators.
SWISS = pd.DataFrame(
    np.array(_SWISS.split(), dtype=float).reshape(47, 6),
    columns=["fertility", "agriculture", "examination", "education", "catholic", "infant_mortality"],
)
