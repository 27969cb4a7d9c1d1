/**
 * Patterns of repository names: `*` stands for anything without a slash, `**` for anything.
 * @module
 */

export function isPattern(text: string): boolean {
  return /^[a-z0-9*](?:[a-z0-9._*/-]*[a-z0-9*])?$/.test(text) && !/\/\/|\*{3}/.test(text)
}

/** Whether any of the patterns fits a name. */
export function matcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(
    (pattern) => new RegExp(`^${pattern.split(/(\*+)/).map(toSource).join("")}$`),
  )
  return (name) => expressions.some((expression) => expression.test(name))
}

function toSource(part: string): string {
  if (part === "**") return ".*"
  return part === "*" ? "[^/]*" : part.replaceAll(".", "\\.")
}
