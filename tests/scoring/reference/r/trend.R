# Paired t, exact signed rank with ties, Welch from two estimates, reliable change.
source("write.R")
suppressPackageStartupMessages(library(coin))
first <- sleep$extra[1:10]; second <- sleep$extra[11:20]
paired <- t.test(second, first, paired = TRUE)
linked <- list(before = first, after = second, change = paired$estimate[[1]], p = paired$p.value, interval = as.numeric(paired$conf.int),
               rank_p = pvalue(wilcoxsign_test(second ~ first, distribution = "exact", zero.method = "Wilcoxon"))[[1]])
before <- c(2, 2, 3, 3, 2, 1, 4, 3, 2, 5, 3, 2); after <- c(3, 2, 4, 4, 3, 3, 3, 5, 2, 4, 4, 4)
ties <- list(before = before, after = after,
             rank_p = pvalue(wilcoxsign_test(after ~ before, distribution = "exact", zero.method = "Wilcoxon"))[[1]])
depression <- list(before = c(1.83, .50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30), after = c(.878, .647, .598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29))
depression$rank_p <- wilcox.test(depression$after, depression$before, paired = TRUE, exact = TRUE)$p.value
x <- c(2.5, 3, 3.5, 2, 4, 3, 2.5); y <- c(3, 4, 4.5, 3.5, 4, 3, 5, 4.5, 3.5)
welch <- t.test(y, x)
estimates <- list(before = list(estimate = mean(x), se = sd(x) / sqrt(length(x)), df = length(x) - 1, n = length(x)),
                  now = list(estimate = mean(y), se = sd(y) / sqrt(length(y)), df = length(y) - 1, n = length(y)),
                  change = mean(y) - mean(x), interval = as.numeric(welch$conf.int), p = welch$p.value)
write_reference(list(linked = linked, ties = ties, depression = depression, estimates = estimates), "coin")
