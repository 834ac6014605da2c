# Obuchowski-Rockette, Dorfman-Berbaum-Metz, one-shot U-statistics, sizing: Rscript ratings.R writes digits/ratings.json.
# Areas and DeLong covariances: pROC. Mean squares: aov. Everything else: base R, from the published formulas.
suppressMessages({library(pROC); library(ordinal); library(jsonlite)})
source("common.R")

read_study <- function(name) {
  d <- read.csv(file.path("data", name), stringsAsFactors = FALSE)
  d$case <- factor(d$case, levels = unique(d$case)); d
}
one_cell <- function(d, test, reader) d[d$test == test & d$reader == reader & !is.na(d$rating), ]

# Figures of merit of one data frame of ratings -------------------------------------------------------------------------
area <- function(d) as.numeric(auc(curve(d)))
curve <- function(d) roc(d$truth, d$rating, levels = c(0, 1), direction = "<", quiet = TRUE)
partial <- function(low, high) function(d)
  as.numeric(auc(curve(d), partial.auc = c(1 - low, 1 - high), partial.auc.focus = "specificity")) / (high - low)
sensitivity_at <- function(cut) function(d) mean(d$rating[d$truth == 1] >= cut)
specificity_at <- function(cut) function(d) mean(d$rating[d$truth == 0] < cut)
binormal <- function(d) {  # cumulative probit with a scale: abnormal ~ N(shift, sd), a = shift / sd, b = 1 / sd
  fit <- clm(factor(rating) ~ truth, scale = ~ truth, link = "probit", data = d)
  sd <- exp(unname(fit$zeta)); shift <- unname(fit$beta)
  c(a = shift / sd, b = 1 / sd, auc = pnorm(shift / sqrt(1 + sd^2)))
}

# Covariances of all cells ----------------------------------------------------------------------------------------------
cells_of <- function(d) expand.grid(reader = sort(unique(d$reader)), test = sort(unique(d$test)), stringsAsFactors = FALSE)
jackknife <- function(d, fom, counted = c(0, 1)) {
  cells <- cells_of(d)
  left <- lapply(seq_len(nrow(cells)), function(i) {
    own <- one_cell(d, cells$test[i], cells$reader[i])
    keep <- which(own$truth %in% counted)
    setNames(sapply(keep, function(k) fom(own[-k, ])), own$case[keep])
  })
  covariance_if_shared(left, function(x, y) (length(x) - 1) / length(x) * sum((x - mean(x)) * (y - mean(y))))
}
covariance_if_shared <- function(left, covariance) {
  n <- length(left); V <- matrix(0, n, n)
  for (i in 1:n) for (j in 1:n) if (setequal(names(left[[i]]), names(left[[j]])))
    V[i, j] <- covariance(left[[i]], left[[j]][names(left[[i]])])
  V
}
delong <- function(d) {
  cells <- cells_of(d)
  curves <- lapply(seq_len(nrow(cells)), function(i) curve(one_cell(d, cells$test[i], cells$reader[i])))
  n <- length(curves); V <- matrix(0, n, n)
  for (i in 1:n) for (j in 1:n)
    V[i, j] <- if (i == j) var(curves[[i]], method = "delong") else cov(curves[[i]], curves[[j]], method = "delong")
  V
}
psi <- function(own) {
  x <- own$rating[own$truth == 0]; y <- own$rating[own$truth == 1]
  outer(x, y, function(x, y) (y > x) + (y == x) / 2)
}
unbiased <- function(d) {  # E[psi psi'] with every pair of index pairs written out; Gallas 2006, fixed readers
  cells <- cells_of(d)
  kernels <- lapply(seq_len(nrow(cells)), function(i) psi(one_cell(d, cells$test[i], cells$reader[i])))
  n0 <- nrow(kernels[[1]]); n1 <- ncol(kernels[[1]])
  x <- as.vector(row(kernels[[1]])); y <- as.vector(col(kernels[[1]]))
  apart <- outer(x, x, "!=") & outer(y, y, "!=")
  n <- length(kernels); V <- matrix(0, n, n)
  for (i in 1:n) for (j in 1:n) {
    products <- outer(as.vector(kernels[[i]]), as.vector(kernels[[j]]))
    V[i, j] <- mean(kernels[[i]]) * mean(kernels[[j]]) - mean(products[apart])
  }
  V
}

# Analyses --------------------------------------------------------------------------------------------------------------
study <- function(d, fom, V, design = "factorial") {
  cells <- cells_of(d)
  cells$value <- sapply(seq_len(nrow(cells)), function(i) fom(one_cell(d, cells$test[i], cells$reader[i])))
  analyse(cells, V, design)
}
pseudovalue_anova <- function(d) {
  cells <- cells_of(d)
  rows <- do.call(rbind, lapply(seq_len(nrow(cells)), function(i) {
    own <- one_cell(d, cells$test[i], cells$reader[i]); n <- nrow(own)
    data.frame(T = cells$test[i], R = cells$reader[i], C = own$case,
               y = n * area(own) - (n - 1) * sapply(1:n, function(k) area(own[-k, ])))
  }))
  rows[c("T", "R", "C")] <- lapply(rows[c("T", "R", "C")], factor)
  found <- summary(aov(y ~ T * R * C, data = rows))[[1]]
  ms <- as.list(setNames(found[, "Mean Sq"], gsub("[: ]", "", rownames(found))))
  t <- nlevels(rows$T); r <- nlevels(rows$R); n <- nlevels(rows$C)
  list(ms = ms, f = ms$T / (ms$TR + max(ms$TC - ms$TRC, 0)), components = list(
    R = (ms$R - ms$TR - ms$RC + ms$TRC) / (t * n), C = (ms$C - ms$TC - ms$RC + ms$TRC) / (t * r),
    TR = (ms$TR - ms$TRC) / n, TC = (ms$TC - ms$TRC) / r, RC = (ms$RC - ms$TRC) / t, error = ms$TRC))
}

# One-shot: A A' - mean of psi psi' over triples (reader, normal, abnormal) that differ in all three, all pairs written out
triples <- function(d, test) do.call(rbind, lapply(sort(unique(d$reader)), function(reader) {
  own <- one_cell(d, test, reader)
  pairs <- expand.grid(x = which(own$truth == 0), y = which(own$truth == 1))
  data.frame(reader = reader, x = own$case[pairs$x], y = own$case[pairs$y],
             psi = (own$rating[pairs$y] > own$rating[pairs$x]) + (own$rating[pairs$y] == own$rating[pairs$x]) / 2)
}))
one_shot <- function(d) {
  tests <- sort(unique(d$test)); arms <- lapply(tests, function(test) triples(d, test))
  covariance <- function(p, q) {
    apart <- outer(p$reader, q$reader, "!=") & outer(as.character(p$x), as.character(q$x), "!=") &
      outer(as.character(p$y), as.character(q$y), "!=")
    mean(p$psi) * mean(q$psi) - mean(outer(p$psi, q$psi)[apart])
  }
  t <- length(tests); V <- matrix(0, t, t)
  for (i in 1:t) for (j in 1:t) V[i, j] <- covariance(arms[[i]], arms[[j]])
  positive <- function(v) if (v > 0) sqrt(v) else NULL
  list(tests = lapply(1:t, function(i) list(estimate = mean(arms[[i]]$psi), se = positive(V[i, i]))),
       differences = lapply(pairs_of(t), function(p) list(estimate = mean(arms[[p[1]]]$psi) - mean(arms[[p[2]]]$psi),
         se = positive(V[p[1], p[1]] + V[p[2], p[2]] - 2 * V[p[1], p[2]]))))
}

# Readers of one test minus the model (pROC's DeLong covariances, the model as one more reader)
against_model <- function(d, scores, estimator) lapply(sort(unique(d$test)), function(test) {
  own <- d[d$test == test, ]
  model <- data.frame(reader = "zz", test = test, case = scores$case,
                      truth = own$truth[match(scores$case, own$case)], rating = scores$score)
  joined <- rbind(own[names(model)], model)
  V <- estimator(joined); m <- nrow(V); r <- m - 1
  D <- cbind(diag(r), -1); W <- D %*% V %*% t(D)
  values <- sapply(c(sort(unique(own$reader)), "zz"), function(reader) area(one_cell(joined, test, reader)))
  gap <- as.vector(D %*% values)
  off <- mean(W[row(W) != col(W)]); ms <- var(gap); spread <- ms + r * max(off, 0)
  df <- spread^2 / (ms^2 / (r - 1)); se <- sqrt(spread / r); fixed <- sqrt((mean(diag(W)) + (r - 1) * max(off, 0)) / r)
  list(test = test, model = unname(values[m]), readers = lapply(gap, function(x) list(estimate = x)),
       rrrc = list(estimate = mean(gap), se = se, df = df, ci = mean(gap) + c(-1, 1) * qt(.975, df) * se),
       frrc = list(estimate = mean(gap), se = fixed, ci = mean(gap) + c(-1, 1) * qnorm(.975) * fixed))
})

# Power: Hillis, Obuchowski and Berbaum 2011, with R's own non-central distributions
power_of <- function(parts, n, effect, J, K, analysis) {
  c <- n / K; e <- max(parts$cov2 - parts$cov3, 0); v <- max(parts$var_tr, 0)
  M <- v + c * (parts$var - parts$cov1 - e)
  D <- switch(analysis, rrrc = v + c * (parts$var - parts$cov1 + (J - 1) * e), frrc = c * (parts$var - parts$cov1 + (J - 1) * e), rrfc = M)
  ncp <- J * effect^2 / (2 * D)
  if (analysis == "frrc") return(list(readers = J, cases = K, ncp = ncp, power = pchisq(qchisq(.95, 1), 1, ncp, lower.tail = FALSE)))
  df2 <- if (analysis == "rrfc") J - 1 else (M + J * c * e)^2 / (M^2 / (J - 1))
  list(readers = J, cases = K, ncp = ncp, df2 = df2, power = pf(qf(.95, 1, df2), 1, df2, ncp, lower.tail = FALSE))
}

crossed <- read_study("crossed.csv"); three <- read_study("three_tests.csv"); negative <- read_study("negative.csv")
model <- read.csv("data/model.csv", stringsAsFactors = FALSE)
binormal_cells <- function(d) { cells <- cells_of(d); lapply(seq_len(nrow(cells)), function(i)
  c(list(test = cells$test[i], reader = cells$reader[i]), as.list(binormal(one_cell(d, cells$test[i], cells$reader[i]))))) }
first <- crossed[crossed$reader %in% c("r1", "r3"), ]  # with r2, one case less leaves a likelihood without a maximum
parts <- list(var = .0045, cov1 = .0012, cov2 = .0011, cov3 = .0008, var_r = .002, var_tr = .0006)
sizes <- function(parts) lapply(c(rrrc = "rrrc", frrc = "frrc", rrfc = "rrfc"), function(analysis)
  lapply(list(c(3, 40), c(5, 120), c(12, 300)), function(s) power_of(parts, 60, .08, s[1], s[2], analysis)))

save_digits("ratings", c("pROC", "ordinal"), list(
  jackknife = list(crossed = study(crossed, area, jackknife(crossed, area)), three_tests = study(three, area, jackknife(three, area)),
    negative = study(negative, area, jackknife(negative, area)),
    nested_readers = local({d <- read_study("nested_readers.csv"); study(d, area, jackknife(d, area), "nested-readers")}),
    nested_tests = local({d <- read_study("nested_tests.csv"); study(d, area, jackknife(d, area), "nested-tests")})),
  delong = list(crossed = study(crossed, area, delong(crossed)), three_tests = study(three, area, delong(three)), negative = study(negative, area, delong(negative))),
  unbiased = list(crossed = study(crossed, area, unbiased(crossed)), three_tests = study(three, area, unbiased(three)), negative = study(negative, area, unbiased(negative))),
  dbm = list(crossed = pseudovalue_anova(crossed), three_tests = pseudovalue_anova(three), negative = pseudovalue_anova(negative)),
  ustat = list(crossed = one_shot(crossed), negative = one_shot(negative), gaps = one_shot(read_study("gaps.csv"))),
  fom = list(
    "pauc:0,0.3" = study(crossed, partial(0, .3), jackknife(crossed, partial(0, .3))),
    "pauc:0.1,0.6" = study(crossed, partial(.1, .6), jackknife(crossed, partial(.1, .6))),
    "sens:4" = study(crossed, sensitivity_at(4), jackknife(crossed, sensitivity_at(4), 1)),
    "spec:4" = study(crossed, specificity_at(4), jackknife(crossed, specificity_at(4), 0))),
  binormal = list(three_tests = binormal_cells(three), crossed = binormal_cells(first),
    jackknife = study(first, function(d) binormal(d)[["auc"]], jackknife(first, function(d) binormal(d)[["auc"]]))),
  ai = list(jackknife = against_model(crossed, model, function(d) jackknife(d, area)), delong = against_model(crossed, model, delong)),
  size = list(parts = parts, ordinary = sizes(parts), floored = sizes(modifyList(parts, list(cov2 = .0006, var_tr = -.0003))))
))
