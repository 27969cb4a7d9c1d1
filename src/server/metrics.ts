/**
 * What the server counts.
 * @module
 */
import type { AccessLine, RequestStart } from "../http/middleware/access-log.ts"
import type { DriverCall } from "../storage/with-logging.ts"
import { createCounter, createHistogram } from "./prometheus.ts"

export interface Metrics {
  onStart(start: RequestStart): void
  onRequest(line: AccessLine): void
  onCall(call: DriverCall): void
  render(): string
}

const METHODS = new Set(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"])

const UPLOADING = new Set(["POST", "PATCH", "PUT"])

/** Outcomes of a call that are no failures. */
const FINE = new Set(["done", "absent"])

export function createMetrics(): Metrics {
  const requests = createCounter("oci_store_http_requests_total", "Requests answered.")
  const durations = createHistogram(
    "oci_store_http_request_duration_seconds",
    "Time from a request's headers to the last byte of its answer.",
  )
  const received = createCounter("oci_store_http_received_bytes_total", "Bytes of requests' bodies.")
  const sent = createCounter("oci_store_http_sent_bytes_total", "Bytes of answers' bodies.")
  const inFlight = createCounter(
    "oci_store_http_in_flight",
    "Requests, and uploads among them, at this moment.",
    "gauge",
  )
  const calls = createCounter("oci_store_storage_calls_total", "Calls of the storage driver.")
  const errors = createCounter("oci_store_storage_errors_total", "Calls of the storage driver that failed.")
  const latencies = createHistogram(
    "oci_store_storage_call_duration_seconds",
    "Time until the store's answer; for uploads since they began.",
  )
  for (const kind of ["requests", "uploads"]) inFlight.add({ kind }, 0)

  function fly({ method, route = "" }: RequestStart, change: 1 | -1): void {
    inFlight.add({ kind: "requests" }, change)
    const isUpload = route.includes("/blobs/uploads") && UPLOADING.has(method)
    if (isUpload) inFlight.add({ kind: "uploads" }, change)
  }

  return {
    onStart: (start) => fly(start, 1),

    onRequest(line) {
      fly(line, -1)
      const { method: given, route = "other", status, received: bytesIn, sent: bytesOut, milliseconds } = line
      const method = METHODS.has(given) ? given : "other"
      requests.add({ method, route, status })
      durations.observe({ method, route }, milliseconds / 1000)
      if (bytesIn > 0) received.add({ route }, bytesIn)
      if (bytesOut > 0) sent.add({ route }, bytesOut)
    },

    onCall({ driver, operation, outcome, milliseconds }) {
      calls.add({ driver, operation })
      latencies.observe({ driver, operation }, milliseconds / 1000)
      if (!FINE.has(outcome)) errors.add({ driver, operation, code: outcome })
    },

    render: () =>
      [requests, durations, received, sent, inFlight, calls, latencies, errors]
        .map((each) => each.render())
        .join(""),
  }
}
