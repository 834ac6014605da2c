# Digits of the made study, by R: `Rscript digits.R > digits_r.csv` in this folder.
# pROC gives areas, DeLong covariances and partial areas; psych the agreement; aov the ANOVA of pseudovalues; base R the rest.
# Where no package has the method, the published formula stands here, over pairs of cases one by one.
suppressMessages({library(pROC); library(psych)})
program <- paste("R", paste(R.version$major, R.version$minor, sep = "."))
with_proc <- paste(program, "pROC", packageVersion("pROC"))
with_psych <- paste(program, "psych", packageVersion("psych"))
say <- function(name, value, by = program) cat(sprintf("%s,%.12g,%s\n", name, value, by))
cat("quantity,value,program\n")

ratings <- read.csv("ratings.csv", stringsAsFactors = FALSE)
tests <- c("t1", "t2"); readers <- paste0("r", 1:4); cases <- unique(ratings$case); n <- length(cases)
truth <- ratings$truth[match(cases, ratings$case)]
of <- function(t, r) { own <- ratings[ratings$test == t & ratings$reader == r, ]; own$rating[match(cases, own$case)] }
cells <- expand.grid(test = tests, reader = readers, stringsAsFactors = FALSE)
x <- mapply(of, cells$test, cells$reader)                          # n x 8
curve <- function(y, z = truth) roc(z, y, direction = "<", levels = c(0, 1), quiet = TRUE)
rocs <- lapply(1:8, function(k) curve(x[, k]))
areas <- sapply(rocs, function(one) as.numeric(auc(one)))
for (k in 1:8) say(paste0("auc.", cells$test[k], ".", cells$reader[k]), areas[k], with_proc)
say("pauc_0_0.3.t1.r1", as.numeric(auc(rocs[[1]], partial.auc = c(1, 0.7))) / 0.3, with_proc)
say("pauc_0.1_0.6.t2.r3", as.numeric(auc(rocs[[6]], partial.auc = c(0.9, 0.4))) / 0.5, with_proc)

delong <- outer(1:8, 1:8, Vectorize(function(a, b)
  if (a == b) var(rocs[[a]], method = "delong") else cov(rocs[[a]], rocs[[b]], method = "delong")))
left_out <- sapply(1:8, function(k) sapply(1:n, function(i) as.numeric(auc(curve(x[-i, k], truth[-i])))))
jackknife <- (n - 1)^2 / n * cov(left_out)
psi <- lapply(1:8, function(k) outer(x[truth == 0, k], x[truth == 1, k], function(a, b) (b > a) + (a == b) / 2))
# Unbiased: E[A B] less the mean of psi psi' over pairs that share no case, which estimates E[A] E[B].
apart <- function(p, q) {
  total <- 0; count <- 0
  for (i in seq_len(nrow(p))) for (j in seq_len(ncol(p))) { total <- total + p[i, j] * sum(q[-i, -j]); count <- count + length(q[-i, -j]) }
  total / count
}
unbiased <- outer(1:8, 1:8, Vectorize(function(a, b) mean(psi[[a]]) * mean(psi[[b]]) - apart(psi[[a]], psi[[b]])))

A <- matrix(areas, 2, 4); t <- 2; r <- 4
or <- function(S, name, by) {
  same_t <- outer(cells$test, cells$test, "=="); same_r <- outer(cells$reader, cells$reader, "==")
  v <- mean(S[same_t & same_r]); c1 <- mean(S[!same_t & same_r]); c2 <- mean(S[same_t & !same_r]); c3 <- mean(S[!same_t & !same_r])
  long <- data.frame(a = areas, test = factor(cells$test), reader = factor(cells$reader))
  ms <- summary(aov(a ~ test + reader, long))[[1]][["Mean Sq"]]     # T, R, TR
  bracket <- max(c2 - c3, 0); d <- ms[3] + r * bracket
  F <- ms[1] / d; df2 <- d^2 / (ms[3]^2 / ((t - 1) * (r - 1))); se <- sqrt(2 * d / r)
  diff <- mean(A[1, ]) - mean(A[2, ])
  chi <- (t - 1) * ms[1] / (v - c1 + (r - 1) * bracket)
  for (p in list(c("var", v), c("cov1", c1), c("cov2", c2), c("cov3", c3), c("ms_t", ms[1]), c("ms_tr", ms[3]),
    c("rrrc_f", F), c("rrrc_df2", df2), c("rrrc_p", pf(F, t - 1, df2, lower.tail = FALSE)), c("rrrc_se", se),
    c("rrrc_low", diff - qt(.975, df2) * se), c("rrrc_high", diff + qt(.975, df2) * se),
    c("frrc_chi2", chi), c("frrc_p", pchisq(chi, t - 1, lower.tail = FALSE)),
    c("rrfc_f", ms[1] / ms[3]), c("rrfc_p", t.test(A[1, ], A[2, ], paired = TRUE)$p.value)))
    say(paste("or", name, p[1], sep = "."), as.numeric(p[2]), by)
  invisible(list(v = v, c1 = c1, c2 = c2, c3 = c3, vtr = ms[3] - v + c1 + c2 - c3))
}
parts <- or(jackknife, "jackknife", with_proc)
or(delong, "delong", with_proc)
or(unbiased, "unbiased", program)

one <- data.frame(y = as.vector(n * matrix(areas, n, 8, byrow = TRUE) - (n - 1) * left_out),
  T = factor(rep(cells$test, each = n)), R = factor(rep(cells$reader, each = n)), C = factor(rep(cases, 8)))
table <- summary(aov(y ~ (T + R + C)^2, one))[[1]]
dbm <- setNames(table[["Mean Sq"]], gsub("[ :]", "", rownames(table)))
names(dbm)[names(dbm) == "Residuals"] <- "TRC"
for (name in c("T", "R", "C", "TR", "TC", "RC", "TRC")) say(paste0("dbm.", name), dbm[name], with_proc)
say("dbm.f", dbm["T"] / (dbm["TR"] + max(dbm["TC"] - dbm["TRC"], 0)), with_proc)

# One-shot U-statistics, readers and cases random: pairs of (reader, normal, abnormal) that share nothing.
shot <- function(one, other) {
  p <- psi[cells$test == one]; q <- psi[cells$test == other]
  away <- mean(unlist(lapply(1:r, function(a) sapply((1:r)[-a], function(b) apart(p[[a]], q[[b]])))))
  mean(sapply(p, mean)) * mean(sapply(q, mean)) - away
}
say("ustat.se.t1", sqrt(shot("t1", "t1"))); say("ustat.se.t2", sqrt(shot("t2", "t2")))
say("ustat.se.difference", sqrt(shot("t1", "t1") + shot("t2", "t2") - 2 * shot("t1", "t2")))

# Sizing: pilot of 60 cases, effect .08, 8 readers, 150 cases.
J <- 8; K <- 150; cc <- n / K; e <- max(parts$c2 - parts$c3, 0); v <- max(parts$vtr, 0); w <- parts$v - parts$c1
m <- v + cc * (w - e)
power_f <- function(spread, df2) pf(qf(.95, 1, df2), 1, df2, ncp = J * .08^2 / (2 * spread), lower.tail = FALSE)
say("size.rrrc", power_f(v + cc * (w + (J - 1) * e), (m + J * cc * e)^2 / (m^2 / (J - 1))))
say("size.rrfc", power_f(m, J - 1))
say("size.frrc", pchisq(qchisq(.95, 1), 1, ncp = J * .08^2 / (2 * cc * (w + (J - 1) * e)), lower.tail = FALSE))

# Binormal: maximum likelihood with free cuts by optim, on the six categories of t1 r1.
n0 <- table(factor(x[truth == 0, 1], 1:6)); n1 <- table(factor(x[truth == 1, 1], 1:6))
loss <- function(q) { cut <- q[3] + cumsum(c(0, exp(q[4:7]))); b <- exp(q[2])
  -sum(n0 * log(diff(c(0, pnorm(cut), 1)))) - sum(n1 * log(diff(c(0, pnorm(b * cut - q[1]), 1)))) }
fit <- optim(c(1, 0, -1, rep(-.5, 4)), loss, method = "BFGS", control = list(maxit = 5000, reltol = 1e-15))
say("binormal.auc", pnorm(fit$par[1] / sqrt(1 + exp(fit$par[2])^2)))
say("binormal.a", fit$par[1]); say("binormal.b", exp(fit$par[2]))

# Agreement of the readers of t1.
wide <- x[, cells$test == "t1"]
icc <- ICC(wide, lmer = FALSE)$results
for (k in 1:6) for (column in c("ICC", "lower bound", "upper bound"))
  say(paste("icc", c("1_1", "2_1", "3_1", "1_k", "2_k", "3_k")[k], substr(column, 1, 1), sep = "."), icc[k, column], with_psych)
kappas <- cohen.kappa(wide[, 1:2], levels = 1:6)
say("kappa.none", kappas$kappa, with_psych); say("kappa.quadratic", kappas$weighted.kappa, with_psych)
linear <- 1 - abs(outer(1:6, 1:6, "-")) / 5
say("kappa.linear", cohen.kappa(wide[, 1:2], w = linear, levels = 1:6)$weighted.kappa, with_psych)
d <- wide[, 1] - wide[, 2]; bias <- t.test(d)
say("bland_altman.bias", bias$estimate); say("bland_altman.bias_low", bias$conf.int[1])
say("bland_altman.upper", mean(d) + 1.96 * sd(d))
say("bland_altman.upper_high", mean(d) + 1.96 * sd(d) + qt(.975, n - 1) * sqrt(3 * var(d) / n))
po <- mean(wide[, 1] == wide[, 2]); q <- (tabulate(wide[, 1], 6) + tabulate(wide[, 2], 6)) / (2 * n)
pe <- sum(q * (1 - q)) / 5
say("gwet_ac1", (po - pe) / (1 - pe)); say("pabak", (6 * po - 1) / 5)

p <- c(.012, .2, .034, .0004, .034); say_all <- p.adjust(p, "holm")
for (k in 1:5) say(paste0("holm.", k), say_all[k])
score <- prop.test(17, 60, correct = FALSE)$conf.int
say("wilson.low", score[1]); say("wilson.high", score[2])
say("mcnemar", binom.test(4, 15, 0.5)$p.value)

# Free response, pair by pair. Unmarked means -Inf, two of them count one half.
marks <- read.csv("marks.csv", stringsAsFactors = FALSE); lesions <- read.csv("lesions.csv", stringsAsFactors = FALSE)
normal <- paste0("n", 1:24); abnormal <- unique(lesions$case)
points <- function(x, z) if (z > x) 1 else if (z == x) .5 else 0
figure <- function(t, rr, fom) {
  own <- marks[marks$test == t & marks$reader == rr, ]
  nl <- function(case) { v <- own$rating[own$case == case & own$mark_type == "NL"]; if (length(v)) max(v) else -Inf }
  ll <- function(case, id) { v <- own$rating[own$case == case & own$mark_type == "LL" & own$lesion == id]; if (length(v)) v else -Inf }
  against <- if (fom %in% c("afroc1", "wafroc1")) c(normal, abnormal) else normal
  top <- 0; bottom <- 0
  for (from in against) for (case in abnormal) {
    mine <- lesions[lesions$case == case, ]
    if (fom == "hrauc") { top <- top + points(nl(from), max(nl(case), sapply(mine$lesion, function(id) ll(case, id)))); bottom <- bottom + 1; next }
    for (k in seq_len(nrow(mine))) {
      w <- if (fom %in% c("wafroc", "wafroc1")) mine$weight[k] else 1
      top <- top + w * points(nl(from), ll(case, mine$lesion[k])); bottom <- bottom + w
    }
  }
  top / bottom
}
for (fom in c("wafroc", "wafroc1", "afroc", "afroc1", "hrauc")) for (t in tests) say(paste("froc", fom, t, "r2", sep = "."), figure(t, "r2", fom))
# LROC: rating of t1 r1, and case k's mark hits where k is not a multiple of 3.
hit <- seq_len(sum(truth == 1)) %% 3 != 0
say("lroc", mean(sapply(x[truth == 0, 1], function(a) mean(mapply(function(b, h) if (h) points(a, b) else 0, x[truth == 1, 1], hit)))))

# Reading times: seconds from the ratings themselves, t1 against t2: 20 + 3 x rating + reader + case number / 10.
seconds <- function(test) sapply(1:4, function(k) 20 + 3 * x[, which(cells$test == test & cells$reader == readers[k])] + k + (1:n) / 10)
dd <- log(seconds("t2")) - log(seconds("t1"))
times <- summary(aov(y ~ reader + case, data.frame(y = as.vector(dd), reader = factor(rep(1:4, each = n)), case = factor(rep(1:n, 4)))))[[1]][["Mean Sq"]]
V <- max(times[1] + times[2] - times[3], times[3])
df <- V^2 / (times[1]^2 / 3 + times[2]^2 / (n - 1) + times[3]^2 / (3 * (n - 1)))
say("time.ratio", exp(mean(dd))); say("time.high", exp(mean(dd) + qt(.975, df) * sqrt(V / (4 * n)))); say("time.df", df)
