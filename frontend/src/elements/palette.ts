import { PALETTE } from "../events";
import { show } from "../openers";
import { meant, wrapped } from "../stepping";

const PAUSE_MS = 120;
const OPTION = '[role="option"]:not([hidden])';

/**
 * One field for everything. `data-url` answers `?q=` with HTML whose `role="option"` links are the results; the places
 * in the page itself are filtered here. The focus stays in the field, the arrows move the marked option.
 */
export class JzPalette extends HTMLElement {
  private pause = 0;
  private asked: AbortController | null = null;
  private readonly openUp = (): void => this.open();

  connectedCallback(): void {
    document.addEventListener(PALETTE, this.openUp);
    this.field?.addEventListener("input", () => this.type());
    this.addEventListener("keydown", (event) => this.walk(event));
    this.querySelector("form")?.addEventListener("submit", (event) => event.preventDefault());
    this.addEventListener("pointermove", (event) => {
      const option = (event.target as Element).closest<HTMLElement>(OPTION);
      if (option && !option.classList.contains("active")) this.mark(option);
    });
  }

  disconnectedCallback(): void {
    document.removeEventListener(PALETTE, this.openUp);
  }

  private get field(): HTMLInputElement | null {
    return this.querySelector("input");
  }

  private get results(): HTMLElement | null {
    return this.querySelector("[data-results]");
  }

  private open(): void {
    const dialog = this.querySelector("dialog");
    if (!dialog) return;
    show(dialog);
    this.field?.focus();
    this.field?.select();
    this.type();
  }

  private type(): void {
    const typed = this.field?.value.trim() ?? "";
    for (const place of this.querySelectorAll<HTMLElement>("[data-place]")) {
      place.hidden = !meant(typed, place.querySelector("span")?.textContent ?? "", place.dataset["place"] ?? "");
    }
    const places = this.querySelector<HTMLElement>('[role="group"]');
    if (places) places.hidden = !places.querySelector(OPTION);
    this.mark(this.querySelector<HTMLElement>(OPTION));
    clearTimeout(this.pause);
    this.asked?.abort();
    if (typed === "") this.results?.replaceChildren();
    else if (this.dataset["url"]) this.pause = window.setTimeout(() => void this.ask(typed), PAUSE_MS);
  }

  private async ask(typed: string): Promise<void> {
    const asked = (this.asked = new AbortController());
    try {
      const answer = await fetch(`${this.dataset["url"]}?q=${encodeURIComponent(typed)}`, {
        headers: { "HX-Request": "true" },
        signal: asked.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (asked.signal.aborted || !this.results) return;
      this.results.innerHTML = html;
      if (!this.results.querySelector(OPTION)) this.note(this.dataset["none"] ?? "");
    } catch {
      if (asked.signal.aborted) return;
      this.note(this.dataset["failed"] ?? "");
    }
    this.mark(this.querySelector<HTMLElement>(OPTION));
  }

  private note(text: string): void {
    const note = document.createElement("p");
    note.className = "palette-note";
    note.textContent = text;
    this.results?.replaceChildren(note);
  }

  private walk(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const options = [...this.querySelectorAll<HTMLElement>(OPTION)];
    const from = options.findIndex((option) => option.classList.contains("active"));
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (step) this.mark(options[wrapped(from, step, options.length)] ?? null);
    else if (event.code === "Escape") this.querySelector("dialog")?.close();
    else if (event.code === "Enter" || event.code === "NumpadEnter") options[from]?.click();
    else return;
    event.preventDefault();
  }

  private mark(option: HTMLElement | null): void {
    for (const other of this.querySelectorAll(".active")) {
      other.classList.remove("active");
      other.setAttribute("aria-selected", "false");
    }
    this.field?.removeAttribute("aria-activedescendant");
    if (!option) return;
    option.id ||= `palette-${[...this.querySelectorAll('[role="option"]')].indexOf(option)}`;
    option.classList.add("active");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.field?.setAttribute("aria-activedescendant", option.id);
  }
}
