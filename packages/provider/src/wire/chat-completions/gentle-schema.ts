type Schema = Record<string, unknown>;

/** Types without fields or items: two schemas of them that only differ in their values can be said as one. */
const SIMPLE: readonly unknown[] = ["string", "number", "integer", "boolean"];
/** Where a schema has one schema, a list of them, or a set of them by name. */
const NESTED = ["items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"];
const LISTS = ["anyOf", "oneOf", "allOf", "prefixItems", "items"];
const SETS = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
/** Deeper schemas are left as they are. */
const DEEPEST = 64;

/**
 * A schema of arguments as Gemini takes it: `type` is one type, the items of a list have one schema and not several, and
 * `$schema` is left out. Nothing else is changed, and what was given is not touched: parts that are fine are the same
 * objects.
 */
export function gentleSchema(schema: Schema): Schema {
  return gentle(schema, 0);
}

/** Whether a schema has union types or references, which services that check schemas strictly refuse without a word. */
export function isRefusedByStrict(given: Schema): boolean {
  const schema = without(given, "$schema");
  return gentleSchema(schema) !== schema || hasReference(schema, 0);
}

function gentle(given: Schema, depth: number): Schema {
  if (depth > DEEPEST) return given;
  let schema = oneType(without(given, "$schema"));
  const put = (key: string, value: unknown): void => {
    if (value !== schema[key]) schema = { ...schema, [key]: value };
  };
  const items = schema["items"];
  if (isSchema(items)) put("items", oneBranch(items));
  for (const key of NESTED) {
    const nested = schema[key];
    if (isSchema(nested)) put(key, gentle(nested, depth + 1));
  }
  for (const key of LISTS) {
    const list = schema[key];
    if (!Array.isArray(list)) continue;
    const cleaned = list.map((each: unknown) => (isSchema(each) ? gentle(each, depth + 1) : each));
    if (cleaned.some((each, index) => each !== list[index])) put(key, cleaned);
  }
  for (const key of SETS) {
    const set = schema[key];
    if (!isSchema(set)) continue;
    const cleaned = Object.entries(set).map(([name, each]) => [
      name,
      isSchema(each) ? gentle(each, depth + 1) : each,
    ]);
    if (cleaned.some(([name, each]) => each !== set[name as string])) put(key, Object.fromEntries(cleaned));
  }
  return schema;
}

/** `["string", "null"]` becomes `string` that is nullable, and `["string", "number"]` becomes `string`. */
function oneType(schema: Schema): Schema {
  const { type } = schema;
  if (!Array.isArray(type) || type.length === 0) return schema;
  const first: unknown = type.find((each) => each !== "null") ?? "null";
  return { ...schema, type: first, ...(type.includes("null") && first !== "null" && { nullable: true }) };
}

/** The schema of items without alternatives: all of them as one where they are of one simple type, else the first. */
function oneBranch(items: Schema): Schema {
  const key = Array.isArray(items["anyOf"]) ? "anyOf" : "oneOf";
  const given = items[key];
  if (!Array.isArray(given)) return items;
  const all = given.filter(isSchema);
  const branches = all.filter((branch) => branch["type"] !== "null");
  const [first = {}] = branches;
  const rest = without(items, key);
  const nullable = branches.length < all.length && branches.length > 0 && { nullable: true };
  const { type } = first;
  if (branches.length < 2 || !SIMPLE.includes(type) || !branches.every((branch) => branch["type"] === type)) {
    return { ...(branches.length === 0 ? all[0] : first), ...rest, ...nullable };
  }
  const values = branches.map(valuesOf);
  const known = values.filter((each) => each !== undefined);
  return {
    type,
    ...(known.length === values.length && { enum: [...new Set(known.flat())] }),
    ...rest,
    ...nullable,
  };
}

function valuesOf(schema: Schema): readonly unknown[] | undefined {
  if ("const" in schema) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
}

function hasReference(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return false;
  return (
    typeof (value as Schema)["$ref"] === "string" ||
    Object.values(value).some((each) => hasReference(each, depth + 1))
  );
}

function without(schema: Schema, key: string): Schema {
  if (!(key in schema)) return schema;
  const { [key]: _, ...rest } = schema;
  return rest;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
