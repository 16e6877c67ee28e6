import { sep } from "node:path";

/** Sorted by path as ripgrep sorts: a folder's files stand together, also when a name goes on like the folder's. */
export function inOrder<Item>(items: readonly Item[], pathOf: (item: Item) => string): Item[] {
  return items
    .map((item) => ({ item, key: pathOf(item).replaceAll(sep, "\0") }))
    .sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
    .map(({ item }) => item);
}
