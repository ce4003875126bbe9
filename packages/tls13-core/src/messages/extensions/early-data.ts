import { struct, u32, type Codec } from '@portico/bytes';

/** early_data in ClientHello and EncryptedExtensions, RFC 9846 section 4.3.10: nothing but its presence. */
export const earlyDataIndicationCodec: Codec<Readonly<Record<never, never>>> = /* @__PURE__ */ struct<
  Readonly<Record<never, never>>
>({});

/** early_data in NewSessionTicket: max_early_data_size, in bytes of plaintext. */
export const maxEarlyDataSizeCodec: Codec<number> = u32;
