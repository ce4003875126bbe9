import type { ClientHelloInfo, Credential } from '@portico/tls13-core';
import type { MaybePromise } from '@portico/crypto';
import { createSecureContext, SecureContext, type SecureContextOptions } from './secure-context.js';
import { socketError } from './errors.js';

/** Chooses a context for a name, now or later; none means the server's own. As `SNICallback` of `node:tls`. */
export type SniCallback = (
  servername: string,
  callback: (error: Error | null, context?: SecureContext | null) => void,
) => void;

/** Which certificate a server shows to whom: by the name asked for, else its own. */
export class ServerContexts {
  /** Replaced by `updateCredentials`; a handshake in progress goes on with the one it began with or the new one. */
  own: SecureContext;
  readonly #named = new Map<string, SecureContext>();
  readonly #sniCallback: SniCallback | undefined;

  constructor(own: SecureContext, sniCallback: SniCallback | undefined) {
    this.own = own;
    this.#sniCallback = sniCallback;
  }

  /** `*.example.com` stands for names with one label more. A later context for the same name replaces the earlier one. */
  add(hostname: string, context: SecureContext | SecureContextOptions): void {
    if (hostname === '') throw socketError('ERR_TLS_REQUIRED_SERVER_NAME', 'A context needs a host name');
    const made = context instanceof SecureContext ? context : createSecureContext(context);
    this.#named.set(hostname.toLowerCase(), made);
  }

  /** The credentials for a ClientHello; null refuses the name (RFC 6066 section 3). */
  credentialsFor({ serverName }: ClientHelloInfo): MaybePromise<readonly Credential[] | null> {
    if (serverName === null) return usable(this.own);
    const named = this.#find(serverName.toLowerCase());
    if (named !== undefined) return usable(named);
    if (this.#sniCallback === undefined) return usable(this.own);
    return this.#ask(this.#sniCallback, serverName);
  }

  #find(name: string): SecureContext | undefined {
    return this.#named.get(name) ?? this.#named.get(name.replace(/^[^.]+/, '*'));
  }

  #ask(sniCallback: SniCallback, serverName: string): Promise<readonly Credential[] | null> {
    return new Promise((resolve, reject) => {
      sniCallback(serverName, (error, context) => {
        if (error !== null && error !== undefined) reject(error);
        else if (context === null || context === undefined) resolve(usable(this.own));
        else if (context instanceof SecureContext) resolve(usable(context));
        else reject(socketError('ERR_TLS_INVALID_CONTEXT', 'SNICallback did not give a SecureContext'));
      });
    });
  }
}

function usable({ credentials }: SecureContext): readonly Credential[] | null {
  return credentials.length === 0 ? null : credentials;
}
