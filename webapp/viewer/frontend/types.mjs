// src/api/schema.d.ts from the JSON bodies that Python knows (`manage.py viewer_schema`); with --check: is it what they give?
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const FILE = new URL('src/api/schema.d.ts', import.meta.url);
const HEAD = '// Made by `npm run types` from the JSON bodies of the server. Do not edit: change the Python type instead.\n';

const schema = execFileSync('python', ['manage.py', 'viewer_schema'], {
  cwd: new URL('../../..', import.meta.url),
  encoding: 'utf-8',
});
const options = { immutable: true, arrayLength: true, rootTypes: true, rootTypesNoSchemaPrefix: true };
const made = HEAD + astToString(await openapiTS(JSON.parse(schema), options));
if (!process.argv.includes('--check')) {
  writeFileSync(FILE, made);
} else if (readFileSync(FILE, 'utf-8') !== made) {
  console.error('src/api/schema.d.ts is not what the server gives: run `npm run types` and commit it');
  process.exit(1);
}
