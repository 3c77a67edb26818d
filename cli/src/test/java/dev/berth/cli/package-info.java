/**
 * Tests of {@code vmctl}: its commands against a host in memory, its output against golden files.
 */
@NullMarked
package dev.berth.cli;

import org.jspecify.annotations.NullMarked;
