import { TOAST, type Toast } from "../events";

const SHOWN_MS = 6000;
const MOST = 3;

/** Short messages at the lower edge, spoken politely; also what failed in the background is said here. */
export class JzToasts extends HTMLElement {
  private readonly hear = (event: Event): void => this.say((event as CustomEvent<Toast>).detail);
  private readonly fail = (): void => this.say({ text: this.dataset["failed"] ?? "", tone: "danger" });
  private readonly lose = (): void => this.say({ text: this.dataset["offline"] ?? "", tone: "danger" });

  connectedCallback(): void {
    document.addEventListener(TOAST, this.hear);
    document.addEventListener("htmx:responseError", this.fail);
    document.addEventListener("htmx:sendError", this.lose);
  }

  disconnectedCallback(): void {
    document.removeEventListener(TOAST, this.hear);
    document.removeEventListener("htmx:responseError", this.fail);
    document.removeEventListener("htmx:sendError", this.lose);
  }

  private say(toast: Toast | undefined): void {
    if (!toast?.text) return;
    const box = document.createElement("div");
    box.className = `toast ${toast.tone ?? ""}`;
    box.textContent = toast.text;
    this.append(box);
    while (this.children.length > MOST) this.firstElementChild?.remove();
    // A message under the pointer waits until it is left.
    const end = (): void => (box.matches(":hover") ? void setTimeout(end, 1000) : box.remove());
    setTimeout(end, SHOWN_MS);
  }
}
