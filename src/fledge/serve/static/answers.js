// How each kind of answer is shown.

import { make } from "./server.js";

const MOST_BARS = 10;

// Never rounds to certainty.
export function percent(share) {
  if (share >= 0.9995 && share < 1) return "> 99.9 %";
  if (share > 0 && share < 0.0005) return "< 0.1 %";
  return `${(100 * share).toFixed(1)} %`;
}

const short = (number) => String(Number(number.toPrecision(6)));

// For each name its share, `thresholds` beside which it is chosen, and `colours` in which it is shown elsewhere.
function bars(shares, chosen, { thresholds = {}, colours = {}, counts = {} } = {}) {
  const sorted = Object.entries(shares).sort((a, b) => b[1] - a[1]);
  const list = make("ol", { className: "bars" });
  for (const [name, share] of sorted.slice(0, MOST_BARS)) {
    const fill = make("span", { className: "fill" });
    fill.style.width = `${100 * share}%`;
    const bar = make("span", { className: "bar" }, fill);
    bar.setAttribute("aria-hidden", "true");
    if (Object.hasOwn(thresholds, name)) {
      const mark = make("span", { className: "mark", title: `applies from ${percent(thresholds[name])}` });
      mark.style.left = `${100 * thresholds[name]}%`;
      bar.append(mark);
    }
    const row = make("li", { className: chosen.includes(name) ? "on" : "" });
    const swatch = Object.hasOwn(colours, name) ? make("span", { className: "swatch" }) : "";
    if (swatch) swatch.style.background = colours[name];
    const times = Object.hasOwn(counts, name) && counts[name] > 1 ? ` (${counts[name]}×)` : "";
    row.append(make("span", { className: "of" }, swatch, name, times), bar, make("span", { className: "share" }, percent(share)));
    list.append(row);
  }
  if (sorted.length <= MOST_BARS) return [list];
  return [list, make("p", { className: "quiet" }, `and ${sorted.length - MOST_BARS} less likely ones`)];
}

function places(answer, about, preview) {
  preview.classList.add("with-points");
  for (const old of preview.querySelectorAll(".point")) old.remove();
  const list = make("ol", { className: "quiet" });
  answer.answer.forEach(([x, y], i) => {
    const point = make("span", { className: "point" }, String(i + 1));
    point.setAttribute("aria-hidden", "true");
    point.style.left = `${100 * x}%`;
    point.style.top = `${100 * y}%`;
    preview.append(point);
    list.append(make("li", {}, `${percent(x)} from the left, ${percent(y)} from the top`));
  });
  return [list];
}

// The mask over the picture, as strongly as one likes.
let strength = 60;

function mask(answer, { names, colours }, preview) {
  preview.classList.add("with-mask");
  const bytes = Uint8Array.from(atob(answer.mask), (letter) => letter.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
  const over = preview.querySelector(".mask") ?? preview.appendChild(make("img", { className: "mask", alt: "" }));
  over.onload = () => URL.revokeObjectURL(url);
  over.src = url;
  over.style.opacity = strength / 100;
  const slider = make("input", { type: "range", min: 0, max: 100, value: strength });
  slider.addEventListener("input", () => {
    strength = slider.value;
    over.style.opacity = strength / 100;
  });
  const shown = Object.fromEntries(names.map((name, place) => [name, colours[place]]));
  const label = make("label", { className: "strength" }, "How strongly the mask is shown", slider);
  const there = Object.fromEntries(Object.entries(answer.answer).filter(([, share]) => share > 0));
  return [label, ...bars(there, [], { colours: shown, counts: answer.counts })];
}

function suggestions(answer) {
  if (typeof answer.answer === "number") return [];
  const list = make("ol", { className: "suggestions" });
  answer.answer.forEach((title, place) => {
    const why = answer.because?.[place] && make("span", { className: "quiet" }, `because you liked ${answer.because[place]}`);
    const score = make("span", { className: "share" }, short(Number(answer.scores[place].toPrecision(3))));
    list.append(make("li", {}, make("div", {}, make("span", {}, title), score), why));
  });
  return [list];
}

function numbers(answer) {
  if (typeof answer.answer === "number") return [];
  const rows = Object.entries(answer.answer).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, short(value))]);
  return [make("dl", {}, ...rows)];
}

// For each kind: the answer on a line, and what is shown under it; `about` is what the model says of its answers.
export const ANSWERS = {
  regions: {
    line: (answer) =>
      Object.entries(answer.answer)
        .filter(([, share]) => share > 0)
        .slice(0, 3)
        .map(([name, share]) => `${name} ${percent(share)}`)
        .join(", ") || "nothing",
    body: mask,
  },
  label: {
    line: (answer) => `${answer.answer} (${percent(answer.probability)})`,
    body: (answer) => bars(answer.probabilities, [answer.answer]),
  },
  labels: {
    line: (answer) => answer.answer.join(", ") || "none of its labels",
    body: (answer) => bars(answer.probabilities, answer.answer, { thresholds: answer.thresholds }),
  },
  numbers: {
    line: (answer, { names }) =>
      typeof answer.answer === "number" ? `${names[0]}: ${short(answer.answer)}` : `${Object.keys(answer.answer).length} numbers`,
    body: numbers,
  },
  owner: {
    line: ({ answer, name, score }) => `${answer ? "" : "not "}${name} (score ${percent(score)})`,
    body: ({ answer, name, score, threshold }) =>
      bars({ [name]: score }, answer ? [name] : [], { thresholds: { [name]: threshold } }),
  },
  suggestions: {
    line: ({ answer }, { names }) =>
      typeof answer === "number" ? `${names[0]}: ${short(Number(answer.toPrecision(3)))}` : answer[0] ?? "nothing is left",
    body: suggestions,
  },
  points: {
    line: (answer) => (answer.answer.length === 1 ? "1 point" : `${answer.answer.length} points`),
    body: places,
  },
};
