import { tellPointing } from "../pointing";

/** The provinces as squares: pointing at one lights the rows with its key, and the other way round. */
export class JzTilemap extends HTMLElement {
  connectedCallback(): void {
    tellPointing(this);
    this.addEventListener("keydown", (event) => this.walk(event));
  }

  // The nearest square in the arrow's direction, sideways steps counted double.
  private walk(event: KeyboardEvent): void {
    const [right, down] = DIRECTIONS[event.code] ?? [0, 0];
    const from = event.target as HTMLElement;
    if ((right === 0 && down === 0) || !from.matches(".tile")) return;
    const here = from.getBoundingClientRect();
    let nearest: HTMLElement | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const tile of this.querySelectorAll<HTMLElement>(".tile[href]")) {
      const there = tile.getBoundingClientRect();
      const [x, y] = [there.x - here.x, there.y - here.y];
      const along = x * right + y * down;
      const aside = Math.abs(x * down) + Math.abs(y * right);
      if (along > 1 && along + 2 * aside < least) [nearest, least] = [tile, along + 2 * aside];
    }
    if (nearest) nearest.focus();
    event.preventDefault();
  }
}

const DIRECTIONS: Record<string, readonly [number, number]> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};
