/** What a command line may refer to, apart from itself. */

/** Reads a whole file, of a bounded size; throws what the system says when it cannot. */
export type ReadFile = (path: string) => Uint8Array;

/** The value of an environment variable, if it is set. */
export type ReadVariable = (name: string) => string | undefined;

/** Whether there is a file or folder of that name. */
export type Exists = (path: string) => boolean;

export interface CommandEnvironment {
  readonly readFile: ReadFile;
  readonly exists: Exists;
  readonly variable: ReadVariable;
}
