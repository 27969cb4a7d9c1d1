/**
 * URLs by which anybody reads an object: with a shared access signature, which takes the account's key.
 * @see https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 * @module
 */
import {
  BlobSASPermissions,
  ContainerClient,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from "@azure/storage-blob"
import type { PresignOptions } from "../driver.ts"
import type { AzureContainer } from "./container.ts"
import { serviceUrl } from "./options.ts"
import type { Account } from "./sign-in.ts"

/** Undefined for who signs in with anything but the account's key. */
export function presignedUrl(
  container: AzureContainer,
  { url, credential }: Account,
  key: string,
  { lifetime, endpoint }: PresignOptions,
): URL | undefined {
  if (!(credential instanceof StorageSharedKeyCredential)) return undefined
  const { accountName } = credential
  const service = endpoint === undefined ? url : serviceUrl({ accountName, endpoint })
  const blobName = container.nameOf(key)
  const signature = generateBlobSASQueryParameters(
    {
      containerName: container.name,
      blobName,
      permissions: BlobSASPermissions.from({ read: true }),
      expiresOn: new Date(Date.now() + lifetime),
    },
    credential,
  )
  const client = new ContainerClient(`${service.replace(/\/+$/, "")}/${container.name}`)
  const signed = new URL(client.getBlobClient(blobName).url)
  signed.search = `?${signature.toString()}`
  return signed
}
