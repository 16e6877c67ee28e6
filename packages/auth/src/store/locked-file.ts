import { dirname, resolve } from "node:path";
import { isAuthError } from "../errors.ts";
import { removeLeftovers, writeAtomically } from "./atomic-write.ts";
import { createOrder } from "./in-order.ts";
import { canonical, locate } from "./location.ts";
import { acquireLock } from "./lock.ts";
import type { Lock } from "./lock.ts";
import { ensurePrivateFolder, maximumFileBytes, readPrivateFile } from "./private-file.ts";
import { systemReason, unreadable, unwritable } from "./problem.ts";
import type { FileWords } from "./problem.ts";

/** How the bytes of a file become a value and the other way round. */
export interface FileFormat<T> {
  empty(): T;
  /** Throws an `Error` whose message completes "the file …", and holds nothing of its content. */
  decode(bytes: Uint8Array): T;
  encode(value: T): string;
}

/** A private file that several processes read and change. Every failure is an `AuthError`. */
export interface LockedFile<T> {
  readonly path: string;
  /** False while nothing was ever saved. */
  exists(): Promise<boolean>;
  read(): Promise<T>;
  /**
   * One change, decided on what the file holds at that moment; calls are carried out in their order. `change` may be
   * called again when another process took the lock over meanwhile. It is saved before the result comes.
   */
  update<R>(change: ChangeOf<T, R>): Promise<R>;
  /** `update` for a file that is there; `absent` where there is none, which is then not made. */
  updateIfThere<R>(absent: R, change: ChangeOf<T, R>): Promise<R>;
  /** The path next to which further locks are to lie, the same for all who reach this file; makes its folder. */
  anchor(): Promise<string>;
}

/** `changed` says whether the value, which `change` may alter in place, has to be saved. */
export interface Change<R> {
  readonly changed: boolean;
  readonly result: R;
}

/** `saveNow` puts the value, as it is then, on the disk before the change is over. */
export type ChangeOf<T, R> = (value: T, saveNow: () => Promise<void>) => Change<R> | Promise<Change<R>>;

/** What `createLockedFile` needs to know. */
export interface LockedFileOptions<T> {
  readonly path: string;
  readonly format: FileFormat<T>;
  /** Unless given, those of the credentials. */
  readonly words?: FileWords;
  readonly onWarning?: ((sentence: string) => void) | undefined;
}

const leftoverAgeMs = 60_000;

/** A file of mode 0600 in a folder of mode 0700; reading it needs no lock, because it is only ever replaced whole. */
export function createLockedFile<T>(options: LockedFileOptions<T>): LockedFile<T> {
  const path = resolve(options.path);
  const { format } = options;
  const warn = options.onWarning ?? (() => undefined);
  let tidied = false;
  const inOrder = createOrder();

  async function load(target: string | undefined): Promise<{ value: T; warning?: string }> {
    const file = target === undefined ? undefined : await readPrivateFile(target, path);
    if (file === undefined) return { value: format.empty() };
    const warning =
      file.loosened === undefined
        ? undefined
        : `Other users of this machine could read ${path} (mode ${file.loosened}); it is private again (0600).`;
    try {
      return { value: format.decode(file.bytes), ...(warning === undefined ? {} : { warning }) };
    } catch (error) {
      if (warning !== undefined) warn(warning);
      throw unreadable(path, error instanceof Error ? error.message : "is damaged", error, options.words);
    }
  }

  async function update<R>(change: ChangeOf<T, R>): Promise<R> {
    const linked = await locate(path);
    const folderMode = await ensurePrivateFolder(path);
    const target = await canonical(linked ?? path);
    for (;;) {
      const lock = await acquireLock(`${target}.lock`);
      try {
        await removeLeftovers(target, 0);
        const { value, warning } = await load(target);
        const loosened =
          warning ??
          (folderMode === undefined
            ? undefined
            : `Other users of this machine could open the folder ${dirname(path)} (mode ${folderMode}); it is private now (0700).`);
        if (loosened !== undefined) warn(loosened);
        const saveNow = () => save(target, format.encode(value), lock);
        const { changed, result } = await change(value, saveNow);
        if (changed) await saveNow();
        return result;
      } catch (error) {
        if (!(error instanceof LockLost)) throw error;
      } finally {
        await lock.release();
      }
    }
  }

  async function told<R>(done: Promise<R>): Promise<R> {
    try {
      return await done;
    } catch (error) {
      if (error instanceof TypeError || isAuthError(error)) throw error;
      throw unwritable(path, systemReason(error), error);
    }
  }

  const exists = async () => (await locate(path)) !== undefined;

  return {
    path,
    exists,
    async read() {
      const target = await locate(path);
      if (target !== undefined && !tidied) await removeLeftovers(target, leftoverAgeMs);
      tidied = true;
      const { value, warning } = await load(target);
      if (warning !== undefined) warn(warning);
      return value;
    },
    update: (change) => told(inOrder(() => update(change))),
    updateIfThere: (absent, change) =>
      told(inOrder(async () => ((await exists()) ? update(change) : absent))),
    async anchor() {
      const linked = await locate(path);
      await ensurePrivateFolder(path);
      return canonical(linked ?? path);
    },
  };
}

/** Another process took the lock over while this one slept: what was read may be old, so start again. */
class LockLost extends Error {}

async function save(target: string, text: string, lock: Lock): Promise<void> {
  if (Buffer.byteLength(text) > maximumFileBytes) throw new Error("it would grow beyond 1 MB");
  await writeAtomically(target, text, async () => {
    if (!(await lock.isHeld())) throw new LockLost();
  });
}
