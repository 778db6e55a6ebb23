# Means by head-count, worst-case bounds of missing answers, ranks and overall level under weights moved by 20%.
source("write.R")
set.seed(20260906)
unit <- rep(c("a", "b"), c(9, 6)); headcount <- c(a = 300, b = 100)
# 254 = don't know, 255 = not applicable, 0 = unanswered; two questions of one capability on five levels.
codes <- matrix(sample(c(1:5, 254, 255, 0), 30, TRUE, c(2, 3, 4, 3, 2, 2, 1, 1)), 15)
person <- function(fill) apply(codes, 1, function(row) {
  applicable <- row[row != 255]; answered <- applicable[applicable > 0 & applicable < 250]
  dont_know <- sum(applicable == 254)
  if (is.na(fill)) return(if (length(applicable) && length(answered) / length(applicable) >= .5) mean(answered) else NA)
  filled <- c(answered, rep(fill, dont_know))
  if (length(filled) && length(filled) / length(applicable) >= .5) mean(filled) else NA
})
whole <- function(scores) {
  means <- tapply(scores, unit, mean, na.rm = TRUE)
  sum(means * headcount[names(means)]) / sum(headcount)
}
applicable <- codes != 255 & TRUE
result <- list(codes = codes, units = unit, headcount = as.list(headcount), estimate = whole(person(NA)),
  low = whole(person(1)), high = whole(person(5)),
  coverage = sum(codes > 0 & codes < 250) / sum(codes != 255), dont_know = sum(codes == 254) / sum(codes != 255),
  not_applicable = sum(codes == 255) / length(codes))

levels <- c(2.1, 3.4, 2.8, 3.9, 1.7)
corners <- as.matrix(expand.grid(rep(list(c(.8, 1.2)), 5)))
overall <- corners %*% levels / rowSums(corners)
gaps <- c(plan = 1.0, data = 1.2, work = 0.2, crm = 0.9); importance <- c(4, 3, 5, 4)
moved <- as.matrix(expand.grid(rep(list(c(.8, 1.2)), 4)))
ranks <- apply(moved, 1, function(m) rank(-(importance * m * gaps), ties.method = "min"))
write_reference(list(person = result, weights = list(levels = levels, low = min(overall), high = max(overall)),
  priorities = list(gaps = as.list(gaps), importance = importance, best = as.list(setNames(apply(ranks, 1, min), names(gaps))),
                    worst = as.list(setNames(apply(ranks, 1, max), names(gaps))))))
