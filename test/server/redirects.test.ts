/**
 * A server that sends clients to the bucket, as they and its log see it.
 */
import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, request, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { once } from "node:events"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { describeWithVersitygw } from "../storage/s3/setup.ts"
import { MiB } from "../support/bytes.ts"
import { image } from "../support/oci-content.ts"
import { programsMissing, run, succeed } from "../support/programs.ts"
import { startServer } from "../support/server.ts"
import { tarArchive, tarFile } from "../support/tar.ts"
import { startVersitygw, type Versitygw } from "../support/versitygw.ts"
