/**
 * What every request that makes an object says about it, beside its bytes: nothing, unless the options do.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 * @module
 */
import type { PutObjectCommandInput } from "@aws-sdk/client-s3"
import type { S3DriverOptions } from "./options.ts"

export type ObjectSettings = Pick<
  PutObjectCommandInput,
  "StorageClass" | "ACL" | "ServerSideEncryption" | "SSEKMSKeyId"
>

export function objectSettings({ storageClass, acl, encrypt, kmsKeyId }: S3DriverOptions): ObjectSettings {
  return {
    ...(storageClass && storageClass !== "NONE" && { StorageClass: storageClass as StorageClass }),
    ...(acl && { ACL: acl as CannedAcl }),
    ...(kmsKeyId
      ? { ServerSideEncryption: "aws:kms", SSEKMSKeyId: kmsKeyId }
      : encrypt && { ServerSideEncryption: "AES256" }),
  }
}

/** A class or an ACL that is none, S3 refuses by name. */
type StorageClass = NonNullable<ObjectSettings["StorageClass"]>
type CannedAcl = NonNullable<ObjectSettings["ACL"]>
