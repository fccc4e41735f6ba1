/** Things with the same `data-key` light up together: a tile and its rows, a row and its tile. */
import { POINT, send, type Point } from "./events";

export function followPointing(root: Document): void {
  root.addEventListener(POINT, (event) => {
    const { key } = (event as CustomEvent<Point>).detail;
    for (const lit of root.querySelectorAll(".pointed")) lit.classList.remove("pointed");
    if (key === null) return;
    for (const same of root.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)) same.classList.add("pointed");
  });
}

/** Tell the page which of `host`'s children with a `data-key` is pointed at or focused. */
export function tellPointing(host: HTMLElement): void {
  const tell = (event: Event): void => {
    const key = (event.target as Element).closest<HTMLElement>("[data-key]")?.dataset["key"] ?? null;
    send<Point>(host, POINT, { key });
  };
  const leave = (): void => send<Point>(host, POINT, { key: null });
  host.addEventListener("pointerover", tell);
  host.addEventListener("focusin", tell);
  host.addEventListener("pointerleave", leave);
  host.addEventListener("focusout", leave);
}
