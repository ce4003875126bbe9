/** An MSRP URI, RFC 4975 section 6. Parts are as written; comparison follows section 6.1. */
export interface MsrpUri {
    readonly scheme: 'msrp' | 'msrps';
    readonly userinfo: string | null;
    /** A name or an address; IPv6 in its brackets. */
    readonly host: string;
    readonly port: number | null;
    readonly sessionId: string | null;
    readonly transport: string;
    /** Everything behind the transport, `;` included, or the empty string. */
    readonly parameters: string;
}
/**
 * Reads one URI of a path.
 * @throws MsrpError `invalid-uri`
 */
export declare function parseMsrpUri(text: string): MsrpUri;
/**
 * Whether two URIs name the same session, RFC 4975 section 6.1: userinfo and parameters do not count, the session
 * identifier counts case and all, and a port that is written never equals one that is not.
 */
export declare function sameMsrpUri(left: MsrpUri, right: MsrpUri): boolean;
//# sourceMappingURL=uri.d.ts.map