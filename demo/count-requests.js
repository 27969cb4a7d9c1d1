#!/usr/bin/env node
// Stands in front of an object store and writes down what is asked of it: a line "METHOD PATH STATUS" per request.
//
//     node count-requests.js http://127.0.0.1:9000 requests.log     prints the address to use instead
import { appendFileSync } from "node:fs"
import { createServer, request } from "node:http"
import { pipeline } from "node:stream"

const [target, log] = process.argv.slice(2)

const proxy = createServer((incoming, outgoing) => {
  const { method, url, headers } = incoming
  const upstream = request(new URL(url, target), { method, headers }, (answer) => {
    appendFileSync(log, `${method} ${new URL(url, target).pathname} ${answer.statusCode}\n`)
    outgoing.writeHead(answer.statusCode, answer.rawHeaders)
    pipeline(answer, outgoing, () => undefined)
  })
  upstream.on("error", () => outgoing.destroy())
  pipeline(incoming, upstream, () => undefined)
})

proxy.requestTimeout = 0
proxy.listen(0, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${proxy.address().port}\n`))
