import { describe, expect, it } from "vitest";
import { Keystrokes, type Stroke } from "./keystrokes";

const stroke = (code: string, more: Partial<Stroke> = {}): Stroke => ({
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  ...more,
});

describe("keystrokes", () => {
  it("goes to a place by G and a letter", () => {
    const keys = new Keystrokes();
    expect(keys.read(stroke("KeyG"), 0, false, true)).toEqual({ does: "wait" });
    expect(keys.read(stroke("KeyC"), 300, false, true)).toEqual({ does: "go", code: "KeyC" });
    expect(keys.read(stroke("KeyC"), 400, false, true)).toEqual({ does: "press", code: "KeyC" });
  });

  it("forgets G after a while", () => {
    const keys = new Keystrokes();
    keys.read(stroke("KeyG"), 0, false, true);
    expect(keys.read(stroke("KeyJ"), 1500, false, true)).toEqual({ does: "step", step: 1 });
  });

  it("leaves what is typed or composed alone, but opens the palette from a field", () => {
    const keys = new Keystrokes();
    expect(keys.read(stroke("KeyJ"), 0, true, true)).toEqual({ does: "nothing" });
    expect(keys.read(stroke("KeyK", { isComposing: true, ctrlKey: true }), 0, false, true)).toEqual({ does: "nothing" });
    expect(keys.read(stroke("KeyK", { keyCode: 229 }), 0, false, true)).toEqual({ does: "nothing" });
    expect(keys.read(stroke("KeyK", { metaKey: true }), 0, true, true)).toEqual({ does: "palette" });
  });

  it("has no single keys once they are switched off", () => {
    const keys = new Keystrokes();
    expect(keys.read(stroke("Slash"), 0, false, false)).toEqual({ does: "nothing" });
    expect(keys.read(stroke("KeyG"), 0, false, false)).toEqual({ does: "nothing" });
    expect(keys.read(stroke("KeyK", { ctrlKey: true }), 0, false, false)).toEqual({ does: "palette" });
  });

  it("tells ? from /", () => {
    const keys = new Keystrokes();
    expect(keys.read(stroke("Slash", { shiftKey: true }), 0, false, true)).toEqual({ does: "sheet" });
    expect(keys.read(stroke("Slash"), 0, false, true)).toEqual({ does: "search" });
  });
});
