#!/usr/bin/env node
// Old syntax on purpose: an old Node has to read this far to be able to say that it is too old.
import { spawn } from "child_process"
import { existsSync } from "fs"
import module from "module"
import { fileURLToPath } from "url"

// Proxies are Node's own work from these on.
var NEEDED = [
  [22, 21],
  [24, 5],
]
var PINNED = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url))
var args = process.argv.slice(2)

function isRecent() {
  var version = process.versions.node.split(".").map(Number)
  var newest = NEEDED[NEEDED.length - 1]
  if (version[0] > newest[0]) return true
  return NEEDED.some(function (needed) {
    return version[0] === needed[0] && version[1] >= needed[1]
  })
}

function end(code) {
  process.exitCode = code
}

function run(program) {
  return program.main(args)
}

// Runs this file once more, on the Node that comes with the development dependencies, and ends as that ends.
function rerun() {
  var child = spawn(PINNED, [fileURLToPath(import.meta.url)].concat(args), { stdio: "inherit" })
  // A terminal's Ctrl-C and hang-up reach the child too: this process only has to outlive it.
  process.on("SIGINT", function () {})
  process.on("SIGHUP", function () {})
  process.on("SIGTERM", function () {
    child.kill("SIGTERM")
  })
  child.on("exit", function (code, signal) {
    if (signal === null) return end(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

if (isRecent()) {
  if (module.enableCompileCache) module.enableCompileCache()
  void import("../dist/main.js").then(run).then(end)
} else if (existsSync(PINNED)) {
  rerun()
} else {
  console.error("oci-store needs Node 22.21 or newer, or 24.5 or newer, this is " + process.versions.node)
  end(1)
}
