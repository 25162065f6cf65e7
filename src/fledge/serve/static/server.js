// Talking to the server this page came from, and to nothing else.

export const at = (path) => new URL(path, document.baseURI).href;

// The token stands behind the # of the address, which a browser sends to nobody; it is kept for this tab alone.
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  sessionStorage.setItem("fledge-token", given);
  history.replaceState(null, "", location.pathname);
}

export const keepToken = (token) => sessionStorage.setItem("fledge-token", token);

export class Problem extends Error {
  constructor(problem) {
    super(problem.hint ? `${problem.detail} (${problem.hint})` : problem.detail);
    this.code = problem.code;
  }
}

export async function ask(path, options = {}) {
  const token = sessionStorage.getItem("fledge-token");
  const headers = { ...options.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  let reply;
  try {
    reply = await fetch(at(path), { ...options, headers, cache: "no-store" });
  } catch {
    throw new Problem({ code: "unreachable", detail: "The server does not answer." });
  }
  if (!reply.ok) {
    throw new Problem(await reply.json().catch(() => ({ code: "unreachable", detail: `The server answers ${reply.status}.` })));
  }
  return reply;
}

// An element with its attributes and children. Text is only ever text: names out of a model are never read as HTML.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);
