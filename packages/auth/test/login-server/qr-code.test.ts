import { encode } from "uqr";
import { expect, test } from "vitest";
import { enter } from "./http-client.ts";
import { startLoginPage } from "./page-server.ts";

/** The squares of the picture, as rows of true for black. */
function modulesOf(svg: string): boolean[][] {
  const width = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const squares = [...svg.matchAll(/M(\d+),(\d+)h(\d+)v\3h-\3z/g)].map((square) =>
    square.slice(1).map(Number),
  );
  const size = squares[0]?.[2] ?? 1;
  const rows = Array.from({ length: width / size }, () => Array<boolean>(width / size).fill(false));
  for (const [x = 0, y = 0] of squares) (rows[y / size] ?? [])[x / size] = true;
  return rows;
}

test("the QR code on the page is that of the address, black on white, with room around it", async () => {
  const { server, simulator, code } = await startLoginPage();
  await code();
  const { look } = await enter(server.url);
  const svg =
    /<svg aria-hidden="true" focusable="false" shape-rendering.*?<\/svg>/s.exec(await look())?.[0] ?? "";
  expect(svg).toContain('fill="white"');
  expect(svg).toContain('fill="black"');
  const drawn = modulesOf(svg);
  const expected = encode(`${simulator.origin}/login/device`, { ecc: "M", border: 4 });
  expect(drawn).toEqual(expected.data);
  const quiet = drawn.filter((_, index) => index < 4 || index >= drawn.length - 4);
  expect(quiet.flat()).not.toContain(true);
  expect(drawn.map((row) => [...row.slice(0, 4), ...row.slice(-4)]).flat()).not.toContain(true);
  // The three corners by which a camera finds it.
  const finder = ["#######", "#.....#", "#.###.#", "#.###.#", "#.###.#", "#.....#", "#######"];
  const cut = (top: number, left: number) =>
    drawn.slice(top, top + 7).map((row) =>
      row
        .slice(left, left + 7)
        .map((one) => (one ? "#" : "."))
        .join(""),
    );
  const far = drawn.length - 11;
  expect([cut(4, 4), cut(4, far), cut(far, 4)]).toEqual([finder, finder, finder]);
});
