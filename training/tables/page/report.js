// Draws every figure of the page from the JSON beside it. Plotly stands inline above; nothing is fetched.
"use strict";
const figures = JSON.parse(document.getElementById("figures").textContent);
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);
const axis = { gridcolor: token("--line"), zerolinecolor: token("--edge"), linecolor: token("--edge"), automargin: true };
for (const [id, figure] of Object.entries(figures)) {
  const layout = Object.assign(
    { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { color: token("--muted"), size: 11 },
      margin: { l: 52, r: 16, t: 10, b: 40 }, legend: { orientation: "h", y: 1.14, x: 0, yanchor: "bottom" } },
    figure.layout,
  );
  for (const name of Object.keys(layout)) if (/^[xy]axis/.test(name)) layout[name] = Object.assign({}, axis, layout[name]);
  Plotly.newPlot(id, figure.data, layout, { displayModeBar: false, responsive: true });
}
