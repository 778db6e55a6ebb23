# Welch, Hedges g, Cliff's delta, Benjamini-Hochberg.
source("write.R")
suppressPackageStartupMessages(library(effectsize))
automatic <- mtcars$mpg[mtcars$am == 0]; manual <- mtcars$mpg[mtcars$am == 1]

difference <- function(x, y) {
  welch <- t.test(x, y)
  d <- cohens_d(x, y, pooled_sd = TRUE)
  # 2 W / (n m) - 1 of the rank-sum statistic is Cliff's delta.
  w <- suppressWarnings(wilcox.test(x, y))$statistic[[1]]
  list(first = x, second = y, difference = mean(x) - mean(y), df = welch$parameter[[1]], p = welch$p.value,
       interval = as.numeric(welch$conf.int), d = d$Cohens_d, d_interval = c(d$CI_low, d$CI_high),
       delta = 2 * w / (length(x) * length(y)) - 1, delta_effectsize = cliffs_delta(x, y)$r_rank_biserial)
}
ratings <- list(c(3, 4, 5, 4, 4, 2, 5), c(2, 3, 3, 2, 3, 4, 1, 2))
p <- c(plan = .0001, data = .0004, stack = .0019, crm = .0095, email = .0201, web = .0278, ads = .0298, pr = .0344,
       events = .0459, video = .3240, search = .4262, mail = .5719, print = .6528, radio = .7590, tv = 1)
write_reference(list(cars = difference(manual, automatic), ratings = difference(ratings[[1]], ratings[[2]]),
                     benjamini_hochberg = list(p = as.list(p), adjusted = as.list(p.adjust(p, "BH")))), "effectsize")
