import { struct, u8, type Codec } from '@portico/bytes';

/** KeyUpdateRequest, RFC 9846 section 4.7.3. */
export const KEY_UPDATE_REQUEST = { update_not_requested: 0, update_requested: 1 } as const;

/** KeyUpdate, RFC 9846 section 4.7.3. */
export interface KeyUpdate {
  /** A value outside the enumeration is for the receiver to refuse with illegal_parameter. */
  readonly requestUpdate: number;
}

export const keyUpdateCodec: Codec<KeyUpdate> = /* @__PURE__ */ struct<KeyUpdate>({ requestUpdate: u8 });

/** Header and body of a KeyUpdate. */
export const KEY_UPDATE_LENGTH = 5;
