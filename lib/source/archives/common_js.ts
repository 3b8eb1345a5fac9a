/**
 * Imports a CommonJS package. In the executable, which is made of ES modules only, nobody but this answers when it asks
 * for one of Node's own modules by `require`, and what it exports is the default export.
 */
export async function importCommonJs<Module>(
  load: () => Promise<Module & { readonly default?: Module }>,
): Promise<Module> {
  const { createRequire } = await import("node:module");
  Reflect.set(globalThis, "require", createRequire(import.meta.url));
  const module = await load();
  return module.default ?? module;
}
