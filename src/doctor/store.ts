/**
 * The store that is looked at, and what checks find out for those after them. Whatever they wrote is gone when it is disposed of.
 * @module
 */
import type { RepositoryName } from "../oci/reference.ts"
import type { Question } from "../storage/diagnosis.ts"
import type { StorageDriver } from "../storage/driver.ts"
import type { DriverEntry, OptionValues } from "../storage/drivers.ts"

export interface StoreQuestion extends Omit<Question, "signal" | "location" | "required"> {
  readonly backend: DriverEntry
  /** The bucket's name or the folder's path. */
  readonly location: string
  /** An image that is expected there. */
  readonly repository: RepositoryName | undefined
  /** Nothing is written or deleted. */
  readonly readOnly: boolean
  /** Opens the store under these options. */
  open(options: OptionValues): Promise<StorageDriver>
}

/** An object that was written to see whether it can be. */
interface Trial {
  readonly key: string
  /** It was found out that it cannot be deleted. */
  stays: boolean
}

export class ExaminedStore implements AsyncDisposable {
  readonly question: StoreQuestion
  /** Whatever its answer was. */
  answers = false
  mayList = false
  /** The first object of the layout. */
  firstKey: string | undefined
  trial: Trial | undefined
  #driver: Promise<StorageDriver> | undefined

  constructor(question: StoreQuestion) {
    this.question = question
  }

  /** @throws MissingOptionError, StorageError */
  driver(): Promise<StorageDriver> {
    this.#driver ??= this.question.open(this.question.options)
    return this.#driver
  }

  /** Without the caller's signal: to clean up is what is left when that has fired. */
  async [Symbol.asyncDispose](): Promise<void> {
    const driver = await this.#driver?.catch(() => undefined)
    if (!driver) return
    if (this.trial && !this.trial.stays) await driver.delete(this.trial.key).catch(() => undefined)
    await driver[Symbol.asyncDispose]()
  }
}
