import { show } from "../openers";

/** A form that is sent once its `<dialog>` is closed with `yes`. Without a script it is sent as it is. */
export class JzConfirm extends HTMLElement {
  private sure = false;

  connectedCallback(): void {
    // In the capturing phase, so that htmx does not see what is not yet confirmed.
    this.addEventListener("submit", (event) => this.ask(event), true);
  }

  private ask(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    const dialog = this.querySelector("dialog");
    if (form.method === "dialog" || !dialog) return;
    if (this.sure) {
      this.sure = false;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const button = event.submitter;
    dialog.returnValue = "";
    show(dialog);
    dialog.addEventListener("close", () => this.answer(dialog.returnValue, form, button), { once: true });
  }

  private answer(value: string, form: HTMLFormElement, button: HTMLElement | null): void {
    if (value !== "yes") return;
    this.sure = true;
    form.requestSubmit(button instanceof HTMLButtonElement && button.form === form ? button : null);
  }
}
