import { followed } from "../following";

/** Takes over the values of the record that is chosen to stay, except where a person chose a value. */
export class JzSurvivor extends HTMLElement {
  private readonly byHand = new Set<string>();

  connectedCallback(): void {
    this.addEventListener("change", (event) => {
      const radio = event.target as HTMLInputElement;
      if (radio.name !== "survivor") this.byHand.add(radio.name);
      else for (const one of followed(this.kept(), radio.value, this.byHand)) one.checked = true;
    });
  }

  private kept(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>("input[type=radio]:not([name=survivor])")];
  }
}
