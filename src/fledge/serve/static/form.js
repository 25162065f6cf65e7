// A row of a table, as a form with the ranges and choices of the training rows; every change is answered at once.

import { live } from "./asking.js";
import { byId, make } from "./server.js";

const MANY_CHOICES = 30;
const FIRST_COLUMNS = 14;
const PAUSE = 80;
const UNKNOWN = "(not known)";

const short = (number) => String(Number(Number(number).toPrecision(6)));

let fields = [];
let renew, changed, pause;

function start(model, whenChanged) {
  changed = whenChanged;
  renew = live();
  fields = model.input.columns.map(field);
  const rest = fields.slice(FIRST_COLUMNS);
  const more = make("details", {}, make("summary", {}, `${rest.length} more columns`), grid(rest));
  byId("row").replaceChildren(grid(fields.slice(0, FIRST_COLUMNS)), ...(rest.length ? [more] : []));
  byId("row").hidden = false;
  if (!model.examples.length) give("your row");
}

byId("row").addEventListener("submit", (event) => event.preventDefault());
byId("row").addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(() => give("your row"), PAUSE);
});

const grid = (some) => make("div", { className: "fields" }, ...some.map(({ element }) => element));

const row = () => Object.fromEntries(fields.map(({ name, get }) => [name, get()]));

function give(name) {
  renew({ name, body: JSON.stringify({ row: row() }), headers: { "Content-Type": "application/json" } });
  changed();
}

async function example(file, name, place) {
  const values = JSON.parse(await file.text()).row;
  const fill = () => {
    for (const each of fields) each.set(values[each.name]);
    give(name);
  };
  if (place === 0) fill();
  const button = make("button", { type: "button" }, name);
  button.addEventListener("click", fill);
  return button;
}

const sent = () => ({ json: { row: row() } });

export const FORM = { start, example, sent };

// --- one field for each column: its `name`, its `element`, and `get` and `set` for its value, null where there is none ---

function field(column, place) {
  const id = `column-${place}`;
  const made = { number: ofNumber, date: ofDate, category: column.choices?.length > MANY_CHOICES || column.more ? ofManyNames : ofNames }[
    column.kind
  ](column, id);
  const label = make("label", { htmlFor: id }, column.name);
  const help = make("p", { className: "quiet", id: `${id}-help` }, made.help);
  made.control.id = id;
  made.control.setAttribute("aria-describedby", help.id);
  const element = make("div", { className: "field" }, label, made.control, ...(made.beside ?? []), help);
  return { name: column.name, element, get: made.get, set: made.set };
}

function ofNumber({ name, least, most, usual, whole }, id) {
  const control = make("input", { type: "number", step: whole ? "1" : "any", value: short(usual) });
  const step = whole ? 1 : (most - least) / 200;
  const slider = make("input", { type: "range", min: least, max: most, step: step || 1, value: usual });
  slider.setAttribute("aria-label", `${name}, as a slider`);
  slider.disabled = least === most;
  slider.addEventListener("input", () => (control.value = short(slider.value)));
  control.addEventListener("input", () => (slider.value = control.value === "" ? usual : control.value));
  return {
    control,
    beside: [slider],
    help: `${short(least)} to ${short(most)}`,
    get: () => (control.value === "" ? null : Number(control.value)),
    set: (value) => {
      control.value = value ?? "";
      slider.value = value ?? usual;
    },
  };
}

function ofNames({ choices, gaps }) {
  const options = (names) => [new Option(UNKNOWN, ""), ...names.map((name) => new Option(name, name))];
  const control = make("select", {}, ...options(choices));
  control.value = choices[0] ?? "";
  return {
    control,
    help: gaps ? "may be left open" : "",
    get: () => control.value || null,
    set: (value) => {
      if (value !== null && !choices.includes(value)) control.append(new Option(value, value));
      control.value = value ?? "";
    },
  };
}

function ofManyNames({ choices, more }, id) {
  const list = make("datalist", { id: `${id}-names` }, ...choices.map((name) => new Option(name)));
  const control = make("input", { type: "text", autocomplete: "off", value: choices[0] });
  control.setAttribute("list", list.id);
  return {
    control,
    beside: [list],
    help: `one of ${choices.length + more} names`,
    get: () => control.value.trim() || null,
    set: (value) => (control.value = value ?? ""),
  };
}

function ofDate({ least, most, time }) {
  const control = make("input", { type: time ? "datetime-local" : "date", value: most ? (time ? `${most}T12:00` : most) : "" });
  return {
    control,
    help: least ? `${least} to ${most}` : "",
    get: () => control.value || null,
    set: (value) => (control.value = (value ?? "").slice(0, time ? 16 : 10)),
  };
}
