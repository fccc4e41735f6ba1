import { describe, expect, it } from "vitest";
import { followed } from "./following";

const choices = ["name", "phone"].flatMap((name) => ["C1", "C2"].map((value) => ({ name, value })));

describe("choices that follow the record that stays", () => {
  it("are those of its values", () => {
    expect(followed(choices, "C2", new Set())).toEqual([choices[1], choices[3]]);
  });

  it("are none where a person chose", () => {
    expect(followed(choices, "C2", new Set(["name"]))).toEqual([choices[3]]);
  });

  it("are none where it has no value", () => {
    expect(followed(choices.slice(0, 3), "C2", new Set())).toEqual([choices[1]]);
  });
});
