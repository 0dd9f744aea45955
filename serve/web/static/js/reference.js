// The API's reference, drawn from the contract that the service gives.
import { byId, element } from "./dom.js";

/** Paragraphs of a description; what stands between backticks is code. */
function paragraphs(words) {
  return (words ?? "")
    .trim()
    .split(/\n\s*\n/)
    .filter(Boolean)
    .map((paragraph) => element("p", {}, ...inline(paragraph.replace(/\s+/g, " "))));
}

function inline(words) {
  return words
    .split(/`([^`]*)`/)
    .map((part, i) => (i % 2 ? element("code", {}, part) : part.replace(/\*([^*]+)\*/g, "$1")));
}

/** Follow a reference into the contract. */
function resolve(contract, schema) {
  if (!schema?.$ref) return schema ?? {};
  return schema.$ref
    .split("/")
    .slice(1)
    .reduce((part, name) => part?.[name], contract) ?? {};
}

/** The name of a schema's type, as short as it can be said. */
function typeOf(contract, schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(contract, one)).join(" | ");
  if (schema.type === "array") return `list of ${typeOf(contract, schema.items)}`;
  return schema.type ?? "any";
}

function fields(contract, schema) {
  const found = resolve(contract, schema);
  const properties = Object.entries(found.properties ?? {});
  if (!properties.length) return null;
  return element(
    "ul",
    {},
    properties.map(([name, property]) =>
      element(
        "li",
        {},
        element("code", {}, name),
        `: ${typeOf(contract, property)}`,
        found.required?.includes(name) ? ", required" : "",
        property.description ? [". ", ...inline(property.description)] : "",
      ),
    ),
  );
}

function exampleOf(contract, content) {
  const given = content?.examples ? Object.values(content.examples)[0]?.value : content?.example;
  return given ?? resolve(contract, content?.schema).examples?.[0];
}

function command(method, path, operation, contract) {
  const parts = [`curl -s ${location.origin}${path}`];
  if (method !== "get") parts.push(`-X ${method.toUpperCase()}`);
  if (operation.security?.length) parts.push("-H 'Authorization: Bearer btf_…'");
  const content = operation.requestBody?.content ?? {};
  if (content["multipart/form-data"]) parts.push("-F file=@statement.docx");
  const example = exampleOf(contract, content["application/json"]);
  if (example) {
    parts.push("-H 'Content-Type: application/json'", `-d '${JSON.stringify(example)}'`);
  }
  return parts.join(" \\\n  ");
}

function draw(contract, method, path, operation) {
  const body = Object.entries(operation.requestBody?.content ?? {});
  const parameters = operation.parameters ?? [];
  const answers = Object.entries(operation.responses ?? {});
  return element(
    "section",
    { class: "operation card", id: operation.operationId },
    element(
      "h3",
      {},
      element("span", { class: "method" }, method.toUpperCase()),
      element("code", {}, path),
    ),
    paragraphs(operation.description ?? operation.summary),
    operation.security?.length ? element("p", {}, "Needs a key, where the service has keys.") : null,
    parameters.length
      ? [
          element("h4", {}, "Parameters"),
          element(
            "ul",
            {},
            parameters.map((given) =>
              element(
                "li",
                {},
                element("code", {}, given.name),
                ` (${given.in}): ${typeOf(contract, given.schema)}`,
                given.required ? ", required" : "",
              ),
            ),
          ),
        ]
      : null,
    body.map(([kind, content]) => [
      element("h4", {}, "Body, ", element("code", {}, kind)),
      fields(contract, content.schema),
    ]),
    element("h4", {}, "Answers"),
    element(
      "ul",
      {},
      answers.map(([status, answer]) => {
        const [kind, content] = Object.entries(answer.content ?? {})[0] ?? [];
        return element(
          "li",
          {},
          element("code", {}, status),
          `: ${typeOf(contract, content?.schema) || (kind ? "an error, told" : "nothing")}`,
          kind ? ` as ${kind}` : "",
          status.startsWith("2") ? fields(contract, content?.schema) : null,
        );
      }),
    ),
    element("h4", {}, "Example"),
    element("pre", {}, element("code", {}, command(method, path, operation, contract))),
  );
}

async function main() {
  const contract = await (await fetch("/openapi.json", { credentials: "omit" })).json();
  byId("about").replaceChildren(...paragraphs(contract.info.description));
  const groups = new Map();
  for (const [path, methods] of Object.entries(contract.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? "other";
      groups.set(tag, [...(groups.get(tag) ?? []), { path, method, operation }]);
    }
  }
  for (const [tag, operations] of groups) {
    byId("operations").append(element("h2", { class: "group" }, tag));
    for (const { path, method, operation } of operations) {
      byId("operations").append(draw(contract, method, path, operation));
      byId("index").append(
        element(
          "li",
          {},
          element("a", { href: `#${operation.operationId}` }, `${method.toUpperCase()} ${path}`),
        ),
      );
    }
  }
}

main();
