/** A command that cannot do what it was asked for. The message is a sentence for the console. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}
