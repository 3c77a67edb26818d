/**
 * How {@code vmctl} prints: tables for people, JSON and YAML for programs. Entry type: {@link
 * dev.berth.cli.output.Output}. Knows no command and asks no host.
 */
@NullMarked
package dev.berth.cli.output;

import org.jspecify.annotations.NullMarked;
