/** What a key means, without a browser: sequences, typing and composing. */

export interface Stroke {
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
  keyCode?: number;
}

export type Meaning =
  | { does: "nothing" }
  | { does: "palette" | "search" | "sheet" | "wait" | "open" | "choose" }
  | { does: "step"; step: number }
  | { does: "go"; code: string }
  | { does: "press"; code: string };

const COMPOSING = 229;
const PATIENCE_MS = 1200;

/** Follows single keys and the sequence G then a letter. */
export class Keystrokes {
  private waitingSince = Number.NEGATIVE_INFINITY;

  /** Return what `stroke` means at `now` (milliseconds), typed into a field or not, with single keys on or off. */
  read(stroke: Stroke, now: number, typing: boolean, single: boolean): Meaning {
    if (stroke.isComposing || stroke.keyCode === COMPOSING) return { does: "nothing" };
    if ((stroke.ctrlKey || stroke.metaKey) && !stroke.altKey && !stroke.shiftKey && stroke.code === "KeyK") {
      return { does: "palette" };
    }
    if (typing || !single || stroke.ctrlKey || stroke.metaKey || stroke.altKey) return { does: "nothing" };
    const following = now - this.waitingSince < PATIENCE_MS;
    this.waitingSince = Number.NEGATIVE_INFINITY;
    if (following) return { does: "go", code: stroke.code };
    if (stroke.shiftKey) return stroke.code === "Slash" ? { does: "sheet" } : { does: "nothing" };
    return this.single(stroke.code, now);
  }

  private single(code: string, now: number): Meaning {
    switch (code) {
      case "KeyG":
        this.waitingSince = now;
        return { does: "wait" };
      case "Slash":
        return { does: "search" };
      case "KeyJ":
        return { does: "step", step: 1 };
      case "KeyK":
        return { does: "step", step: -1 };
      case "KeyX":
        return { does: "choose" };
      default:
        return { does: "press", code };
    }
  }
}
