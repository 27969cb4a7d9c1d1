/**
 * Replies as real engines sent them, with fewer lines in the middle. Classic: engine 20.10.24. Containerd: moby 2.0 beta.
 * @module
 */

const CLASSIC_DIGEST = "sha256:42f3902c1d097ff73ce01f4267485e7cf70cf840c0ff944fbf82ab873216f186"
const CONTAINERD_DIGEST = "sha256:0f9fa791b6623e692fa864ac93c14802baec51ee11aeb5dc0bdaded543b4bb69"

export const CLASSIC_PUSH = [
  `{"status":"The push refers to repository [127.0.0.1:15701/team/a]"}`,
  `{"status":"Preparing","progressDetail":{},"id":"902c0ee5e5f5"}`,
  `{"status":"Preparing","progressDetail":{},"id":"fa19cefd582e"}`,
  `{"status":"Pushing","progressDetail":{"current":33280,"total":2000000},"progress":"[\\u003e      ]  33.28kB/2MB","id":"fa19cefd582e"}`,
  `{"status":"Pushing","progressDetail":{"current":2001920,"total":2000000},"progress":"[======\\u003e]  2.002MB","id":"fa19cefd582e"}`,
  `{"status":"Pushed","progressDetail":{},"id":"fa19cefd582e"}`,
  `{"status":"Layer already exists","progressDetail":{},"id":"902c0ee5e5f5"}`,
  `{"status":"v1: digest: ${CLASSIC_DIGEST} size: 944"}`,
  `{"progressDetail":{},"aux":{"Tag":"v1","Digest":"${CLASSIC_DIGEST}","Size":944}}`,
]

export const CONTAINERD_PUSH = [
  `{"status":"The push refers to repository [127.0.0.1:15701/team/a]"}`,
  `{"status":"Waiting","progressDetail":{},"id":"cb57c0688a1c"}`,
  `{"status":"Pushing","progressDetail":{"current":70254592,"total":150001664},"id":"cb57c0688a1c"}`,
  `{"status":"Pushed","progressDetail":{},"id":"cb57c0688a1c"}`,
  `{"status":"v1: digest: ${CONTAINERD_DIGEST} size: 737"}`,
]

/** One platform of the index is not there. */
export const CONTAINERD_PARTIAL_PUSH = [
  `{"status":"The push refers to repository [127.0.0.1:15701/multi]"}`,
  `{"status":"Pushed","progressDetail":{},"id":"e9dac14e6f35"}`,
  `{"progressDetail":{},"aux":{"manifestPushedInsteadOfIndex":true,` +
    `"originalIndex":{"mediaType":"application/vnd.oci.image.index.v1+json",` +
    `"digest":"sha256:ba6d3c7d67bd0ab2d58b0be826d0d118f771daa802398464bdcea687e2b76f94","size":868},` +
    `"selectedManifest":{"mediaType":"application/vnd.oci.image.manifest.v1+json",` +
    `"digest":"sha256:03dc458a66566c0eb5bfb1e8ba110f132d9fbe01be3a5bfcc5b1ccd31a130a01","size":401,` +
    `"platform":{"architecture":"amd64","os":"linux"}}}}`,
  `{"status":"v1: digest: sha256:03dc458a66566c0eb5bfb1e8ba110f132d9fbe01be3a5bfcc5b1ccd31a130a01 size: 401"}`,
]

export const CLASSIC_PULL = [
  `{"status":"Pulling from team/a","id":"v1"}`,
  `{"status":"Pulling fs layer","progressDetail":{},"id":"902c0ee5e5f5"}`,
  `{"status":"Downloading","progressDetail":{"current":2048,"total":2048},"progress":"[==\\u003e]  2.048kB/2.048kB","id":"902c0ee5e5f5"}`,
  `{"status":"Verifying Checksum","progressDetail":{},"id":"902c0ee5e5f5"}`,
  `{"status":"Pull complete","progressDetail":{},"id":"902c0ee5e5f5"}`,
  `{"status":"Digest: ${CONTAINERD_DIGEST}"}`,
  `{"status":"Status: Downloaded newer image for 127.0.0.1:15701/team/a:v1"}`,
]

export const CONTAINERD_PULL = [
  `{"status":"Pulling from team/a","id":"v1"}`,
  `{"status":"Pulling fs layer","progressDetail":{},"id":"902c0ee5e5f5"}`,
  `{"status":"Download complete","progressDetail":{"hidecounts":true},"id":"902c0ee5e5f5"}`,
  `{"status":"Pull complete","progressDetail":{},"id":"902c0ee5e5f5"}`,
  `{"status":"Digest: ${CONTAINERD_DIGEST}"}`,
  `{"status":"Status: Image is up to date for 127.0.0.1:15701/team/a:v1"}`,
]

/** Podman 4.3's own API. */
export const PODMAN_PULL = [
  `{"stream":"Trying to pull 127.0.0.1:46513/team/app:v1...\\n"}`,
  `{"stream":"Getting image source signatures\\n"}`,
  `{"stream":"Copying blob sha256:53b475810751e0fd2774f3217b83153e3d8347b584f6cd4b08413a0f08378116\\n"}`,
  `{"stream":"Copying blob sha256:b8c810c50c7529afa4f057d4e4e1a8a36b8fe68a75f4bff6fce3272f88fda518\\n"}`,
  `{"stream":"Copying config sha256:b5189ba7c662906e551330e4eab252324c22bc1e490fc819777cae325b75f8d1\\n"}`,
  `{"stream":"Writing manifest to image destination\\n"}`,
  `{"stream":"Storing signatures\\n"}`,
  `{"images":["b5189ba7c662906e551330e4eab252324c22bc1e490fc819777cae325b75f8d1"],"id":"b5189ba7c662906e551330e4eab252324c22bc1e490fc819777cae325b75f8d1"}`,
]
export const PODMAN_FAILED_PULL = [
  `{"stream":"Trying to pull 127.0.0.1:5999/team/new:1...\\n"}`,
  `{"error":"initializing source docker://127.0.0.1:5999/team/new:1: reading manifest 1 in 127.0.0.1:5999/team/new: StatusCode: 400, "}`,
]

/** What each engine says at the end of a reply with status 200. */
export const FAILED_PUSHES = {
  "classic, wrong credentials": {
    code: "FAILED",
    line: `{"errorDetail":{"message":"unauthorized: authentication required"},"error":"unauthorized: authentication required"}`,
  },
  "containerd, wrong credentials": {
    code: "FAILED",
    line: `{"error":"unknown: unexpected status from HEAD request to http://127.0.0.1:15701/v2/team/a/manifests/v1: 401 Unauthorized","errorDetail":{"message":"unknown: unexpected status from HEAD request to http://127.0.0.1:15701/v2/team/a/manifests/v1: 401 Unauthorized"}}`,
  },
  "classic, registry gone": {
    code: "FAILED",
    line: `{"errorDetail":{"message":"dial tcp 127.0.0.1:15702: connect: connection refused"},"error":"dial tcp 127.0.0.1:15702: connect: connection refused"}`,
  },
  "classic, no such repository": {
    code: "IMAGE_NOT_FOUND",
    line: `{"errorDetail":{"message":"An image does not exist locally with the tag: 127.0.0.1:15701/team/none"},"error":"An image does not exist locally with the tag: 127.0.0.1:15701/team/none"}`,
  },
  "both, no such tag": {
    code: "IMAGE_NOT_FOUND",
    line: `{"error":"tag does not exist: 127.0.0.1:15701/team/a:v9","errorDetail":{"message":"tag does not exist: 127.0.0.1:15701/team/a:v9"}}`,
  },
  "containerd, no such platform": {
    code: "IMAGE_NOT_FOUND",
    line: `{"error":"image with reference 127.0.0.1:15701/try/a:v1 was found but does not provide the specified platform (linux/arm64)","errorDetail":{"message":"image with reference 127.0.0.1:15701/try/a:v1 was found but does not provide the specified platform (linux/arm64)"}}`,
  },
} as const

/** As a daemon sends them. */
export function replyOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(""))
}
