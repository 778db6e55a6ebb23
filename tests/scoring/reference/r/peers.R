# Between-group variance by Paule-Mandel, empirical-Bayes means, quantiles and mid-rank percentiles.
source("write.R")
suppressPackageStartupMessages(library(metafor))

mandel <- function(yi, vi) { found <- rma(yi, vi, method = "PM", control = list(tol = 1e-12, maxiter = 1000)); list(means = yi, variances = vi, tau2 = found$tau2, centre = coef(found)[[1]]) }
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
cases <- list(bcg = mandel(as.numeric(bcg$yi), as.numeric(bcg$vi)), alike = mandel(c(2.9, 3, 3.1, 3.05), c(.2, .3, .25, .4)),
              small = mandel(c(2, 3.4, 2.6), c(.05, .2, .1)))

set.seed(20260904)
group <- rep(0:4, c(6, 12, 9, 5, 20))
levels <- round(c(2.6, 3.1, 3.3, 2.2, 3.0)[group + 1] + rnorm(length(group), 0, .7), 2)
means <- tapply(levels, group, mean); sizes <- table(group)
within <- summary(aov(levels ~ as.factor(group)))[[1]][["Mean Sq"]][2]
fitted <- rma(as.numeric(means), as.numeric(within / sizes), method = "PM", control = list(tol = 1e-12, maxiter = 1000))
shrunken <- list(levels = levels, groups = group, means = as.numeric(blup(fitted)$pred), tau2 = fitted$tau2, parent = coef(fitted)[[1]])

peers <- c(1.5, 2, 2, 2.25, 3, 3, 3, 3.5, 4, 4.75, 2.5)
mid_rank <- lapply(c(1, 2, 2.9, 3, 5), function(ours) list(ours = ours, percentile = 100 * (mean(peers < ours) + mean(peers == ours) / 2)))
write_reference(list(paule_mandel = cases, shrunken = shrunken, peers = peers, mid_rank = mid_rank,
                     quartiles = as.numeric(quantile(peers, c(.25, .5, .75)))), "metafor")
