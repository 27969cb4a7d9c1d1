/**
 * What is wrong with the configuration of a server.
 * @module
 */

/** The message names the setting, its value and what is allowed. Found before a bucket or a socket is touched. */
export class ConfigError extends Error {
  override readonly name = "ConfigError"
}
