/** Preferences the server must know before it draws a page are cookies; nothing personal is kept in one. */
const YEAR_SECONDS = 365 * 24 * 3600;

/** The text that keeps `name` for a year. */
export function cookie(name: string, value: string, secure: boolean): string {
  const rest = `;path=/;max-age=${YEAR_SECONDS};samesite=lax${secure ? ";secure" : ""}`;
  return `${encodeURIComponent(name)}=${encodeURIComponent(value)}${rest}`;
}

/** Keep `value` as the reader's choice of `name`. */
export function keep(name: string, value: string): void {
  document.cookie = cookie(name, value, location.protocol === "https:");
}
