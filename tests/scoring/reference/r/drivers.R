# LMG: the mean over all orders of entry of the gain in R squared of lm(), on swiss and on six simulated predictors.
source("write.R")

orders <- function(items) if (length(items) <= 1) list(items) else
  do.call(c, lapply(seq_along(items), function(i) lapply(orders(items[-i]), function(rest) c(items[i], rest))))
r_squared <- function(frame, names) if (!length(names)) 0 else summary(lm(reformulate(names, "outcome"), frame))$r.squared
lmg <- function(frame) {
  names <- setdiff(names(frame), "outcome")
  known <- new.env()
  value <- function(set) { key <- paste(c("-", sort(set)), collapse = " "); if (is.null(known[[key]])) known[[key]] <- r_squared(frame, set); known[[key]] }
  gains <- sapply(orders(names), function(order) {
    steps <- sapply(seq_along(order), function(i) value(order[1:i]) - value(order[seq_len(i - 1)]))
    steps[match(names, order)]
  })
  setNames(as.list(rowMeans(gains)), names)
}
swiss_frame <- setNames(swiss, c("outcome", "agriculture", "examination", "education", "catholic", "infant_mortality"))
set.seed(20260905)
common <- rnorm(60)
made <- as.data.frame(sapply(1:6, function(i) round(3 + .6 * common + rnorm(60, 0, .7), 3)))
made$outcome <- round(2 + .5 * made$V1 + .2 * made$V3 - .1 * made$V6 + rnorm(60, 0, .5), 3)
write_reference(list(swiss = lmg(swiss_frame), made = list(table = made, shares = lmg(made))))
