import type { ToolCall } from "@zotpilot/provider/model";
import { decodeArguments } from "./run-tool.ts";
import type { Tool } from "./tool.ts";

type Fields = Record<string, unknown>;
/** A value that is being put together from its flattened paths: its fields and items, or what stands at its end. */
type Branch = Map<string | number, Branch | { leaf: unknown }>;

const maxIndex = 999;
const maxSteps = 32;
const forbidden: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const flattened = /^([^[\].]+)(\[\d+\](?:\[\d+\]|\.[^[\].]+)*)$/;

/**
 * The call as it was meant, where a model is known to write arguments in another form than the tool asks for: lists and
 * objects as `{"questions[0].header": …}`, and as JSON text in a string; `null` for what it leaves out. Only what the
 * tool's schema has no other reading for is changed; everything else is given back as it is, for the tool to refuse.
 */
export function repairArguments(tool: Tool | undefined, call: ToolCall): ToolCall {
  const parameters = tool && fieldsOf(tool.parameters);
  const properties = parameters && fieldsOf(parameters["properties"]);
  // Most tools take plain values alone: their arguments are not read once more for nothing.
  const worthwhile = (schemas: Fields): boolean =>
    call.arguments.includes("null") || Object.values(schemas).some((schema) => isNested(schema));
  if (!properties || !worthwhile(properties)) return call;
  const given = fieldsOf(decodeArguments(call));
  if (!given) return call;
  const meant = withoutNulls(given, properties, parameters["required"]);
  const repaired = parseTexts(unflatten(meant, properties), properties);
  return repaired === given ? call : { ...call, arguments: JSON.stringify(repaired) };
}

/** Takes out each `null` of a property that need not be there and that cannot be `null`. */
function withoutNulls(given: Fields, properties: Fields, required: unknown = []): Fields {
  const isNothing = ([name, value]: [string, unknown]): boolean =>
    value === null &&
    Object.hasOwn(properties, name) &&
    Array.isArray(required) &&
    !required.includes(name) &&
    typesOf(properties[name])?.has("null") === false;
  const kept = Object.entries(given).filter((field) => !isNothing(field));
  return kept.length === Object.keys(given).length ? given : Object.fromEntries(kept);
}

/** Joins the paths of each list; gives the same object back when there are none, or when they fit no list. */
function unflatten(given: Fields, properties: Fields): Fields {
  const root: Branch = new Map();
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(given)) {
    const [, name = "", path = ""] = Object.hasOwn(properties, key) ? [] : (flattened.exec(key) ?? []);
    if (name === "" || !Object.hasOwn(properties, name) || !isNested(properties[name], ["array"])) {
      kept.push([key, value]);
    } else if (Object.hasOwn(given, name) || !graft(root, [name, ...stepsOf(path)], value)) return given;
  }
  if (root.size === 0) return given;
  const built = valueOf(root);
  return built === undefined ? given : { ...Object.fromEntries(kept), ...fieldsOf(built) };
}

function stepsOf(path: string): (string | number)[] {
  return Array.from(path.matchAll(/\[(\d+)\]|\.([^[\].]+)/g), ([, index, name = ""]) =>
    index === undefined ? name : Number(index),
  );
}

/** Puts a value at the end of a path. False when the path is none to follow, or two paths contradict each other. */
function graft(root: Branch, steps: readonly (string | number)[], leaf: unknown): boolean {
  if (steps.length > maxSteps) return false;
  let branch = root;
  for (const [position, step] of steps.entries()) {
    if (typeof step === "number" ? step > maxIndex : forbidden.has(step)) return false;
    const next = branch.get(step);
    if (position === steps.length - 1) {
      if (next !== undefined) return false;
      branch.set(step, { leaf });
    } else if (next === undefined) {
      const grown: Branch = new Map();
      branch.set(step, grown);
      branch = grown;
    } else if (next instanceof Map) branch = next;
    else return false;
  }
  return true;
}

/** What a branch stands for; `undefined` when it is a list with gaps, or a list and an object at once. */
function valueOf(branch: Branch): unknown {
  const keys = [...branch.keys()];
  const isList = keys.every((key) => typeof key === "number");
  if (!isList && keys.some((key) => typeof key === "number")) return undefined;
  const values = new Map<string | number, unknown>();
  for (const [key, next] of branch) {
    const value = next instanceof Map ? valueOf(next) : next.leaf;
    if (value === undefined) return undefined;
    values.set(key, value);
  }
  if (!isList) return Object.fromEntries(values);
  const list = keys.map((_, index) => values.get(index));
  return list.includes(undefined) ? undefined : list;
}

/** Reads JSON text where the schema wants a list or an object and takes no text. */
function parseTexts(given: Fields, properties: Fields): Fields {
  let repaired = given;
  for (const [name, schema] of Object.entries(properties)) {
    const text = Object.hasOwn(given, name) ? given[name] : undefined;
    if (typeof text !== "string" || !/^\s*[[{]/.test(text)) continue;
    if (!isNested(schema)) continue;
    const value = decodeArguments({ arguments: text });
    const type = Array.isArray(value) ? "array" : fieldsOf(value) && "object";
    if (type && isNested(schema, [type])) repaired = { ...repaired, [name]: value };
  }
  return repaired;
}

/** Whether a schema takes one of these types, and no text instead. */
function isNested(schema: unknown, wanted: readonly string[] = ["array", "object"]): boolean {
  const taken = typesOf(schema);
  return taken !== undefined && !taken.has("string") && wanted.some((type) => taken.has(type));
}

/** The types that a schema takes; `undefined` when it does not say so in a form that is read here. */
function typesOf(schema: unknown, depth = 0): ReadonlySet<string> | undefined {
  const fields = fieldsOf(schema);
  if (!fields || depth > 4) return undefined;
  const { type, nullable } = fields;
  if (typeof type === "string") return new Set(nullable === true ? [type, "null"] : [type]);
  if (Array.isArray(type)) return new Set(type.filter((each) => typeof each === "string"));
  const branches = fields["anyOf"] ?? fields["oneOf"];
  if (!Array.isArray(branches)) return undefined;
  const all = branches.map((branch) => typesOf(branch, depth + 1));
  const known = all.filter((types) => types !== undefined);
  return known.length === all.length ? new Set(known.flatMap((types) => [...types])) : undefined;
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Error)
    ? (value as Fields)
    : undefined;
}
