/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Processor time of this process, and time by the clock, in milliseconds. */
export async function measure(work: () => Promise<unknown>): Promise<{ cpuMs: number; wallMs: number }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await work();
  const wallMs = performance.now() - start;
  const used = process.cpuUsage(cpu);
  return { cpuMs: (used.user + used.system) / 1000, wallMs };
}

/** A number of the command line, or what it is when left out. */
export function argument(position: number, otherwise: number): number {
  return Number(process.argv[position + 1] ?? otherwise);
}
