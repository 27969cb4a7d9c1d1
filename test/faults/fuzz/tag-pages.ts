/**
 * Lists of tags in pages: whoever follows the links sees each tag once, in order.
 * @module
 */
import * as fc from "fast-check"
import type { RepositoryName, Tag } from "../../../src/oci/reference.ts"
import { tagCurrent } from "../../../src/registry/layout.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import { createTestRegistry } from "../../support/registry.ts"
import type { Property } from "./property.ts"
import { STORED } from "./content.ts"
import { digests, tags } from "./texts.ts"

const NAME = STORED.name as RepositoryName

export const tagPages: Property = {
  name: "pages of tags",
  share: 0.05,
  property: () =>
    fc.asyncProperty(
      fc.uniqueArray(tags, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      digests,
      async (all, limit, digest) => {
        const driver = createMemoryDriver()
        for (const tag of all) await driver.write(tagCurrent(NAME, tag as Tag), Buffer.from(digest))
        const { app } = createTestRegistry({}, driver)
        const seen: string[] = []
        for (let next: string | undefined = `/v2/${NAME}/tags/list?n=${limit}`; next !== undefined;) {
          const page = await app.request(next)
          const { tags } = (await page.json()) as { readonly tags: readonly string[] }
          if (tags.length > limit) throw new Error(`${tags.length} tags on a page of ${limit}`)
          seen.push(...tags)
          if (seen.length > all.length) throw new Error(`more than there are: ${seen.join(", ")}`)
          next = /^<([^>]*)>; rel="next"$/.exec(page.headers.get("link") ?? "")?.[1]
        }
        const expected = all.toSorted((a, b) => (a < b ? -1 : 1))
        if (seen.join() !== expected.join()) throw new Error(`${seen.join()} in place of ${expected.join()}`)
      },
    ),
}
