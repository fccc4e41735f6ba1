/** Asks before a form with unsaved changes is left. The browser words the question. */
export class JzGuard extends HTMLElement {
  private changed = false;
  private readonly ask = (event: BeforeUnloadEvent): void => {
    if (this.changed) event.preventDefault();
  };

  connectedCallback(): void {
    this.addEventListener("input", () => (this.changed = true));
    this.addEventListener("submit", () => (this.changed = false));
    this.addEventListener("reset", () => (this.changed = false));
    window.addEventListener("beforeunload", this.ask);
  }

  disconnectedCallback(): void {
    window.removeEventListener("beforeunload", this.ask);
  }
}
