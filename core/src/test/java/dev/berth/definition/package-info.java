/**
 * Tests of the definition's format, and the reference page and schema that are generated from it.
 */
@NullMarked
package dev.berth.definition;

import org.jspecify.annotations.NullMarked;
