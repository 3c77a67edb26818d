/**
 * QMP commands as they are typed: arguments from {@code key=value} words, and what a command takes
 * in words. Entry types: {@link dev.berth.cli.qmp.TypedArguments} and {@link
 * dev.berth.cli.qmp.CommandPage}.
 */
@NullMarked
package dev.berth.cli.qmp;

import org.jspecify.annotations.NullMarked;
