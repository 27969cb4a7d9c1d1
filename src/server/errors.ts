/**
 * Why a server does not start.
 * @module
 */

/** The message names the setting, its value and what is allowed. Found before a bucket or a socket is touched. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
}

/** The address is not to be had. */
export class ListenError extends Error {
  override readonly name = "ListenError"
}
