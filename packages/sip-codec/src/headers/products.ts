import type { Scanner } from '../grammar/scanner.js';
import { readComment } from './comment.js';
import { singleHeader, type HeaderDefinition } from './definition.js';

/** `server-val = product / comment`, `product = token [SLASH product-version]`, RFC 3261 section 25.1. */
export type Product =
  | { readonly type: 'product'; readonly name: string; readonly version: string | null }
  /** Without its outer parentheses; escapes as they are. */
  | { readonly type: 'comment'; readonly text: string };

/** Server, RFC 3261 section 20.35. */
export const SERVER: HeaderDefinition<readonly Product[]> = /* @__PURE__ */ singleHeader(
  'Server',
  readProducts,
  formatProducts,
);

/** User-Agent, RFC 3261 section 20.41. */
export const USER_AGENT: HeaderDefinition<readonly Product[]> = /* @__PURE__ */ singleHeader(
  'User-Agent',
  readProducts,
  formatProducts,
);

const LEFT_PAREN = 0x28;
const SLASH = 0x2f;

/** `server-val *(LWS server-val)`. No white space is asked for round a comment: there is only one way to read it. */
function readProducts(scanner: Scanner): readonly Product[] {
  const products: Product[] = [];
  do {
    if (scanner.peek() === LEFT_PAREN) {
      products.push({ type: 'comment', text: readComment(scanner) });
    } else {
      const name = scanner.token('product');
      const version = scanner.takeSeparator(SLASH) ? scanner.token('product-version') : null;
      products.push({ type: 'product', name, version });
    }
    scanner.skipSpace();
  } while (!scanner.atEnd);
  return products;
}

function formatProducts(products: readonly Product[]): string {
  return products
    .map((product) => {
      if (product.type === 'comment') return `(${product.text})`;
      return product.version === null ? product.name : `${product.name}/${product.version}`;
    })
    .join(' ');
}
