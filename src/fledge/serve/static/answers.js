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

function bars(shares, chosen, thresholds = {}) {
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
    row.append(make("span", { className: "of" }, name), bar, make("span", { className: "share" }, percent(share)));
    list.append(row);
  }
  if (sorted.length <= MOST_BARS) return [list];
  return [list, make("p", { className: "quiet" }, `and ${sorted.length - MOST_BARS} less likely ones`)];
}

function places(answer, preview) {
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

function numbers(answer) {
  if (typeof answer.answer === "number") return [];
  const rows = Object.entries(answer.answer).flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, short(value))]);
  return [make("dl", {}, ...rows)];
}

// For each kind: the answer on a line, and what is shown under it.
export const ANSWERS = {
  regions: {
    line: (answer) =>
      Object.entries(answer.answer)
        .slice(0, 3)
        .map(([name, share]) => `${name} ${percent(share)}`)
        .join(", ") || "nothing",
    body: (answer) => bars(answer.answer, Object.keys(answer.answer).slice(0, 1)),
  },
  label: {
    line: (answer) => `${answer.answer} (${percent(answer.probability)})`,
    body: (answer) => bars(answer.probabilities, [answer.answer]),
  },
  labels: {
    line: (answer) => answer.answer.join(", ") || "none of its labels",
    body: (answer) => bars(answer.probabilities, answer.answer, answer.thresholds),
  },
  owner: {
    line: (answer) => `${answer.answer ? "" : "not "}${answer.name} (score ${percent(answer.score)})`,
    body: (answer) => bars({ [answer.name]: answer.score }, answer.answer ? [answer.name] : [], { [answer.name]: answer.threshold }),
  },
  numbers: {
    line: (answer, names) =>
      typeof answer.answer === "number" ? `${names[0]}: ${short(answer.answer)}` : `${Object.keys(answer.answer).length} numbers`,
    body: numbers,
  },
  points: {
    line: (answer) => (answer.answer.length === 1 ? "1 point" : `${answer.answer.length} points`),
    body: places,
  },
};
