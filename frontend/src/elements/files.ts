/** Shows by name which files were chosen or dropped: the browser's own words are in the browser's language. */
export class JzFiles extends HTMLElement {
  connectedCallback(): void {
    this.classList.add("ready");
    this.addEventListener("change", () => this.tell());
    this.tell();
  }

  private tell(): void {
    const names = this.querySelector<HTMLElement>("[data-names]");
    const files = this.querySelector<HTMLInputElement>("input[type=file]")?.files;
    names?.replaceChildren(
      ...Array.from(files ?? [], (file) => {
        const name = document.createElement("b");
        name.textContent = file.name;
        return name;
      }),
    );
  }
}
