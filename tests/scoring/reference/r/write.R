# Prints a list as JSON with full precision, preceded by the versions that made it.
suppressPackageStartupMessages(library(jsonlite))

write_reference <- function(results, packages = character()) {
  versions <- c(list(R = as.character(getRversion())), lapply(setNames(packages, packages), function(p) as.character(packageVersion(p))))
  cat(toJSON(c(list(versions = versions), results), digits = NA, auto_unbox = TRUE, na = "null", pretty = 1), "\n")
}
