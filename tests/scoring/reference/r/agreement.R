# rwg, rwg(j), AD, ICC(1), ICC(2) by multilevel; the six forms by psych.
source("write.R")
suppressPackageStartupMessages({library(multilevel); library(psych)})

# Units of unequal size, three questions on five levels.
set.seed(20260902)
unit <- rep(c("a", "b", "c", "d"), c(6, 9, 7, 12))
centre <- c(a = 2, b = 3, c = 4, d = 3)[unit]
answers <- sapply(1:3, function(question) pmin(5, pmax(1, round(centre + rnorm(length(unit), 0, c(.6, .9, 1.2)[question])))))
uniform <- rwg.j(answers, unit, ranvar = 2)
skewed <- rwg.j(answers, unit, ranvar = 1.34)
single <- rwg(answers[, 1], unit, ranvar = 2)
deviation <- ad.m(answers, unit, type = "mean")
one <- ad.m(answers[, 1], unit, type = "mean")
within <- list(units = unit, answers = answers,
  rwg_j = setNames(as.list(uniform$rwg.j), uniform$grpid), rwg_j_skewed = setNames(as.list(skewed$rwg.j), skewed$grpid),
  rwg = setNames(as.list(single$rwg), single$grpid), ad = setNames(as.list(deviation$AD.M), deviation$grpid),
  ad_one = setNames(as.list(one$AD.M), one$grpid))

# Balanced groups of the data of Bliese & Halverson (2000), shipped with multilevel: the first 8 people of 12 groups.
data(bhr2000)
kept <- do.call(rbind, lapply(split(bhr2000, bhr2000$GRP)[1:12], function(g) g[1:8, ]))
model <- aov(HRS ~ as.factor(GRP), data = kept)
balanced <- list(groups = kept$GRP, values = kept$HRS, icc1 = ICC1(model)[[1]], icc2 = ICC2(model)[[1]])

# Groups of unequal size: mean squares of aov, people per group by the formula for unequal sizes.
value <- answers[, 2]
squares <- summary(aov(value ~ as.factor(unit)))[[1]][["Mean Sq"]]
sizes <- as.numeric(table(unit)); k <- (sum(sizes) - sum(sizes^2) / sum(sizes)) / (length(sizes) - 1)
unequal <- list(groups = unit, values = value, icc1 = (squares[1] - squares[2]) / (squares[1] + (k - 1) * squares[2]),
                icc2 = (squares[1] - squares[2]) / squares[1])

table_of <- function(ratings) {
  found <- ICC(ratings, lmer = FALSE)$results
  list(ratings = ratings, forms = lapply(seq_len(6), function(row)
    list(form = found$type[row], estimate = found$ICC[row], low = found$`lower bound`[row], high = found$`upper bound`[row])))
}
shrout <- matrix(c(9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7), ncol = 4, byrow = TRUE)
set.seed(20260903)
targets <- rnorm(15, 3, 1)
other <- sapply(1:5, function(rater) pmin(7, pmax(1, round(targets + rnorm(15, rater / 5, .8)))))
write_reference(list(within = within, balanced = balanced, unequal = unequal,
                     six_forms = list(shrout_fleiss = table_of(shrout), simulated = table_of(other))), c("multilevel", "psych"))
