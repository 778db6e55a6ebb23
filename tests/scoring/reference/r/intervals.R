# Stratified means with and without fpc, linearised composites, t and Wilson intervals, BCa inside strata.
source("write.R")
suppressPackageStartupMessages({library(survey); library(boot)})
data(api)

# survey::svymean on the stratified sample of Californian schools (apistrat, Lumley 2010).
people <- transform(apistrat[, c("stype", "api00", "fpc", "pw")], stype = as.character(stype))
with_fpc <- svymean(~api00, svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = people))
without <- svymean(~api00, svydesign(id = ~1, strata = ~stype, weights = ~pw, data = people))
df <- nrow(people) - 3
stratified <- list(
  values = people$api00, strata = people$stype, population = as.list(tapply(people$fpc, people$stype, head, 1)),
  estimate = coef(with_fpc)[[1]], se_fpc = SE(with_fpc)[[1]], se = SE(without)[[1]],
  interval_fpc = as.numeric(confint(with_fpc, df = df)), interval = as.numeric(confint(without, df = df)))

# One stratum against the whole that it is a part of: a contrast of the stratum means.
parts <- svyby(~api00, ~stype, svydesign(id = ~1, strata = ~stype, weights = ~pw, data = people), svymean)
share <- unlist(stratified$population) / sum(unlist(stratified$population))
apart <- lapply(names(share), function(s) {
  found <- svycontrast(parts, (names(share) == s) - share)
  list(stratum = s, difference = coef(found)[[1]], se = SE(found)[[1]])
})

# A composite of three items with gaps: sum of fixed unit shares x ratio of (answered x value) to answered, in each unit.
set.seed(20260901)
n <- 48
unit <- rep(c("a", "b", "c"), c(12, 20, 16))
shares <- c(a = 0.5, b = 0.2, c = 0.3)
scores <- matrix(sample(1:5, n * 3, TRUE, c(.1, .2, .3, .25, .15)), n)
scores[cbind(sample(n, 8), sample(3, 8, TRUE))] <- NA
items <- c(0.25, 0.25, 0.5)
frame <- data.frame(unit = unit)
tops <- bottoms <- list()
for (item in 1:3) for (u in names(shares)) {
  frame[[paste0("y", item, u)]] <- ifelse(unit == u & !is.na(scores[, item]), scores[, item], 0)
  frame[[paste0("x", item, u)]] <- as.numeric(unit == u & !is.na(scores[, item]))
}
names_y <- grep("^y", names(frame), value = TRUE); names_x <- sub("^y", "x", names_y)
design <- svydesign(id = ~1, strata = ~unit, weights = ~1, data = transform(frame))
totals <- svytotal(as.formula(paste("~", paste(c(names_y, names_x), collapse = "+"))), design)
part <- paste0(rep(items, each = 3) * rep(shares, 3), " * ", names_y, " / ", names_x)
combined <- svycontrast(totals, parse(text = paste(part, collapse = " + "))[[1]])
composite <- list(scores = scores, units = unit, shares = as.list(shares), items = items,
                  estimate = coef(combined)[[1]], se = SE(combined)[[1]])

# prop.test without continuity correction is Wilson's interval.
pairs <- list(c(8, 10), c(0, 20), c(3, 5), c(81, 263), c(250, 250), c(1, 1000))
wilson <- lapply(pairs, function(p) list(count = p[1], n = p[2],
  interval = as.numeric(suppressWarnings(prop.test(p[1], p[2], correct = FALSE))$conf.int)))

# boot.ci(type = "bca") with strata: 200,000 resamples leave a Monte Carlo error of about 1% of the width.
set.seed(1)
values <- c(1, 2, 2, 3, 4, 4, 5, 5, 5, 5, 1, 1, 1, 2, 2, 3, 3, 5, 2, 4)
strata <- rep(1:2, each = 10)
drawn <- boot(values, function(d, i) var(d[i]) * (length(i) - 1) / length(i), 2e5, strata = strata)
bca <- list(values = values, strata = strata, estimate = drawn$t0, interval = boot.ci(drawn, type = "bca")$bca[4:5])

one <- t.test(c(2, 3, 3, 4, 5, 1, 4))
t <- list(values = c(2, 3, 3, 4, 5, 1, 4), estimate = one$estimate[[1]], interval = as.numeric(one$conf.int))
write_reference(list(stratified = stratified, apart = apart, composite = composite, wilson = wilson, bca = bca, t = t), c("survey", "boot"))
