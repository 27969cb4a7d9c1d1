/**
 * The list of repositories.
 * @see https://distribution.github.io/distribution/spec/api/#listing-repositories
 * @module
 */
import { isRepositoryName, type RepositoryName } from "../oci/reference.ts"
import type { RegistryContext } from "./context.ts"
import { type Page, pageOf, type PageOptions } from "./pages.ts"
import { isRepository, walkRepositories } from "./repositories.ts"

/** Whether whoever asks may see the repository. */
export type Visible = (name: RepositoryName) => boolean

export interface Catalog {
  /** Names in code-unit order. */
  list(visible: Visible, options?: PageOptions): Promise<Page<RepositoryName>>
}

export function createCatalog({ driver }: RegistryContext): Catalog {
  return {
    list(visible, options = {}) {
      async function* names(): AsyncGenerator<RepositoryName> {
        for await (const { name, exists } of walkRepositories(driver, { after: options.last })) {
          if (exists && visible(name)) yield name
        }
      }
      const has = async (name: string): Promise<boolean> =>
        isRepositoryName(name) && visible(name) && (await isRepository(driver, name))
      return pageOf(names(), has, options)
    },
  }
}
