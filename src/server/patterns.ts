/**
 * Patterns of repository names: `*` stands for anything within a part, `**` for any number of parts.
 * @module
 */

export function isPattern(text: string): boolean {
  return /^[a-z0-9*](?:[a-z0-9._*/-]*[a-z0-9*])?$/.test(text) && !text.includes("//") && !text.includes("***")
}

export function matches(pattern: string, name: string): boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : part.replaceAll(".", "\\.")))
  return new RegExp(`^${source.join("")}$`).test(name)
}
