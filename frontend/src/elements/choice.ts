import { keep } from "../cookies";
import { CHOICE, send, type Choice } from "../events";

/**
 * One of a few: links with `data-value`. The choice is kept in the cookie `name`, written to the page's `attribute`, or
 * the page comes again (`reload`). Without a script the links themselves ask for it, for one page.
 */
export class JzChoice extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<HTMLElement>("[data-value]");
      if (!link) return;
      event.preventDefault();
      this.choose(link);
    });
  }

  private choose(link: HTMLElement): void {
    const name = this.getAttribute("name") ?? "";
    const value = link.dataset["value"] ?? "";
    keep(name, value);
    for (const other of this.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    const attribute = this.getAttribute("attribute");
    if (attribute) document.documentElement.setAttribute(attribute, value);
    send<Choice>(this, CHOICE, { name, value });
    this.closest("details")?.removeAttribute("open");
    if (this.hasAttribute("reload")) comeAgain(name);
  }
}

function comeAgain(name: string): void {
  const address = new URL(location.href);
  if (address.searchParams.has(name)) {
    address.searchParams.delete(name);
    location.replace(address);
  } else location.reload();
}
