/**
 * Scripts that complete {@code vmctl}'s command line in shells. They know all commands and options
 * by themselves and start {@code vmctl} only for the names of domains. Entry type: {@link
 * dev.berth.cli.completion.CompletionScript}. Knows picocli's model and no command.
 */
@NullMarked
package dev.berth.cli.completion;

import org.jspecify.annotations.NullMarked;
