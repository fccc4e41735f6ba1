/** Moving through a list by one, without a browser. */

/** The place after `step` from `from` in a list of `length`, staying inside; -1 where the list is empty. */
export function stepped(from: number, step: number, length: number): number {
  if (length === 0) return -1;
  if (from < 0) return step > 0 ? 0 : length - 1;
  return Math.min(length - 1, Math.max(0, from + step));
}

/** As `stepped`, but beyond the end follows the start. */
export function wrapped(from: number, step: number, length: number): number {
  if (length === 0) return -1;
  if (from < 0) return step > 0 ? 0 : length - 1;
  return (from + step + length) % length;
}

/** Whether a place with this text and code is meant by what was typed. */
export function meant(typed: string, text: string, code: string): boolean {
  const word = typed.trim().toLowerCase();
  return word === "" || text.toLowerCase().includes(word) || code.startsWith(word);
}
