# Alpha with Feldt's interval, item-total, alpha if dropped, omega; listwise and pairwise.
source("write.R")
suppressPackageStartupMessages(library(psych))

page <- function(answers, use) {
  found <- suppressWarnings(alpha(answers, use = use, check.keys = FALSE))
  list(alpha = found$total$raw_alpha, if_dropped = found$alpha.drop$raw_alpha)
}
feldt <- alpha.ci(page(attitude, "complete")$alpha, n.obs = 30, n.var = 7)
covariance <- cov(attitude)
factor <- factanal(covmat = covariance, factors = 1, n.obs = 30)
deviations <- sqrt(diag(covariance))
loadings <- as.numeric(factor$loadings) * deviations
uniquenesses <- factor$uniquenesses * deviations^2
attitude_page <- c(page(attitude, "complete"), list(
  item_total = as.numeric(sapply(names(attitude), function(q) cor(attitude[[q]], rowSums(attitude[, names(attitude) != q])))),
  low = feldt$lower.ci[[1]], high = feldt$upper.ci[[1]],
  omega = sum(loadings)^2 / (sum(loadings)^2 + sum(uniquenesses)),
  omega_standardised = suppressMessages(suppressWarnings(omega(attitude, nfactors = 1, fm = "ml", plot = FALSE)))$omega.tot,
  standardised = cov2cor(covariance)))

# Five questions on agreeableness of the first 150 people of psych::bfi, some of them with gaps.
data(bfi, package = "psych")
some <- bfi[1:150, c("A2", "A3", "A4", "A5", "E4")]
some[cbind(c(3, 9, 27, 40, 77, 110), c(1, 2, 3, 4, 5, 1))] <- NA
complete <- na.omit(some)
gaps <- list(answers = as.matrix(some), pairwise = page(some, "pairwise"), listwise = page(complete, "complete"),
  listwise_item_total = as.numeric(sapply(names(complete), function(q) cor(complete[[q]], rowSums(complete[, names(complete) != q])))),
  n_listwise = nrow(complete))
write_reference(list(attitude = attitude_page, gaps = gaps), "psych")
