/**
 * Errors of choosing a store, before there is a driver to fail.
 * @module
 */

/** An option that the store cannot do without and that neither user nor environment gave. A usage error. */
export class MissingOptionError extends Error {
  override readonly name = "MissingOptionError"
  /** The option's name as in the drivers' tables, without dashes. */
  readonly option: string

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.option = option
  }
}
