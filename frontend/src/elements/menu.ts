import { wrapped } from "../stepping";

/** A `<details>` as a menu: one open at a time, arrows walk it, Escape and a click elsewhere close it. */
export class JzMenu extends HTMLElement {
  private readonly closeFromAfar = (event: Event): void => {
    if (!this.contains(event.target as Node)) this.close();
  };

  connectedCallback(): void {
    this.addEventListener("keydown", (event) => this.walk(event));
    document.addEventListener("click", this.closeFromAfar);
    document.addEventListener("focusin", this.closeFromAfar);
  }

  disconnectedCallback(): void {
    document.removeEventListener("click", this.closeFromAfar);
    document.removeEventListener("focusin", this.closeFromAfar);
  }

  private close(): void {
    this.querySelector("details")?.removeAttribute("open");
  }

  private walk(event: KeyboardEvent): void {
    const details = this.querySelector("details");
    if (!details) return;
    if (event.code === "Escape" && details.open) {
      this.close();
      details.querySelector("summary")?.focus();
      event.preventDefault();
    }
    if (event.code !== "ArrowDown" && event.code !== "ArrowUp") return;
    event.preventDefault();
    details.open = true;
    const entries = [...details.querySelectorAll<HTMLElement>(".menu-body a, .menu-body button, .menu-body input")];
    const from = entries.indexOf(document.activeElement as HTMLElement);
    entries[wrapped(from, event.code === "ArrowDown" ? 1 : -1, entries.length)]?.focus();
  }
}
