import { show } from "../openers";

/** A dialog that the server sends open, so that it can be read without a script; with one it waits to be opened. */
export class JzDialog extends HTMLElement {
  connectedCallback(): void {
    const dialog = this.querySelector("dialog");
    if (!dialog) return;
    dialog.removeAttribute("open");
    // A form that comes back with errors is shown again.
    if (dialog.querySelector(".field.wrong")) show(dialog);
  }
}
