# One task by R survey, as survey_programs.py does it for the others.
suppressMessages(library(survey))
args <- commandArgs(trailingOnly = TRUE)
task <- args[1]
hard <- grepl("hard", basename(args[2]))
d <- read.csv(args[2], stringsAsFactors = TRUE)
d$level <- factor(d$level, levels = c("none", "weak", "medium", "good", "full"), ordered = TRUE)
totals <- jsonlite::fromJSON(args[3])
made <- function() {
  if (hard) svydesign(~psu, strata = ~stratum, weights = ~weight, data = d, nest = TRUE)
  else svydesign(~1, strata = ~stratum, weights = ~weight, data = d)
}
margins <- lapply(names(totals), function(m) {
  frame <- data.frame(names(totals[[m]]), unlist(totals[[m]]))
  setNames(frame, c(m, "Freq"))
})
formulas <- lapply(names(totals), function(m) as.formula(paste0("~", m)))
raked <- function(x) {
  # R multiplies an epsilon below 1 by the sum of weights.
  rake(x, formulas, margins, control = list(maxit = 1000, epsilon = 1e-8, verbose = FALSE))
}
# Of the processor, as the other programs count.
used <- function() sum(proc.time()[c("user.self", "sys.self")])
begin <- used()
result <- switch(task,
  "rake" = range(weights(raked(made()))),
  "proportions" = coef(svyby(~level, ~profession, made(), svymean))[1:2],
  "rao-scott" = svychisq(~profession + level, made())$statistic,
  "ordinal logit" = coef(svyolr(if (hard) level ~ profession + hours else level ~ profession, made()))[1],
  "bootstrap" = {
    reps <- as.svrepdesign(made(), type = "subbootstrap", replicates = 500)
    coef(svyby(~level, ~profession, raked(reps), svymean))[1:2]
  }
)
seconds <- used() - begin
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE)))
cat(jsonlite::toJSON(list(seconds = seconds, peak_mb = peak / 1024, result = as.numeric(result)),
  auto_unbox = TRUE, digits = NA), "\n")
