// Finds the small mistakes that could be made in a TypeScript file, and writes a version of it that holds them all: each
// stands behind a question to `__mutant`, so that one build serves for every mutant.
import ts from 'typescript';

/**
 * `name` says which mutant it is wherever its line has moved: file, kind, text, line, and which of several equal ones.
 * @typedef {{ id: number, name: string, file: string, line: number, kind: string, text: string, verification: boolean }} Mutant
 */

/** Sentences are for people; of what has spaces, only the labels of RFC 9846 section 7.1 go into a computation. */
const LABEL = /^(tls13 |(c|s|e|ext|res|imp) |TLS 1\.3, )/;

const RELATIONAL = { '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'] };
const EQUALITY = { '===': ['!=='], '!==': ['==='] };
const ARITHMETIC = { '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'] };
const BITWISE = { '<<': ['>>'], '>>': ['<<'], '>>>': ['<<'], '&': ['|'], '|': ['&'], '^': ['&'] };
const OPERATORS = { ...RELATIONAL, ...EQUALITY, ...ARITHMETIC, ...BITWISE };

/**
 * All mutants of one file, numbered from `firstId`, and its instrumented text.
 * @returns {{ mutants: Mutant[], code: string }}
 */
export function mutate(file, text, firstId) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const mutants = [];
  const names = new Map();
  const lines = text.split('\n');
  const original = (node) => text.slice(node.getStart(source), node.end);

  const add = (node, kind, description) => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    const id = firstId + mutants.length;
    const name = [file, kind, description, lines[line].trim()].join(' | ');
    names.set(name, (names.get(name) ?? 0) + 1);
    mutants.push({
      id,
      name: `${name} | ${names.get(name)}`,
      file,
      line: line + 1,
      kind,
      text: description,
      verification: guardsThrow(node),
    });
    return id;
  };

  /** The text of a node with the mutants of everything inside it. */
  const inside = (node) => {
    let code = '';
    let at = node.getStart(source);
    node.forEachChild((child) => {
      const start = child.getStart(source);
      if (start < at) return;
      code += text.slice(at, start) + instrument(child);
      at = child.end;
    });
    return code + text.slice(at, node.end);
  };

  const expression = (node, alternatives) => {
    let code = inside(node);
    for (const [kind, replacement] of alternatives) {
      const id = add(node, kind, `${original(node)} → ${replacement}`);
      code = `(__mutant(${id}) ? (${replacement}) : (${code}))`;
    }
    return code;
  };

  const instrument = (node) => {
    if (isUntouched(node)) return original(node);
    if (isRemovable(node)) {
      const code = inside(node);
      const id = add(node, ts.isThrowStatement(node) ? 'throw removed' : 'statement removed', original(node));
      return `{ if (!__mutant(${id})) { ${code} } }`;
    }
    return expression(node, alternativesOf(node, original));
  };

  return { code: text.slice(0, source.getStart(source)) + inside(source), mutants };
}

function alternativesOf(node, original) {
  const found = [];
  if (isCondition(node)) found.push(['condition', 'true'], ['condition', 'false']);
  if (ts.isBinaryExpression(node)) {
    const operator = node.operatorToken.getText();
    const left = original(node.left);
    const right = original(node.right);
    if (operator === '&&' || operator === '||') found.push(['operand', left], ['operand', right]);
    if (operator === '??') found.push(['operand', right]);
    if (operator in OPERATORS && !isText(node.left) && !isText(node.right)) {
      for (const other of OPERATORS[operator]) found.push(['operator', `(${left}) ${other} (${right})`]);
    }
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    found.push(['operator', original(node.operand)]);
  }
  if (ts.isNumericLiteral(node)) found.push(['literal', `${node.getText()} + 1`]);
  if (node.kind === ts.SyntaxKind.TrueKeyword) found.push(['literal', 'false']);
  if (node.kind === ts.SyntaxKind.FalseKeyword) found.push(['literal', 'true']);
  if (ts.isStringLiteral(node)) found.push(['literal', "'mutant'"]);
  return found;
}

/** What has no meaning at run time, and what only says how a failure reads. */
function isUntouched(node) {
  if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return true;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeParameterDeclaration(node)) return true;
  if (ts.isTemplateExpression(node)) return true;
  if (ts.isStringLiteral(node) && node.text.includes(' ') && !LABEL.test(node.text)) return true;
  const { parent } = node;
  if (parent === undefined) return false;
  if (ts.isNewExpression(parent) && /^(Tls|X509|Sip)Error$/.test(parent.expression.getText())) {
    // Its reason stays a mutant, its details do not.
    return parent.arguments?.[0] !== node || ts.isIdentifier(node);
  }
  // What was expected; rule and reason stay mutants.
  if (isFail(parent)) return parent.arguments[1] === node;
  if (isRefusal(parent)) return ts.isArrayLiteralExpression(parent) || parent.arguments.indexOf(node) >= 2;
  if (ts.isPropertyAssignment(parent)) return parent.name === node;
  return ts.isStringLiteral(node) && (ts.isCaseClause(parent) || isCompared(node));
}

/** A word that is compared: the operator's mutants say as much. */
function isCompared({ parent }) {
  return ts.isBinaryExpression(parent) && parent.operatorToken.getText() in EQUALITY;
}

function isCondition(node) {
  const { parent } = node;
  if (ts.isIfStatement(parent)) return parent.expression === node;
  return ts.isConditionalExpression(parent) && parent.condition === node;
}

/** A statement whose absence leaves a program: a throw, a call, an assignment. */
function isRemovable(node) {
  if (ts.isThrowStatement(node)) return true;
  if (!ts.isExpressionStatement(node)) return false;
  const { expression } = node;
  return !(ts.isCallExpression(expression) && expression.expression.kind === ts.SyntaxKind.SuperKeyword);
}

function isText(node) {
  return ts.isStringLiteral(node) || ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node);
}

/** Whether this is a check's: a throw itself, a condition of one, or the call of a function that is there to throw. */
function guardsThrow(node) {
  if (ts.isThrowStatement(node)) return true;
  if (ts.isExpressionStatement(node)) {
    const text = node.expression.getText().replace(/^.*#/, '');
    return /^(yield\* )?(check|demand|judge|verify|required|refuse)|^\w+\??\.(fail|expect|finish|end)\(/.test(text);
  }
  for (let at = node; at.parent !== undefined; at = at.parent) {
    const { parent } = at;
    if (ts.isIfStatement(parent) && parent.expression === at) return endsInRefusal(parent.thenStatement);
    if (ts.isConditionalExpression(parent) && parent.condition === at) {
      if (isRefusal(parent.whenTrue) || isRefusal(parent.whenFalse)) return true;
    }
  }
  return false;
}

function endsInRefusal(statement) {
  const statements = ts.isBlock(statement) ? statement.statements : [statement];
  return statements.some(
    (inner) =>
      ts.isThrowStatement(inner) ||
      (ts.isExpressionStatement(inner) && isFail(inner.expression)) ||
      (ts.isReturnStatement(inner) && inner.expression !== undefined && isRefusal(inner.expression)),
  );
}

/** `scanner.fail(rule, expected, reason)` of the SIP codec, which never returns. */
function isFail(node) {
  return ts.isCallExpression(node) && /^(?!state\.)[\w.]+\.fail$/.test(node.expression.getText());
}

/** A broken rule of the path verifier as a value: `failure(…)`, or what was expected and what is there. */
function isRefusal(node) {
  if (isFail(node)) return true;
  if (ts.isCallExpression(node)) return /^(failure|refuse|state\.fail)$/.test(node.expression.getText());
  if (!ts.isArrayLiteralExpression(node) || node.elements.length !== 2) return false;
  const { parent } = node;
  if (ts.isReturnStatement(parent)) return isText(node.elements[0]);
  if (!ts.isConditionalExpression(parent)) return false;
  const other = parent.whenTrue === node ? parent.whenFalse : parent.whenTrue;
  return other.kind === ts.SyntaxKind.NullKeyword;
}
