// Draws every figure of a page from the JSON beside it; the figures themselves are made on the server.
for (const figure of document.querySelectorAll("[data-figure]")) {
  const { data, layout } = JSON.parse(figure.querySelector("script").textContent);
  const options = { displaylogo: false, responsive: true };
  globalThis.Plotly.newPlot(figure.querySelector(".plot"), data, layout, options);
}
