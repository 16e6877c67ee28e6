/** Hands output on to whoever watches, at a pace that can be watched. */
export interface Progress {
  add(text: string): void;
  /** Shows what is left and stops. */
  end(): void;
}

const INTERVAL_MS = 50;
/** Of a flood only the end of each interval is shown, in UTF-16 units. */
const MAX_SHOWN = 8_192;

/** Calls `show` at most once an interval; the first text is shown at once. */
export function createProgress(show: (text: string) => void): Progress {
  let waiting = "";
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    if (waiting === "") return;
    const text = waiting;
    waiting = "";
    show(text);
  }

  function tick(): void {
    timer = undefined;
    if (waiting === "") return;
    flush();
    timer = setTimeout(tick, INTERVAL_MS);
  }

  return {
    add(text) {
      if (text === "") return;
      waiting = lastPart(waiting + text);
      if (timer) return;
      flush();
      timer = setTimeout(tick, INTERVAL_MS);
    },
    end() {
      clearTimeout(timer);
      timer = undefined;
      flush();
    },
  };
}

function lastPart(text: string): string {
  if (text.length <= MAX_SHOWN) return text;
  const end = text.slice(-MAX_SHOWN);
  const line = end.indexOf("\n");
  return `...\n${line === -1 ? end.toWellFormed() : end.slice(line + 1)}`;
}
