/** Buttons that open and close dialogs: `data-opens="name"`, `data-closes`; a click beside a dialog closes it. */
import { PALETTE, send } from "./events";

export function followOpeners(root: Document): void {
  root.addEventListener("click", (event) => {
    const target = event.target as Element;
    const opener = target.closest<HTMLElement>("[data-opens]");
    if (opener && open(root, opener.dataset["opens"] ?? "")) event.preventDefault();
    if (target.closest("[data-palette]")) send(root, PALETTE);
    if (target.closest("[data-closes]")) target.closest("dialog")?.close();
    if (target instanceof HTMLDialogElement && target.open && beside(target, event)) target.close();
  });
}

/** Open the dialog `name`; false where the page has none. */
export function open(root: Document, name: string): boolean {
  const dialog = root.querySelector<HTMLDialogElement>(`dialog[data-dialog="${CSS.escape(name)}"]`);
  if (!dialog) return false;
  show(dialog);
  return true;
}

/** Show `dialog` above the page, whatever state the server sent it in. */
export function show(dialog: HTMLDialogElement): void {
  if (dialog.matches(":modal")) return;
  dialog.removeAttribute("open");
  dialog.showModal();
}

function beside(dialog: HTMLDialogElement, event: MouseEvent): boolean {
  const box = dialog.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
