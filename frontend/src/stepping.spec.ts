import { describe, expect, it } from "vitest";
import { cookie } from "./cookies";
import { meant, stepped, wrapped } from "./stepping";

describe("stepping", () => {
  it("stays inside the list", () => {
    expect([stepped(-1, 1, 3), stepped(2, 1, 3), stepped(0, -1, 3), stepped(-1, -1, 3), stepped(0, 1, 0)]).toEqual([
      0, 2, 0, 2, -1,
    ]);
  });

  it("wraps around", () => {
    expect([wrapped(2, 1, 3), wrapped(0, -1, 3), wrapped(-1, -1, 3), wrapped(0, 1, 0)]).toEqual([0, 2, 2, -1]);
  });

  it("finds a place by its name in the page's language or by its code", () => {
    expect(meant("客", "客户", "customers")).toBe(true);
    expect(meant("Cust", "客户", "customers")).toBe(true);
    expect(meant("", "客户", "customers")).toBe(true);
    expect(meant("苏州", "客户", "customers")).toBe(false);
  });
});

describe("cookie", () => {
  it("keeps a choice for a year, on secure pages only over a secure line", () => {
    expect(cookie("theme", "dark", false)).toBe("theme=dark;path=/;max-age=31536000;samesite=lax");
    expect(cookie("a b", "c;d", true)).toBe("a%20b=c%3Bd;path=/;max-age=31536000;samesite=lax;secure");
  });
});
