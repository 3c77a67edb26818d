/**
 * Reads facts from QEMU's schema sources and from what a running QEMU says of itself, and makes one
 * model of all versions. Run by hand when a version is added; see {@code core/generator/extract}.
 * Entry type: {@link dev.berth.generator.schema.Extract}.
 */
@NullMarked
package dev.berth.generator.schema;

import org.jspecify.annotations.NullMarked;
