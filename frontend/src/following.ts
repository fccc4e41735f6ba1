/** Choices that follow another one, without a browser. */

/** Those of `choices` that go with `code`; where a person chose, nothing follows. */
export function followed<One extends { name: string; value: string }>(
  choices: readonly One[],
  code: string,
  byHand: ReadonlySet<string>,
): One[] {
  return choices.filter((one) => one.value === code && !byHand.has(one.name));
}
