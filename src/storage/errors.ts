/**
 * Errors of choosing a store, before there is a driver to fail.
 * @module
 */

/** An option that cannot be used as it is, alone or beside others. A usage error. */
export class OptionError extends Error {
  override readonly name: string = "OptionError"
  /** The option's name as in the drivers' tables, without dashes. */
  readonly option: string

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.option = option
  }
}

/** An option that the store cannot do without and that neither user nor environment gave. */
export class MissingOptionError extends OptionError {
  override readonly name = "MissingOptionError"
}
