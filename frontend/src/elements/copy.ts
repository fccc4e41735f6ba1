import { send, TOAST, type Toast } from "../events";

/** Copies `data-copy` (a relative address becomes a full one) and says so. */
export class JzCopy extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
      if (button) void this.copy(button);
    });
  }

  private async copy(button: HTMLElement): Promise<void> {
    const value = button.dataset["copy"] ?? "";
    const text = value.startsWith("/") || value.startsWith("?") ? new URL(value, location.href).href : value;
    await navigator.clipboard.writeText(text).catch(() => byHand(text));
    send<Toast>(this, TOAST, { text: button.dataset["done"] ?? "", tone: "ok" });
  }
}

// Pages over plain HTTP, usual in an intranet, have no clipboard of their own.
function byHand(text: string): void {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
