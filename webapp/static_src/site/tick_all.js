// One tick for all images found; without this script every one has its own.
const all = document.querySelector("#tick-all");
const ticks = [...document.querySelectorAll("input[name=image]:not(:disabled)")];
if (all && ticks.length > 1) {
  const show = () => {
    all.checked = ticks.every((tick) => tick.checked);
    all.indeterminate = !all.checked && ticks.some((tick) => tick.checked);
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
  });
  for (const tick of ticks) tick.addEventListener("change", show);
}
