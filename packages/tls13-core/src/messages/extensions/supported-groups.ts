import { list, u16, type Codec } from '@portico/bytes';

/** supported_groups, RFC 9846 section 4.3.7: `NamedGroup named_group_list<2..2^16-1>`. */
export const supportedGroupsCodec: Codec<readonly number[]> = /* @__PURE__ */ list(u16, 2, 0xffff);
