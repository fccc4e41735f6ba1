/** Every event name of the front end; nobody else writes one. */

/** A short message: `detail` is `{ text, tone? }`. Servers send it as `HX-Trigger: {"jz:toast": …}`. */
export const TOAST = "jz:toast";

/** Something with a `data-key` is pointed at or focused: `detail` is `{ key }`, `null` when it is left. */
export const POINT = "jz:point";

/** A preference changed: `detail` is `{ name, value }`. */
export const CHOICE = "jz:choice";

/** A table is to move its focus by `detail.step` rows, or to choose the focused one where it is 0. */
export const STEP = "jz:step";

/** The palette is to open. */
export const PALETTE = "jz:palette";

export interface Toast {
  text: string;
  tone?: string;
}

export interface Point {
  key: string | null;
}

export interface Step {
  step: number;
}

export interface Choice {
  name: string;
  value: string;
}

/** Send `detail` up from `source` under one of the names above. */
export function send<T>(source: EventTarget, name: string, detail?: T): void {
  source.dispatchEvent(new CustomEvent<T | undefined>(name, { bubbles: true, detail }));
}
