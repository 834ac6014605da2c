# What the scripts share: the Obuchowski-Rockette formulas and the form in which digits are kept.

pairs_of <- function(t) combn(t, 2, simplify = FALSE)

# Obuchowski and Rockette 1995, degrees of freedom of Hillis 2007. cells: reader, test, value, readers varying fastest;
# V: covariances in the same order. Mean squares: aov. Returns the names and the shape of the project's own documents.
analyse <- function(cells, V, design = "factorial") {
  table <- summary(aov(value ~ factor(test) + factor(reader), data = cells))[[1]]
  ms <- table[, "Mean Sq"]; T <- ms[1]; R <- ms[2]; TR <- ms[3]
  tests <- unique(cells$test); t <- length(tests); r <- length(unique(cells$reader))
  same_test <- outer(cells$test, cells$test, "=="); same_reader <- outer(cells$reader, cells$reader, "==")
  var <- mean(diag(V))
  cov1 <- if (design == "nested-tests") 0 else mean(V[!same_test & same_reader])
  cov2 <- if (design == "nested-readers") 0 else mean(V[same_test & !same_reader])
  cov3 <- if (design == "factorial") mean(V[!same_test & !same_reader]) else 0
  extra <- max(cov2 - cov3, 0)
  means <- tapply(cells$value, cells$test, mean)[tests]
  differences <- function(se, df) lapply(pairs_of(t), function(p) {
    gap <- unname(means[p[1]] - means[p[2]])
    list(a = tests[p[1]], b = tests[p[2]], estimate = gap, se = se, df = df,
         p = if (is.null(df)) 2 * pnorm(-abs(gap) / se) else 2 * pt(-abs(gap) / se, df),
         ci = gap + c(-1, 1) * se * (if (is.null(df)) qnorm(.975) else qt(.975, df)))
  })
  D <- TR + r * extra; df2 <- D^2 / (TR^2 / ((t - 1) * (r - 1)))
  E <- var - cov1 + (r - 1) * extra
  own <- function(i, random) {
    here <- cells$test == tests[i]; W <- V[here, here]; spread <- stats::var(cells$value[here])
    cov2_i <- if (design == "nested-readers") 0 else mean(W[row(W) != col(W)])
    G <- spread + r * max(cov2_i, 0); df <- G^2 / (spread^2 / (r - 1))
    se <- if (random) sqrt(G / r) else sqrt((mean(diag(W)) + (r - 1) * max(cov2_i, 0)) / r)
    quantile <- if (random) qt(.975, df) else qnorm(.975)
    m <- mean(cells$value[here])
    list(test = tests[i], estimate = m, se = se, df = if (random) df else NULL, ci = m + c(-1, 1) * quantile * se)
  }
  by_reader <- do.call(c, lapply(seq_len(r), function(j) lapply(pairs_of(t), function(p) {
    a <- (p[1] - 1) * r + j; b <- (p[2] - 1) * r + j
    gap <- cells$value[a] - cells$value[b]
    se <- sqrt(max(V[a, a] + V[b, b] - if (design == "nested-tests") 0 else 2 * V[a, b], 0))
    c(list(estimate = gap, se = se), if (se > 0) list(p = 2 * pnorm(-abs(gap) / se), ci = gap + c(-1, 1) * qnorm(.975) * se))
  })))
  list(
    estimates = lapply(seq_len(nrow(cells)), function(i)
      list(test = cells$test[i], reader = cells$reader[i], value = cells$value[i], se = sqrt(max(V[i, i], 0)))),
    means = as.list(means), ms = list(T = T, R = R, TR = TR),
    components = list(var = var, cov1 = cov1, cov2 = cov2, cov3 = cov3,
      var_r = (R - TR) / t - cov1 + cov3, var_tr = TR - var + cov1 + cov2 - cov3),
    rrrc = list(f = T / D, df1 = t - 1, df2 = df2, p = pf(T / D, t - 1, df2, lower.tail = FALSE),
      differences = differences(sqrt(2 * D / r), df2), tests = lapply(seq_len(t), own, random = TRUE)),
    frrc = list(chi2 = (t - 1) * T / E, df = t - 1, p = pchisq((t - 1) * T / E, t - 1, lower.tail = FALSE),
      differences = differences(sqrt(2 * E / r), NULL), tests = lapply(seq_len(t), own, random = FALSE), readers = by_reader),
    # the F test of aov itself: readers random, cases fixed
    rrfc = list(f = table[1, "F value"], df1 = table[1, "Df"], df2 = table[3, "Df"], p = table[1, "Pr(>F)"],
      differences = differences(sqrt(2 * TR / r), (t - 1) * (r - 1))))
}

# One line per study of a method; 12 significant digits.
save_digits <- function(name, packages, digits) {
  programs <- c(list(R = paste(R.version$major, R.version$minor, sep = ".")),
                sapply(packages, function(p) as.character(packageVersion(p)), simplify = FALSE))
  text <- function(x) as.character(toJSON(x, auto_unbox = TRUE, digits = I(12)))
  lines <- function(x) paste0("{\n", paste0('  "', names(x), '": ', sapply(x, text), collapse = ",\n"), "\n }")
  blocks <- sapply(c(list(programs = programs), digits), function(x) if (is.null(names(x))) text(x) else lines(x))
  writeLines(paste0("{\n", paste0(' "', names(blocks), '": ', blocks, collapse = ",\n"), "\n}"), file.path("digits", paste0(name, ".json")))
}
