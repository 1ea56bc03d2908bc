// Holds each question of GraphQL in a log of the local server against the schema that GitHub publishes.
import { readFileSync } from "node:fs";
import { schema } from "@octokit/graphql-schema";
import { buildSchema, parse, validate } from "graphql";

const published = buildSchema(schema.idl, { assumeValid: true, assumeValidSDL: true });
const lines = readFileSync(process.argv[2], "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
const questions = lines.filter((line) => line.asked.endsWith("/graphql")).map((line) => line.body.query);
const wrong = questions.flatMap((question) => validate(published, parse(question)).map((error) => error.message));
console.log(`${questions.length} questions of GraphQL, ${wrong.length} errors`);
for (const why of new Set(wrong)) console.log(`  ${why}`);
process.exit(questions.length === 0 || wrong.length > 0 ? 1 : 0);
