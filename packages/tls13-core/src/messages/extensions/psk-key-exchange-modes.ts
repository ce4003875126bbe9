import { list, u8, type Codec } from '@portico/bytes';

/** PskKeyExchangeMode, RFC 9846 section 4.3.9. `psk_ke` has no forward secrecy. */
export const PSK_KEY_EXCHANGE_MODES = { psk_ke: 0, psk_dhe_ke: 1 } as const;

/** psk_key_exchange_modes, RFC 9846 section 4.3.9: `PskKeyExchangeMode ke_modes<1..255>`; unknown modes are kept. */
export const pskKeyExchangeModesCodec: Codec<readonly number[]> = /* @__PURE__ */ list(u8, 1, 0xff);
