# The data sets of R that ../data.py writes out, to compare them with, and binomial tests behind two-peaked answers.
source("write.R")
valleys <- list(c(2, 12), c(3, 9), c(0, 5), c(4, 12))
write_reference(list(attitude = as.matrix(attitude), swiss = as.matrix(swiss), ability = ability.cov$cov,
  sleep = list(first = sleep$extra[1:10], second = sleep$extra[11:20]),
  mpg = list(automatic = mtcars$mpg[mtcars$am == 0], manual = mtcars$mpg[mtcars$am == 1]),
  valleys = lapply(valleys, function(v) list(valley = v[1], peak = v[2], p = binom.test(v[1], sum(v), alternative = "less")$p.value))))
