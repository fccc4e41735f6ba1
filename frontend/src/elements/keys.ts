import { keep } from "../cookies";
import { PALETTE, send, STEP, type Step } from "../events";
import { Keystrokes, type Meaning } from "../keystrokes";
import { show } from "../openers";

const FIELDS = "input:not([type=checkbox],[type=radio],[type=button],[type=submit]),textarea,select,[contenteditable]";

/** The keyboard: the sheet of keys, places by G, keys of the page by `data-keys`, rows by J and K. */
export class JzKeys extends HTMLElement {
  private readonly strokes = new Keystrokes();
  private readonly press = (event: KeyboardEvent): void => this.read(event);

  connectedCallback(): void {
    document.addEventListener("keydown", this.press);
    this.querySelector("[data-single]")?.addEventListener("change", (event) => {
      const on = (event.target as HTMLInputElement).checked;
      document.documentElement.toggleAttribute("data-keys-off", !on);
      keep("keys", on ? "on" : "off");
    });
    this.listKeysOfThePage();
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.press);
  }

  private read(event: KeyboardEvent): void {
    if (event.defaultPrevented) return;
    const typing = (event.target as Element).closest?.(FIELDS) != null;
    const single = !document.documentElement.hasAttribute("data-keys-off");
    const meaning = this.strokes.read(event, performance.now(), typing, single);
    if (meaning.does !== "palette" && document.querySelector("dialog:modal")) return;
    if (this.act(meaning)) event.preventDefault();
  }

  private act(meaning: Meaning): boolean {
    switch (meaning.does) {
      case "palette":
        send(document, PALETTE);
        return true;
      case "search":
        return search();
      case "sheet":
        this.openSheet();
        return true;
      case "step":
        return step(meaning.step);
      case "choose":
        return step(0);
      case "go":
        return click(`[data-go="${meaning.code}"]`);
      case "press":
        return click(`[data-keys="${meaning.code}"]`);
      default:
        return false;
    }
  }

  private openSheet(): void {
    this.listKeysOfThePage();
    const sheet = this.querySelector("dialog");
    if (sheet) show(sheet);
  }

  private listKeysOfThePage(): void {
    const section = this.querySelector<HTMLElement>("[data-page-keys]");
    const list = section?.querySelector("dl");
    if (!section || !list) return;
    const buttons = [...document.querySelectorAll<HTMLElement>("[data-keys]")];
    section.hidden = buttons.length === 0;
    list.replaceChildren(...buttons.map((button) => line(button)));
  }
}

function line(button: HTMLElement): HTMLElement {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  term.textContent = (button.textContent?.trim() || button.getAttribute("aria-label")) ?? "";
  const value = document.createElement("dd");
  const key = document.createElement("kbd");
  key.textContent = (button.dataset["keys"] ?? "").replace(/^(Key|Digit)/, "");
  value.append(key);
  row.append(term, value);
  return row;
}

function search(): boolean {
  const field = document.querySelector<HTMLInputElement>("main [data-search], main input[type=search]");
  if (field) field.focus();
  else send(document, PALETTE);
  return true;
}

function step(by: number): boolean {
  const table = document.activeElement?.closest("jz-table") ?? document.querySelector("main jz-table");
  if (table) send<Step>(table, STEP, { step: by });
  return table !== null;
}

function click(selector: string): boolean {
  const target = document.querySelector<HTMLElement>(selector);
  target?.click();
  return target !== null;
}
