import { readFileSync } from "node:fs";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/**
 * The texts a union type of the sources consists of; with `property`, those of that property of its members. Read from the source,
 * so that no list of them has to be bundled or kept twice.
 */
export const textsOf = (file: string, name: string, property?: string): readonly string[] => {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest);
  const alias = source.statements.filter(ts.isTypeAliasDeclaration).find((one) => one.name.text === name);
  if (!alias) throw new Error(`${file} declares no type ${name}`);
  const texts = (type: ts.TypeNode): readonly string[] => {
    if (ts.isUnionTypeNode(type)) return type.types.flatMap(texts);
    if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return [type.literal.text];
    if (!property || !ts.isTypeLiteralNode(type)) return [];
    return type.members
      .filter(ts.isPropertySignature)
      .filter((member) => member.name.getText(source) === property)
      .flatMap((member) => (member.type && property ? textsIn(member.type) : []));
  };
  const textsIn = (type: ts.TypeNode): readonly string[] =>
    ts.isUnionTypeNode(type)
      ? type.types.flatMap(textsIn)
      : ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)
        ? [type.literal.text]
        : [];
  return texts(alias.type);
};

/** What makes each of the texts happen, and tells what was seen. */
export type Scenarios = Readonly<Record<string, () => unknown>>;

/** A text without a scenario fails, and so does a scenario that shows another one. */
export const everyOne = (
  what: string,
  happens: string,
  texts: readonly string[],
  scenarios: Scenarios,
): void => {
  describe(`every ${what}`, () => {
    it("has a scenario in this file, and nothing else has: add one where you add a text", () => {
      expect(Object.keys(scenarios).sort()).toEqual([...texts].sort());
    });
    it.each(texts)(`%s ${happens}`, async (text) => {
      expect(await scenarios[text]?.()).toBe(text);
    });
  });
};
