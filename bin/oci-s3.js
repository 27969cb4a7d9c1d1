#!/usr/bin/env node
// `oci-s3 …` is `oci-store s3 …`.
process.argv.splice(2, 0, "s3")
void import("./oci-store.js")
