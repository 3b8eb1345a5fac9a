/** Puts the list of options into README.md, between its markers: `sh scripts/deno run -A scripts/readme_options.ts`. */

import { withOptions } from "../lib/cli/markdown.ts";

const readme = new URL("../README.md", import.meta.url);
Deno.writeTextFileSync(readme, withOptions(Deno.readTextFileSync(readme)));
