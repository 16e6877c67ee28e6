/**
 * Makes plain JSON unchangeable, all the way down, and returns it. Listeners share their events with the conversation:
 * who changed one would change what the model hears behind the back of the file.
 */
export function freeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
  return value;
}
