// The same request as a program makes it. What is sent is a file in a form (`field`, `file`), or `json`.

const inShell = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

// A value of JSON as Python writes it.
function inPython(value) {
  if (value === null) return "None";
  if (value === true || value === false) return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(inPython).join(", ")}]`;
  if (typeof value !== "object") return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}: ${inPython(each)}`)
    .join(", ")}}`;
}

export function programs(url, { field, file, json }, token) {
  return json === undefined ? ofFile(url, field, file, token) : ofJson(url, json, token);
}

function ofFile(url, field, file, token) {
  return {
    curl: `curl${token ? ` -H "Authorization: Bearer $FLEDGE_TOKEN"` : ""} -F ${field}=@${file} ${url}`,
    Python: `import requests

with open("${file}", "rb") as file:
    reply = requests.post("${url}", files={"${field}": file}${token ? `, headers={"Authorization": "Bearer TOKEN"}` : ""})
print(reply.json()["answers"][0]["answer"])`,
    JavaScript: `const form = new FormData();
form.append("${field}", file);  // a File, say from <input type="file">
const reply = await fetch("${url}", { method: "POST", body: form${token ? `, headers: { Authorization: "Bearer TOKEN" }` : ""} });
console.log((await reply.json()).answers[0].answer);`,
  };
}

function ofJson(url, json, token) {
  return {
    curl: `curl${token ? ` -H "Authorization: Bearer $FLEDGE_TOKEN"` : ""} -H 'Content-Type: application/json' \\
  -d ${inShell(JSON.stringify(json))} ${url}`,
    Python: `import requests

given = ${inPython(json)}
reply = requests.post("${url}", json=given${token ? `, headers={"Authorization": "Bearer TOKEN"}` : ""})
print(reply.json()["answers"][0]["answer"])`,
    JavaScript: `const given = ${JSON.stringify(json)};
const headers = { "Content-Type": "application/json"${token ? `, Authorization: "Bearer TOKEN"` : ""} };
const reply = await fetch("${url}", { method: "POST", headers, body: JSON.stringify(given) });
console.log((await reply.json()).answers[0].answer);`,
  };
}
