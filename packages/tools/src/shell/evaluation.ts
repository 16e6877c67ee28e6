import type { ArithmeticExpression, SyntaxNode, Word } from "unbash";

/** Whether setting this variable can change what other commands do. Small letters are the script's own. */
export function variableProblem(name: string): boolean {
  if (HARMLESS.has(name)) return false;
  return !/^[a-z][a-z0-9_]*$/.test(name) || name.endsWith("_proxy");
}

/** Whether setting this variable changes nothing but how something is shown. */
export function isHarmlessVariable(name: string): boolean {
  return HARMLESS.has(name);
}

const TELLING =
  /^(HOME|PWD|OLDPWD|USER|LOGNAME|UID|EUID|PPID|PATH|SHELL|HOSTNAME|OSTYPE|TERM|TMPDIR|RANDOM|SECONDS|LINENO|BASH_VERSION|NODE_ENV|LC_\w+|\d+|[?#@*!$_-])$/;

/** Whether a variable of the environment holds nothing that is worth hiding. */
export function isTelling(name: string): boolean {
  return TELLING.test(name) || HARMLESS.has(name);
}

const HARMLESS = new Set([
  "CI",
  "COLUMNS",
  "FORCE_COLOR",
  "LANG",
  "LC_ALL",
  "LC_COLLATE",
  "LC_CTYPE",
  "NO_COLOR",
  "TZ",
]);

// In these, bash takes the text of a variable for an expression, and `a[$(command)]` is one.
const ARITHMETIC_TESTS = new Set(["-eq", "-ne", "-lt", "-le", "-gt", "-ge"]);

/** Why a piece of syntax may run something that is not written there; undefined when it does not. */
export function expressionProblem(node: SyntaxNode): string | undefined {
  switch (node.type) {
    case "ArithmeticExpansion":
    case "ArithmeticCommand":
      return isNumeric(node.expression) ? undefined : "it computes with variables";
    case "ArithmeticFor":
      return "it computes with variables";
    case "TestUnary":
      return node.operator === "-v" || node.operator === "-R" ? "it tests a variable by name" : undefined;
    case "TestBinary":
      if (!ARITHMETIC_TESTS.has(node.operator)) return undefined;
      return isNumber(node.left) && isNumber(node.right) ? undefined : "it computes with variables";
    case "ParameterExpansion": {
      if (node.prefix === "!" || node.index) return "it looks up a variable by the text of another";
      const type = node.operation?.type;
      const harmless =
        type === undefined || type === "Remove" || type === "Replace" || type === "CaseModification";
      if (harmless) return undefined;
      if (node.operation?.type === "Default" && !node.operation.operator.includes("=")) return undefined;
      return "it computes with variables";
    }
    default:
      return undefined;
  }
}

function isNumeric(expression: ArithmeticExpression | undefined): boolean {
  switch (expression?.type) {
    case "ArithmeticBinary":
      return isNumeric(expression.left) && isNumeric(expression.right);
    case "ArithmeticUnary":
      return isNumeric(expression.operand);
    case "ArithmeticGroup":
      return isNumeric(expression.expression);
    case "ArithmeticWord":
      return /^\d+$/.test(expression.value);
    default:
      return false;
  }
}

function isNumber(word: Word): boolean {
  return word.parts === undefined && /^-?\d+$/.test(word.value);
}
