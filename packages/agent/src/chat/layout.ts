/** What would like to be on the screen, in rows. */
export interface Wishes {
  /** The rows of the window. */
  readonly rows: number;
  /** What is typed, as it wraps. */
  readonly draft: number;
  /** Commands that could be meant. */
  readonly suggestions: number;
  /** Prompts that wait. */
  readonly queued: number;
  readonly isBusy: boolean;
  readonly hasDialog: boolean;
}

/** How many rows each part gets. Together they are always fewer than the window has. */
export interface Layout {
  /** What is being written above everything else. */
  readonly live: number;
  /** The blank line below it. */
  readonly gap: number;
  readonly activity: number;
  readonly queue: number;
  /** The dialog that stands in the composer's place; 0 without one. */
  readonly dialog: number;
  readonly draft: number;
  /** The blank line below the composer. */
  readonly space: number;
  /** All of them or none: what cannot be seen cannot be chosen. */
  readonly suggestions: number;
  readonly status: number;
}

/** So many waiting prompts are named. */
const namedPrompts = 3;
const longestDraft = 10;

/**
 * Shares out the window. A frame as high as the window would be copied into the scrollback with each change, so one row
 * stays free; in a low window the text that is typed comes first, then the status line, then the rest.
 */
export function layOut(wishes: Wishes): Layout {
  let left = Math.max(0, wishes.rows - 1);
  const take = (wanted: number): number => {
    const given = Math.max(0, Math.min(wanted, left));
    left -= given;
    return given;
  };
  const draft = wishes.hasDialog
    ? 0
    : take(Math.min(wishes.draft, longestDraft, Math.max(1, Math.floor(wishes.rows / 3))));
  const status = take(1);
  const activity = take(wishes.isBusy ? 1 : 0);
  const dialog = wishes.hasDialog ? take(Math.max(4, left - 3)) : 0;
  const queue = take(left > 6 ? Math.min(wishes.queued, namedPrompts + 1) : Math.min(wishes.queued, 1));
  const gap = take(left > 2 ? 1 : 0);
  const space = take(wishes.hasDialog || left < 3 ? 0 : 1);
  const suggestions = wishes.hasDialog || wishes.suggestions > left ? 0 : take(wishes.suggestions);
  return { live: left, gap, activity, queue, dialog, draft, space, suggestions, status };
}
