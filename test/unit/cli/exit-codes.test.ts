import { expect, it } from "vitest"
import { TransferError, type TransferErrorCode } from "../../../src/bridge/errors.ts"
import {
  DOCKER_OUTCOMES,
  EXIT_CODES,
  STORAGE_OUTCOMES,
  TRANSFER_OUTCOMES,
  UPKEEP_OUTCOMES,
} from "../../../src/cli/exit-codes.ts"
import { explain, outcomeOf } from "../../../src/cli/failure.ts"
import { UsageError } from "../../../src/cli/usage-error.ts"
import { DockerError, type DockerErrorCode } from "../../../src/docker/errors.ts"
import { SpoolError } from "../../../src/registry/temp-file.ts"
import { StorageError, type StorageErrorCode } from "../../../src/storage/driver.ts"
import type { UpkeepErrorCode } from "../../../src/upkeep/errors.ts"

/** All codes and what they lead to: a new code does not compile until it is here. */
const STORAGE: Record<StorageErrorCode, number> = {
  NOT_FOUND: 4,
  NO_SUCH_BUCKET: 4,
  WRONG_REGION: 4,
  CREDENTIALS: 4,
  ACCESS_DENIED: 4,
  PRECONDITION_FAILED: 4,
  UNSUPPORTED: 4,
  INVALID_RANGE: 4,
  UPLOAD_INVALID: 4,
  NO_SPACE: 4,
  UNAVAILABLE: 4,
  NOT_A_STORE: 4,
}
const DOCKER: Record<DockerErrorCode, number> = {
  ABSENT: 3,
  FORBIDDEN: 3,
  DIED: 3,
  TOO_OLD: 3,
  UNREACHABLE: 3,
  IMAGE_NOT_FOUND: 5,
  FAILED: 3,
}
const TRANSFER: Record<TransferErrorCode, number> = {
  IMAGE_ABSENT: 5,
  TAG_ABSENT: 5,
  TAG_EXISTS: 5,
  PLATFORM_ABSENT: 5,
  CONTENT_DAMAGED: 5,
  INCOMPLETE: 5,
}
const UPKEEP: Record<UpkeepErrorCode, number> = { TAG_ABSENT: 5, DAMAGED: 5, NOT_DELETED: 4 }

it.each([
  ["StorageError", STORAGE_OUTCOMES, STORAGE],
  ["DockerError", DOCKER_OUTCOMES, DOCKER],
  ["TransferError", TRANSFER_OUTCOMES, TRANSFER],
  ["UpkeepError", UPKEEP_OUTCOMES, UPKEEP],
])("maps every code of %s", (_, outcomes, expected) => {
  const codes = Object.fromEntries(Object.entries(outcomes).map(([name, { code }]) => [name, code]))
  expect(codes).toEqual(expected)
})

it.each([
  [new UsageError("x"), 2],
  [new StorageError("ACCESS_DENIED", "x", { driver: "s3" }), 4],
  [new StorageError("NO_SPACE", "a quota", { driver: "s3" }), 4],
  [new StorageError("NO_SPACE", "a disk", { driver: "file" }), 1],
  [new DockerError("DIED", "x"), 3],
  [new TransferError("TAG_ABSENT", "x"), 5],
  [new SpoolError("x"), 1],
  [new TypeError("x"), 1],
  ["no error at all", 1],
])("%s", (error, code) => {
  expect(outcomeOf(error).code).toBe(code)
  expect(EXIT_CODES.flatMap(([codes]) => [...codes])).toContain(code)
})

it.each([
  [new Error("Something is wrong"), "Error: Something is wrong.\n"],
  [new Error("Something is wrong."), "Error: Something is wrong.\n"],
  [new Error("To create it: aws s3 mb s3://bucket"), "Error: To create it: aws s3 mb s3://bucket\n"],
  [new Error("Try `docker ps`"), "Error: Try `docker ps`\n"],
  [new Error(""), "Error: Error.\n"],
  ["thrown text", "Error: thrown text.\n"],
])("writes %j as a sentence", (error, text) => {
  expect(explain(error, { code: 1 })).toBe(text)
  expect(explain(error, { code: 1, hint: "Do." })).toBe(`${text}Hint: Do.\n`)
})
