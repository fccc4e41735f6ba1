import { STEP, type Step } from "../events";
import { tellPointing } from "../pointing";
import { stepped } from "../stepping";

const ACTIVE = "a, button, input, select, textarea, label, summary, [tabindex]:not(tr, jz-table)";

/** A table whose rows lead somewhere and may be chosen; everything in it also works without this element. */
export class JzTable extends HTMLElement {
  connectedCallback(): void {
    tellPointing(this);
    this.addEventListener("click", (event) => this.follow(event));
    this.addEventListener("auxclick", (event) => this.follow(event));
    this.addEventListener("change", (event) => this.choose(event.target as HTMLInputElement));
    this.addEventListener(STEP, (event) => this.step((event as CustomEvent<Step>).detail.step));
    this.addEventListener("keydown", (event) => {
      const row = event.target as HTMLElement;
      if (event.code === "Enter" && row.matches("tr[data-href]")) this.go(row, event.ctrlKey || event.metaKey);
    });
    this.count();
  }

  private get rows(): HTMLTableRowElement[] {
    return [...this.querySelectorAll<HTMLTableRowElement>("tbody > tr:not([hidden])")];
  }

  private follow(event: MouseEvent): void {
    const target = event.target as Element;
    const row = target.closest<HTMLElement>("tr[data-href]");
    if (!row || target.closest(ACTIVE) || event.button > 1 || String(getSelection()) !== "") return;
    this.go(row, event.ctrlKey || event.metaKey || event.button === 1);
  }

  private go(row: HTMLElement, beside: boolean): void {
    const address = row.dataset["href"] ?? "";
    const link = row.querySelector<HTMLAnchorElement>(`a[href="${CSS.escape(address)}"]`);
    if (beside) window.open(address, "_blank", "noopener");
    else if (link) link.click();
    else location.assign(address);
  }

  private step(by: number): void {
    const rows = this.rows;
    const from = rows.findIndex((row) => row.contains(document.activeElement));
    const row = by === 0 ? rows[from] : rows[stepped(from, by, rows.length)];
    if (!row) return;
    if (by === 0) row.querySelector<HTMLInputElement>(".pick input")?.click();
    row.tabIndex = -1;
    row.focus();
  }

  private choose(box: HTMLInputElement): void {
    if (box.matches("[data-all]")) {
      for (const row of this.rows) {
        const own = row.querySelector<HTMLInputElement>(".pick input");
        if (own) own.checked = box.checked;
      }
    }
    if (box.closest(".pick")) this.count();
  }

  private count(): void {
    const boxes = this.rows.flatMap((row) => row.querySelector<HTMLInputElement>(".pick input") ?? []);
    for (const box of boxes) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
    const chosen = boxes.filter((box) => box.checked).length;
    const all = this.querySelector<HTMLInputElement>("[data-all]");
    if (all) {
      all.checked = chosen > 0 && chosen === boxes.length;
      all.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    // The bar of what to do with the chosen rows stands in the table or in the form around it.
    const scope: Element = this.closest("form") ?? this;
    for (const bar of scope.querySelectorAll<HTMLElement>("[data-bulk]")) bar.hidden = chosen === 0;
    for (const number of scope.querySelectorAll("[data-chosen]")) number.textContent = String(chosen);
  }
}
