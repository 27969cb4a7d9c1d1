/**
 * The clouds that tests run over.
 * @module
 */
import { azure } from "./azure.ts"
import type { Cloud } from "./cloud.ts"
import { gcs } from "./gcs.ts"
import { s3 } from "./s3.ts"

export const CLOUDS: readonly Cloud[] = [s3, gcs, azure]
