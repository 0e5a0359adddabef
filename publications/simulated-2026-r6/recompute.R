# Compute the published numbers of simulated-2026-r6 again: R and its package `survey`, nothing else.
#
#   Rscript recompute.R [FOLDER]
#
# FOLDER is where the project computed this publication: results/publications/simulated-2026-r6, or
# results/waves/ and the name of its wave, unless given (`readiness run` makes it). From there are
# read, and never written:
#
#   validate/answers.csv        coded answers, one row a respondent
#   weight/weights.csv      the weight, the stratum and its population, one row a respondent
#   weight/replicates.npz   replicate weights, where the standard errors rest on them
#
# The published numbers are those of figures.csv beside this file. Printed is how many of them R
# gives at their published digits, and each that it does not. Of answers that are secret this
# prints nothing that figures.csv does not hold at the same digits: what it prints may be passed on.
#
# The formulas are those of docs/methods.md, "Digits", "Standard errors" and "Tests".

suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "fail", warn = 1)

# ---- What the configuration and the questionnaire say ------------------------------------------

settings <- list(
  id = "simulated-2026-r6",
  answers = "validate/answers.csv",
  by = "profession",
  groups = c(
    "producer", "director", "creator", "advertiser", "journalist", "technician", "voice_artist"
  ),
  level = 0.95,
  inference = TRUE,
  adjust = "holm",
  no_answer = c("_blank", "_dont_know", "_refused")
)

# Each question: its kind, its answers in order, and the boxes that add some of them up.
# `family`: the rows of its grid, which share the error of a comparison.
items <- list(
  perception = list(
    kind = "ordinal",
    answers = c("very_negative", "negative", "neutral", "positive", "very_positive"),
    boxes = list(low = c("very_negative", "negative")),
    family = 1
  ),
  revolution = list(kind = "single", answers = c("social", "technological"), family = 1),
  preparation = list(
    kind = "ordinal",
    answers = c("none", "weak", "medium", "good"),
    boxes = list(low = c("none", "weak")),
    family = 1
  ),
  team_trained = list(kind = "single", answers = c("yes", "no"), family = 1),
  use_ai = list(kind = "single", answers = c("yes", "no"), family = 1),
  use_areas = list(
    kind = "multi",
    answers = c(
      "subtitling", "dubbing", "editing", "modelling_3d", "transcription", "translation", "writing"
    ),
    family = 1
  ),
  time_saving = list(kind = "single", answers = c("yes", "no"), family = 1),
  cost_saving = list(kind = "single", answers = c("yes", "no"), family = 1),
  future_use = list(
    kind = "ordinal",
    answers = c("less", "same", "more", "much_more"),
    boxes = list(low = c("less", "same")),
    family = 1
  ),
  regulation = list(
    kind = "multi",
    answers = c("copyright", "human_responsibility", "new_law", "transparency", "ethics_charter"),
    family = 1
  )
)

# ---- Reading -----------------------------------------------------------------------------------

this_file <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
publication <- dirname(normalizePath(this_file))
arguments <- commandArgs(trailingOnly = TRUE)
results <- file.path(publication, "..", "..", "results")
folder <- file.path(results, "publications", settings$id)
if (!dir.exists(file.path(folder, "weight"))) {
  run <- read.csv(file.path(publication, "figures.csv"), nrows = 1)$run
  folder <- file.path(results, "waves", run)
}
if (length(arguments)) folder <- arguments[1]

read_texts <- function(path) {
  if (!file.exists(path)) stop("no file ", path, call. = FALSE)
  read.csv(path, colClasses = "character", check.names = FALSE, na.strings = character(),
           encoding = "UTF-8")
}

# One array of numpy (.npy): a header in text that states type, order and shape, then the values.
read_npy <- function(path) {
  stream <- file(path, "rb")
  on.exit(close(stream))
  version <- as.integer(readBin(stream, "raw", 8))[7]
  size <- readBin(stream, "integer", 1, if (version == 1) 2 else 4, endian = "little",
                  signed = version > 1)
  header <- rawToChar(readBin(stream, "raw", size))
  state <- function(pattern) sub(paste0(".*", pattern, ".*"), "\\1", header)
  type <- state("'descr': '([^']*)'")
  shape <- as.numeric(regmatches(shape_text <- state("'shape': \\(([^)]*)\\)"),
                                 gregexpr("[0-9]+", shape_text))[[1]])
  count <- prod(shape)
  if (grepl("^<U", type)) {
    letters_read <- readBin(stream, "integer", as.numeric(substring(type, 3)), endian = "little")
    return(intToUtf8(letters_read[letters_read > 0]))
  }
  if (type == "|b1") return(as.logical(readBin(stream, "integer", count, 1)))
  what <- if (type == "<f8") "double" else "integer"
  values <- as.numeric(readBin(stream, what, count, 8, endian = "little"))
  if (length(shape) < 2) return(values)
  by_row <- state("'fortran_order': (True|False)") == "False"
  matrix(values, shape[1], shape[2], byrow = by_row)
}

# Replicate weights (.npz: a zip of such arrays): a row a respondent, a column a replicate.
read_replicates <- function(path) {
  inside <- tempfile("replicates")
  names_read <- unzip(path, exdir = inside)
  arrays <- lapply(names_read, read_npy)
  names(arrays) <- sub("\\.npy$", "", basename(names_read))
  unlink(inside, recursive = TRUE)
  # Respondents of one pattern share a row of weights.
  if (!is.null(arrays$pattern)) {
    arrays$matrix <- arrays$matrix[arrays$pattern + 1, , drop = FALSE]
  }
  arrays
}

figures <- read_texts(file.path(publication, "figures.csv"))
coded <- read_texts(file.path(folder, settings$answers))
weights_read <- read_texts(file.path(folder, "weight", "weights.csv"))

# All figures are of those who gave these answers. The others stay in the design, as `subset` of a
# design keeps them, and count as not asked.
outside <- rep(FALSE, nrow(coded))
for (item in names(settings$where)) outside <- outside | !coded[[item]] %in% settings$where[[item]]
question_of <- sub("[.].*", "", names(coded))
coded[outside, question_of %in% setdiff(names(items), names(settings$where))] <- "_not_asked"
replicates <- read_replicates(file.path(folder, "weight", "replicates.npz"))

# ---- The design --------------------------------------------------------------------------------

# Respondents with a weight, in the order of the weights; groups counted apart have none.
people <- coded[match(weights_read$respondent, coded$respondent), , drop = FALSE]
people$stratum <- weights_read$stratum
people$weight <- as.numeric(weights_read$weight)
people$population <- suppressWarnings(as.numeric(weights_read$stratum_population))
finite <- nrow(people) > 0 && !anyNA(people$population)
has_replicates <- length(replicates$matrix) > 0

# Means and shares know the finite population of a stratum. Tests of differences do not: whether
# groups differ is asked of what made them so (Graubard and Korn 2002).
make_design <- function(finite_population) {
  if (!has_replicates) {
    fpc <- if (finite && finite_population) ~population
    return(svydesign(ids = ~1, strata = ~stratum, weights = ~weight, fpc = fpc, data = people))
  }
  rscales <- replicates$rscales
  if (finite && !finite_population && replicates$kind == "JKn") {
    size <- ave(people$weight, people$stratum, FUN = length)
    if (any(size < people$population)) rscales <- (size - 1) / size
  }
  suppressWarnings(svrepdesign(
    data = people, weights = ~weight, repweights = replicates$matrix, type = "other",
    combined.weights = TRUE, scale = replicates$scale, rscales = rscales,
    mse = isTRUE(replicates$mse)
  ))
}

# Degrees of freedom of a domain: people less strata, and at most replicates less one. Of
# replicate weights that came with the answers: their rank less one.
degrees_of_freedom <- function(inside) {
  if (!any(inside)) return(NA)
  if (has_replicates && replicates$kind == "given") {
    return(qr(replicates$matrix[inside, , drop = FALSE], tol = 1e-5)$rank - 1)
  }
  degrees <- sum(inside) - length(unique(people$stratum[inside]))
  if (has_replicates) min(degrees, ncol(replicates$matrix) - 1) else degrees
}

# ---- Answers -----------------------------------------------------------------------------------

counts <- people$weight > 0

# Who is in a group: "all", a category of the first variable, or "variable:category" of another.
in_group <- function(group, table = people) {
  if (group == "all") return(rep(TRUE, nrow(table)))
  if (!grepl(":", group)) return(table[[settings$by]] == group)
  table[[sub(":[^:]*$", "", group)]] == sub("^.*:", "", group)
}

# The answers to one level of a question on a base: 1 or 0, NA outside the base; or a number.
answers_to <- function(item, level, base, table = people) {
  question <- items[[item]]
  if (question$kind == "number") return(suppressWarnings(as.numeric(table[[item]])))
  if (question$kind == "multi") {
    ticked <- table[[paste0(item, ".", level)]]
    nothing <- ticked %in% settings$no_answer
    value <- ifelse(ticked == "1", 1, ifelse(ticked == "0", 0, NA))
    if (base == "asked") value[nothing] <- 0
    return(value)
  }
  given <- table[[item]]
  inside <- given %in% c(question$answers, if (base == "with_dont_know") "_dont_know")
  chosen <- level
  if (level == "dont_know") chosen <- "_dont_know"
  if (!is.null(question$boxes[[level]])) chosen <- question$boxes[[level]]
  ifelse(inside, as.numeric(given %in% chosen), NA)
}

# ---- Estimates ---------------------------------------------------------------------------------

# Weighted means in a domain of the columns of `values` (shares, if they are 0 and 1): ratios to
# the domain's weight, so that the whole design is behind each standard error.
means_with_errors <- function(values, inside, design) {
  found <- svyratio(in_domain(values, inside), inside + 0, design)
  list(estimate = as.vector(found$ratio), se = sqrt(as.vector(found$var)))
}

in_domain <- function(values, inside) {
  values <- as.matrix(values)
  values[!inside, ] <- 0
  values
}

t_quantile <- function(degrees) qt(1 - (1 - settings$level) / 2, degrees)

# One effective sample size for all answers to a question in a group.
pool <- function(p, se, n, degrees) {
  if (sum(p * (1 - p)) <= 0 || sum(se^2) <= 0) return(n)
  ratio <- t_quantile(n - 1) / t_quantile(degrees)
  min(n, sum(p * (1 - p)) / sum(se^2) * ratio^2)
}

# Limits of Clopper and Pearson (1934) for p on m answers, which need not be whole.
clopper_pearson <- function(p, m, level = settings$level) {
  tail <- (1 - level) / 2
  x <- p * m
  lower <- ifelse(x <= 0, 0, suppressWarnings(qbeta(tail, x, m - x + 1)))
  upper <- ifelse(m - x <= 1e-12 * m, 1, suppressWarnings(qbeta(1 - tail, x + 1, m - x)))
  list(lower = lower, upper = upper)
}

# Limits of a printed share: rounding to units of u adds u^2 / 12 to its variance (Sheppard 1898).
limits_of_printed <- function(p, n_eff, unit) {
  rounding <- ifelse(p * (1 - p) > 0, unit^2 / (12 * p * (1 - p)), 0)
  clopper_pearson(p, 1 / (1 / n_eff + rounding))
}

# Limits of Korn and Graubard (1998), the effective size at most n: those behind contrasts.
korn_graubard <- function(p, se, n, degrees, level) {
  tail <- (1 - level) / 2
  n_eff <- p * (1 - p) / se^2 * (qt(tail, n - 1) / qt(tail, degrees))^2
  n_eff <- ifelse(p <= 0 | p >= 1 | se <= 0, n, pmin(n_eff, n))
  clopper_pearson(p, n_eff, level)
}

# ---- What is published, and whether R gives it -------------------------------------------------

checks <- list()

# Decimals at which a column of a row is published (a percentage has two less than its share).
decimals_of <- function(row, column) {
  if (column %in% c("n", "n_eff")) return(0)
  if (column == "deff") return(2)
  more <- if (row$unit %in% c("share", "points")) 2 else 0
  as.numeric(row$digits) + more + (column == "se")
}

# Compare a published cell with one or several values of R: equal to half a unit of its last digit.
# `reach`: how far random draws may move the value beside that.
compare <- function(row, column, value, what, reach = 0) {
  published <- row[[column]]
  if (is.null(published) || published == "" || row$suppressed != "") return(invisible())
  stated <- as.numeric(published)
  places <- decimals_of(row, column)
  half <- 0.5 * 10^-places
  value <- value[!is.na(value)]
  if (column == "value" && row$unit == "p") {
    # A p-value too small or too large for its digits is published as the middle of what is left.
    value[value < 2 * half] <- half
    value[value > 1 - 2 * half & value < 1] <- 1 - half
  }
  agrees <- length(value) > 0 && any(abs(value - stated) <= half * (1 + 1e-6) + 1e-9 + reach)
  shown <- if (length(value)) formatC(value[1], digits = places, format = "f") else "no value"
  checks[[length(checks) + 1]] <<- data.frame(
    id = row$id, column = column, what = what, published = published, in_r = shown,
    agrees = agrees, drawn = any(reach > 0)
  )
}

compare_rows <- function(ids, columns, values, what, reach = 0) {
  for (row in which(figures$id %in% ids)) {
    for (column in columns) compare(figures[row, ], column, values[[column]], what, reach)
  }
}

published_row <- function(id) {
  found <- figures[figures$id == id, ]
  if (nrow(found) && found$suppressed == "" && found$value != "") found
}

# ---- Shares and means --------------------------------------------------------------------------

design <- if (nrow(people)) make_design(TRUE)
estimates <- figures[figures$kind == "estimate", ]
measure <- sub(" of .*", "", estimates$statistic)
estimates$base <- sub(" .*", "", sub("^.* of ", "", estimates$statistic))
estimates$apart <- grepl("\\(unweighted\\)$", estimates$statistic)

check_base <- function(item, group, base, n, weight) {
  id <- paste0(item, ".n.", group, if (base != "answered") paste0(".", base))
  compare_rows(id, "value", list(value = n), "base")
  compare_rows(paste0(id, ".weighted"), "value", list(value = weight), "sum of weights")
}

# All published answers to one question in one group, on one base.
check_shares <- function(rows) {
  item <- rows$item[1]
  group <- rows$group[1]
  base <- rows$base[1]
  table <- if (rows$apart[1]) coded[coded$group == group, ] else people
  values <- sapply(rows$level, function(level) answers_to(item, level, base, table))
  values <- matrix(values, ncol = nrow(rows))
  known <- !is.na(values[, 1])
  if (rows$apart[1]) {
    share <- colMeans(values[known, , drop = FALSE])
    for (k in seq_len(nrow(rows))) {
      compare(rows[k, ], "value", share[k], "share")
      compare(rows[k, ], "n", sum(known), "base")
    }
    return(check_base(item, group, base, sum(known), NA))
  }
  inside <- known & in_group(group) & counts
  n <- sum(inside)
  check_base(item, group, base, n, sum(people$weight[inside]))
  if (n == 0) return(invisible())
  if (!settings$inference) {
    # Chance drew nobody: a share has no error of sampling.
    share <- colSums(values[inside, , drop = FALSE] * people$weight[inside])
    share <- share / sum(people$weight[inside])
    for (k in seq_len(nrow(rows))) {
      compare(rows[k, ], "value", share[k], "share")
      compare(rows[k, ], "n", n, "base")
    }
    return(invisible())
  }
  found <- means_with_errors(values, inside, design)
  degrees <- degrees_of_freedom(inside)
  # Answers of which a share is not published are not pooled; nor, among all respondents, those of
  # which one is not published in a group.
  answers <- rows$level %in% items[[item]]$answers
  if (!any(answers)) answers[] <- TRUE
  same <- rows
  if (group == "all") same <- estimates[estimates$item == item & estimates$base == base, ]
  pooled <- answers & !rows$level %in% same$level[same$suppressed != ""]
  coarse <- !any(pooled)
  if (coarse) pooled <- answers
  size <- pool(found$estimate[pooled], found$se[pooled], n, degrees)
  # A size that is whole but for the last bits of a sum counts as whole.
  if (coarse) size <- n / (ceiling(10 * n / size * (1 - 1e-9)) / 10)
  size <- max(floor(size * (1 + 1e-9)), 1)
  id <- paste0(item, ".n_eff.", group, if (base != "answered") paste0(".", base))
  compare_rows(id, "value", list(value = size), "effective sample size")
  stated <- published_row(id)
  for (k in seq_len(nrow(rows))) {
    row <- rows[k, ]
    compare(row, "value", found$estimate[k], "share")
    compare(row, "n", n, "base")
    # What follows from printed numbers: the share at its digits and the effective sample size.
    if (is.null(stated) || row$suppressed != "") next
    n_eff <- as.numeric(stated$value)
    printed <- as.numeric(row$value)
    limits <- limits_of_printed(printed, n_eff, 10^-decimals_of(row, "value"))
    se <- if (found$se[k] > 0) sqrt(printed * (1 - printed) / n_eff) else 0
    compare(row, "se", se, "standard error")
    compare(row, "n_eff", size, "effective sample size")
    compare(row, "deff", n / n_eff, "design effect")
    for (end in c("lower", "upper")) {
      compare(row, end, limits[[end]], "limit")
      compare_rows(paste0(row$id, ".", end), "value", list(value = limits[[end]]), "limit")
    }
  }
}

quartiles <- c(lower_quartile = 0.25, median = 0.5, upper_quartile = 0.75)

# The mean of a number with t limits, its quartiles, and limits of the median (Woodruff 1952).
check_numbers <- function(rows) {
  item <- rows$item[1]
  group <- rows$group[1]
  table <- if (rows$apart[1]) coded[coded$group == group, ] else people
  value <- answers_to(item, "mean", "answered", table)
  known <- !is.na(value)
  if (!rows$apart[1]) known <- known & counts
  inside <- if (rows$apart[1]) known else known & in_group(group)
  n <- sum(inside)
  w <- if (rows$apart[1]) rep(1, n) else people$weight[inside]
  check_base(item, group, "answered", n, sum(w))
  if (n == 0) return(invisible())
  v <- value[inside]
  mean_of_v <- sum(w * v) / sum(w)
  se <- deff <- half <- NA
  if (settings$inference && !rows$apart[1]) {
    se <- means_with_errors(value, inside, design)$se
    # A mean has the degrees of freedom of all who answered, a quantile those of its group.
    half <- t_quantile(degrees_of_freedom(known)) * se
    deff <- se^2 / (sum(w * (v - mean_of_v)^2) / sum(w) / (n - 1))
  }
  n_eff <- min(n / deff, n)
  id <- paste0(item, ".n_eff.", group)
  compare_rows(id, "value", list(value = n_eff), "effective sample size")
  for (k in seq_len(nrow(rows))) {
    row <- rows[k, ]
    compare(row, "n", n, "base")
    if (row$level == "mean") {
      compare(row, "value", mean_of_v, "mean")
      compare(row, "se", se, "standard error")
      compare(row, "deff", deff, "design effect")
      compare(row, "n_eff", n_eff, "effective sample size")
      ends <- list(lower = mean_of_v - half, upper = mean_of_v + half)
    } else {
      at <- quartiles[[row$level]]
      found_at <- quantile_of(v, w, at)
      compare(row, "value", found_at, "quartile")
      ends <- list(lower = NA, upper = NA)
      if (row$level == "median" && !is.na(se)) {
        below <- means_with_errors(value <= found_at, inside, design)
        reach <- t_quantile(degrees_of_freedom(inside)) * below$se
        ends <- lapply(list(lower = below$estimate - reach, upper = below$estimate + reach),
                       function(at) if (at < 0 || at > 1) NA else quantile_of(v, w, at))
      }
    }
    for (end in c("lower", "upper")) {
      compare(row, end, ends[[end]], "limit")
      compare_rows(paste0(row$id, ".", end), "value", list(value = ends[[end]]), "limit")
    }
  }
}

# The quantile that schools teach: the mean of two values where the share below is exactly p.
quantile_of <- function(v, w, p) {
  order_of_v <- order(v)
  v <- v[order_of_v]
  total <- sum(w)
  below <- cumsum(w[order_of_v])
  at <- min(which(below >= p * total * (1 - 1e-12)), length(v))
  exact <- abs(below[at] - p * total) <= 1e-12 * total
  if (exact && at < length(v)) (v[at] + v[at + 1]) / 2 else v[at]
}

places <- paste(estimates$item, estimates$base, estimates$group, estimates$apart, sep = "\r")
for (place in unique(places)) {
  rows <- estimates[places == place, ]
  if (items[[rows$item[1]]]$kind == "number") check_numbers(rows) else check_shares(rows)
}

# ---- Comparisons: do groups differ? ------------------------------------------------------------

test_design <- if (nrow(people)) make_design(FALSE)
group_of <- if (settings$by == "") character(0) else people[[settings$by]]
in_any_group <- counts & group_of %in% settings$groups

# Rao and Scott's F of a table of groups by answers: svychisq, on the degrees of freedom of the
# domain. Groups and answers that nobody has are left out.
rao_scott <- function(answer) {
  inside <- in_any_group & !is.na(answer)
  own <- update(test_design, tested_group = factor(group_of), tested_answer = factor(answer))
  own <- own[inside, ]
  own$variables <- droplevels(own$variables)
  if (nlevels(own$variables$tested_group) < 2 || nlevels(own$variables$tested_answer) < 2) {
    return(list(statistic = NA, p = NA))
  }
  found <- tryCatch(
    suppressWarnings(svychisq(~tested_group + tested_answer, own, statistic = "F")),
    error = function(e) NULL
  )
  # Too many cells are empty for svychisq.
  if (is.null(found)) return(list(statistic = NA, p = NA))
  from_f(as.vector(found$statistic), found$parameter[["ndf"]], inside)
}

# An F on the degrees of freedom of the domain. Groups that are whole clusters are compared between
# clusters: each but the first takes a degree of freedom, and the variance is too small by it.
from_f <- function(statistic, numerator, inside) {
  degrees <- degrees_of_freedom(inside)
  if (!is.null(cluster) && all(rowSums(table(cluster[inside], group_of[inside]) > 0) < 2)) {
    taken <- length(unique(group_of[inside])) - 1
    statistic <- statistic * (degrees - taken) / degrees
    degrees <- degrees - taken
  }
  p <- pf(statistic, numerator, numerator * degrees, lower.tail = FALSE)
  list(statistic = statistic, p = p)
}

# The sampling unit of each respondent, where each replicate that came with the answers leaves one
# out; NULL where nothing tells who was drawn together.
find_clusters <- function() {
  if (!has_replicates || replicates$kind != "given") return(NULL)
  left_out <- replicates$matrix == 0
  if (any(rowSums(left_out[counts, , drop = FALSE]) != 1)) return(NULL)
  unit <- max.col(left_out, ties.method = "first")
  if (length(unique(unit[counts])) == sum(counts)) NULL else unit
}
cluster <- find_clusters()

# Several options at once: the sum of their Pearson statistics under the design, to the second
# order (Agresti and Liu 1999; Bilder and Loughin 2004; Rao and Scott 1984).
options_together <- function(item) {
  ticks <- sapply(items[[item]]$answers, function(option) answers_to(item, option, "answered"))
  ticks <- matrix(ticks, nrow = nrow(people))
  inside <- in_any_group & !is.na(rowSums(ticks))
  ticked <- colSums(ticks[inside, , drop = FALSE])
  ticks <- ticks[, ticked > 0 & ticked < sum(inside), drop = FALSE]
  names_of_groups <- intersect(settings$groups, group_of[inside])
  if (!ncol(ticks) || length(names_of_groups) < 2) return(list(statistic = NA, p = NA))
  member <- outer(group_of, names_of_groups, "==") + 0
  # Share that is in a group and ticked an option, less what independence would give.
  departure <- function(w) {
    w <- w * inside
    t <- replace(ticks, is.na(ticks), 0)
    joint <- crossprod(member * w, t) / sum(w)
    joint - outer(colSums(member * w), colSums(t * w)) / sum(w)^2
  }
  w <- people$weight * inside
  t <- replace(ticks, is.na(ticks), 0)
  q <- colSums(member * w) / sum(w)
  share <- colSums(t * w) / sum(w)
  if (has_replicates) {
    again <- apply(replicates$matrix, 2, function(w) as.vector(departure(w)))
    V <- svrVar(t(again), test_design$scale, test_design$rscales, mse = isTRUE(replicates$mse),
                coef = as.vector(departure(people$weight)))
  } else {
    joint <- crossprod(member * w, t) / sum(w)
    pairs <- expand.grid(g = seq_along(q), j = seq_along(share))
    influence <- sapply(seq_len(nrow(pairs)), function(k) {
      g <- pairs$g[k]
      j <- pairs$j[k]
      (member[, g] * t[, j] - joint[g, j]) - (member[, g] - q[g]) * share[j] -
        (t[, j] - share[j]) * q[g]
    }) / sum(w)
    V <- vcov(svytotal(influence[inside, , drop = FALSE], test_design[inside, ]))
  }
  metric <- as.vector(outer(q, share * (1 - share)))
  root <- sqrt(sum(inside) / metric)
  effects <- eigen(V * outer(root, root), symmetric = TRUE, only.values = TRUE)$values
  effects <- pmax(effects[seq_len(ncol(ticks) * (length(q) - 1))], 0)
  pearson <- sum(inside) * sum(as.vector(departure(people$weight))^2 / metric)
  from_f(pearson / sum(effects), sum(effects)^2 / sum(effects^2), inside)
}

# The test that leads, of a whole question.
whole_question <- function(item) {
  question <- items[[item]]
  if (question$kind == "multi") return(options_together(item))
  given <- people[[item]]
  rao_scott(ifelse(given %in% question$answers, given, NA))
}

# The same of each answer, box or option against all others, p adjusted over them.
each_answer <- function(item) {
  question <- items[[item]]
  levels_tested <- c(question$answers, names(question$boxes))
  found <- lapply(levels_tested, function(level) rao_scott(answers_to(item, level, "answered")))
  adjusted <- rep(NA, length(found))
  p <- sapply(found, `[[`, "p")
  method <- if (question$kind == "multi") settings$adjust else "holm"
  adjusted[!is.na(p)] <- p.adjust(p[!is.na(p)], method)
  data.frame(level = levels_tested, p = adjusted, statistic = sapply(found, `[[`, "statistic"))
}

# Shares of groups with their joint covariance, for the differences of pairs.
group_shares <- function(item, level) {
  answer <- answers_to(item, level, "answered")
  inside <- in_any_group & !is.na(answer)
  if (!any(inside)) return(NULL)
  there <- intersect(settings$groups, group_of[inside])
  member <- outer(group_of, there, "==") & inside
  # The ratios of every numerator to every denominator: those of one group are on the diagonal.
  ratios <- svyratio(in_domain(answer * member, inside), member + 0, test_design, covmat = TRUE)
  own <- seq_along(there) + length(there) * (seq_along(there) - 1)
  n <- sapply(there, function(group) sum(inside & group_of == group))
  degrees <- sapply(there, function(group) degrees_of_freedom(inside & group_of == group))
  p <- as.vector(ratios$ratio)[own]
  V <- as.matrix(vcov(ratios))[own, own, drop = FALSE]
  # Where all answer alike: the variance of the Agresti-Coull share, and limits on n.
  alike <- which((p <= 0 | p >= 1) & n > 1)
  agresti <- (n * p + 2) / (n + 4)
  for (g in alike) V[g, g] <- agresti[g] * (1 - agresti[g]) / (n[g] + 4)
  se <- sqrt(pmax(diag(V), 0))
  se[alike] <- 0
  testable <- n > 1 & degrees >= 1 & is.finite(diag(V))
  list(groups = there, p = p, V = V, se = se, n = n, degrees = degrees, testable = testable)
}

# Limits of p_b - p_a from those of the shares (MOVER; Zou and Donner 2008).
pair_limits <- function(shares, a, b, level) {
  limits <- function(g) {
    korn_graubard(shares$p[g], shares$se[g], shares$n[g], shares$degrees[g], level)
  }
  A <- limits(a)
  B <- limits(b)
  product <- shares$se[a] * shares$se[b]
  r <- if (product > 0) max(-1, min(1, shares$V[a, b] / product)) else 0
  reach <- function(x, y) sqrt(max(x^2 + y^2 - 2 * r * x * y, 0))
  difference <- shares$p[b] - shares$p[a]
  down <- reach(A$upper - shares$p[a], shares$p[b] - B$lower)
  up <- reach(shares$p[a] - A$lower, B$upper - shares$p[b])
  c(max(difference - down, -1), min(difference + up, 1))
}

# p of a pair: one less the level at which a limit touches 0.
pair_p <- function(shares, a, b) {
  upwards <- shares$p[b] >= shares$p[a]
  beyond <- function(log_p) {
    limits <- pair_limits(shares, a, b, -expm1(log_p))
    if (upwards) limits[1] else -limits[2]
  }
  if (beyond(-1e-6) <= 0) return(1)
  if (beyond(log(1e-9)) >= 0) return(1e-9)
  exp(uniroot(beyond, c(log(1e-9), -1e-6), tol = 1e-12)$root)
}

# All pairs of groups in one answer: differences, own limits, and what holds for all pairs at once,
# from draws of the largest difference where nothing differs (max-t; Hothorn, Bretz, Westfall 2008).
draws <- 50000
compare_pairs <- function(item, level, answers) {
  shares <- group_shares(item, level)
  usable <- which(shares$testable)
  if (length(usable) < 2) return(NULL)
  pairs <- t(combn(usable, 2))
  contrast <- matrix(0, nrow(pairs), length(shares$groups))
  contrast[cbind(seq_len(nrow(pairs)), pairs[, 1])] <- -1
  contrast[cbind(seq_len(nrow(pairs)), pairs[, 2])] <- 1
  V <- shares$V
  V[!is.finite(V)] <- 0
  covariance <- contrast %*% V %*% t(contrast)
  scale <- sqrt(pmax(diag(covariance), 0))
  scale[scale == 0] <- 1
  parts <- eigen(covariance / outer(scale, scale), symmetric = TRUE)
  root <- t(parts$vectors) * sqrt(pmax(parts$values, 0))
  set.seed(1)
  largest <- numeric(draws)
  for (k in seq_len(10)) {
    block <- matrix(rnorm(draws / 10 * nrow(root)), ncol = nrow(root)) %*% root
    largest[(k - 1) * draws / 10 + seq_len(draws / 10)] <- apply(abs(block), 1, max)
  }
  largest <- sort(largest)
  m <- nrow(pairs)
  p <- apply(pairs, 1, function(pair) pair_p(shares, pair[1], pair[2]))
  reached <- sapply(p, function(own) sum(largest >= qnorm(own / 2, lower.tail = FALSE)))
  together <- if (m == 1) p else pmin(pmax((reached + 1) / (draws + 1), p), pmin(m * p, 1))
  # The error of a pair at which all pairs together make the error of this answer, and how far
  # draws move it: four standard deviations of the published ones and of these.
  error <- (1 - settings$level) / answers
  spread <- if (m == 1) 0 else 4 * sqrt(2 * error * (1 - error) / draws)
  of_pair <- function(whole) {
    if (m == 1) return(whole)
    allowed <- floor(whole * (draws + 1)) - 1
    each <- if (allowed >= 0) 2 * pnorm(-largest[draws - allowed]) else 0
    min(max(each, error / m), error)
  }
  errors <- sapply(pmax(error + c(0, -spread, spread), 0), of_pair)
  list(shares = shares, pairs = pairs, p = p, errors = errors,
       adjusted = pmin(answers * together, 1),
       spread = answers * 4 * sqrt(2 * together * (1 - together) / draws))
}

check_comparisons <- function(item) {
  question <- items[[item]]
  test <- if (question$kind == "multi") "multiple_marginal_f" else "rao_scott_f"
  id <- paste0(item, ".test.", test)
  wanted <- startsWith(figures$id, paste0(item, ".test.")) |
    startsWith(figures$id, paste0(item, ".contrast."))
  if (!any(wanted & figures$unit != "count")) return(invisible())
  lead <- whole_question(item)
  # The rows of a grid are one question, and share its error.
  lead$p <- min(1, lead$p * question$family)
  check_p(paste0(id, ".p"), lead$p)
  compare_rows(paste0(id, ".statistic"), "value", list(value = lead$statistic), "test")
  of_answer <- if (question$kind == "multi") ".test.rao_scott_f." else ".test.rao_scott_answer."
  if (any(startsWith(figures$id, paste0(item, of_answer)))) {
    own <- each_answer(item)
    for (k in seq_len(nrow(own))) {
      part <- paste0(item, of_answer, own$level[k])
      check_p(paste0(part, ".p"), own$p[k])
      compare_rows(paste0(part, ".statistic"), "value", list(value = own$statistic[k]), "test")
    }
  }
  # Of two answers one says all; of a scale its headline box is compared.
  levels_compared <- question$answers
  if (question$kind == "ordinal") levels_compared <- names(question$boxes)[1]
  two <- question$kind == "single" && length(levels_compared) == 2
  if (two) levels_compared <- levels_compared[1]
  answered <- sapply(levels_compared, function(level) {
    any(in_any_group & !is.na(answers_to(item, level, "answered")))
  })
  levels_compared <- levels_compared[answered]
  answers <- question$family * length(levels_compared)
  found <- lapply(levels_compared, function(level) compare_pairs(item, level, answers))
  least <- lapply(found, function(one) if (!is.null(one)) {
    at <- which.min(one$adjusted)
    c(one$adjusted[at], one$spread[at])
  })
  least <- do.call(rbind, least)
  if (!is.null(least)) {
    at <- which.min(least[, 1])
    check_p(paste0(item, ".test.contrasts_max_t.p"), least[at, 1], least[at, 2])
  }
  # Differences are published of the answer by which the question is reported.
  if (length(found) && question$kind != "multi") check_pairs(item, found[[1]])
}

check_pairs <- function(item, found) {
  if (is.null(found)) return(invisible())
  limit <- "limit of a contrast"
  for (k in seq_len(nrow(found$pairs))) {
    a <- found$pairs[k, 1]
    b <- found$pairs[k, 2]
    names_of_pair <- paste(found$shares$groups[c(a, b)], collapse = ".")
    id <- paste0(item, ".contrast.", names_of_pair)
    if (is.null(published_row(id))) next
    compare_rows(id, "value", list(value = found$shares$p[b] - found$shares$p[a]), "contrast")
    own <- pair_limits(found$shares, a, b, settings$level)
    for (end in 1:2) {
      name <- paste0(id, ".pointwise.", c("lower", "upper")[end])
      compare_rows(name, "value", list(value = own[end]), limit)
    }
    p <- found$adjusted[k]
    together <- sapply(found$errors, function(error) pair_limits(found$shares, a, b, 1 - error))
    check_p(paste0(id, ".p"), p, found$spread[k])
    for (end in 1:2) {
      name <- c("lower", "upper")[end]
      value <- together[end, 1]
      reach <- max(abs(together[end, ] - value))
      compare_rows(paste0(id, ".", name), "value", list(value = value), limit, reach)
      compare_rows(id, name, setNames(list(value), name), limit, reach)
    }
  }
}

# A p-value is published as it is, or as a band: below a bound, or not below it.
check_p <- function(id, p, spread = 0) {
  row <- published_row(id)
  if (is.null(row)) return(invisible())
  if (row$unit == "p") return(compare(row, "value", p, "p-value", spread))
  stated <- as.numeric(row$value)
  near <- p + c(-spread, spread)
  agrees <- !is.na(p) && if (row$unit == "p_below") near[1] < stated else near[2] >= stated
  checks[[length(checks) + 1]] <<- data.frame(
    id = id, column = "value", what = "p-value", published = paste(row$unit, row$value),
    in_r = if (is.na(p)) "no value" else if (p < stated) "below" else "not below",
    agrees = agrees, drawn = spread > 0
  )
}

# Where chance drew nobody there are differences of groups, and no test.
check_differences <- function(item) {
  level <- c(names(items[[item]]$boxes), items[[item]]$answers)[1]
  answer <- answers_to(item, level, "answered")
  share <- function(group) {
    inside <- counts & group_of == group & !is.na(answer)
    sum(people$weight[inside] * answer[inside]) / sum(people$weight[inside])
  }
  for (pair in utils::combn(settings$groups, 2, simplify = FALSE)) {
    id <- paste0(item, ".contrast.", paste(pair, collapse = "."))
    if (is.null(published_row(id))) next
    compare_rows(id, "value", list(value = share(pair[2]) - share(pair[1])), "contrast")
  }
}

for (item in names(items)) {
  if (settings$by == "" || !nrow(people)) next
  if (settings$inference) check_comparisons(item) else check_differences(item)
}

# ---- What is found -----------------------------------------------------------------------------

checks <- do.call(rbind, checks)
cat(settings$id, ": ", sum(checks$agrees), " of ", nrow(checks),
    " published numbers agree with R survey ", format(packageVersion("survey")), "\n", sep = "")
for (what in unique(checks$what)) {
  part <- checks[checks$what == what, ]
  drawn <- if (any(part$drawn)) paste0(" (", sum(part$drawn), " within the error of random draws)")
  cat(sprintf("  %-24s %6d of %d%s\n", what, sum(part$agrees), nrow(part), c(drawn, "")[1]))
}
others <- figures[figures$value != "" & !figures$id %in% checks$id, ]
if (nrow(others)) {
  cat("Not computed here:", paste(sprintf("%s (%d)", names(table(others$kind)), table(others$kind)),
                                  collapse = ", "), "\n")
}
wrong <- checks[!checks$agrees, ]
for (k in seq_len(nrow(wrong))) {
  cat("DIFFERENT ", wrong$id[k], ", ", wrong$column[k], ": published ", wrong$published[k],
      ", in R ", wrong$in_r[k], "\n", sep = "")
}
if (nrow(wrong)) quit(status = 1)
