/**
 * What a verification tells whoever watches it.
 * @module
 */
export type VerifyEvent =
  /** An object is to be looked at; of how many bytes, as far as a manifest says. */
  | { readonly type: "found"; readonly bytes: number }
  | { readonly type: "read"; readonly bytes: number }
  /** An object has been looked at; `known`: it was found good before, and now has been asked for its size only. */
  | { readonly type: "checked"; readonly bytes: number; readonly known: boolean }
  | { readonly type: "tag"; readonly label: string }
  /** Something that the user should know although nothing is damaged. */
  | { readonly type: "warning"; readonly text: string }

export type OnVerifyEvent = (event: VerifyEvent) => void
