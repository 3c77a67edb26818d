/**
 * The facts about QEMU's protocol that the model is made from: names, types and versions, read from
 * and written to YAML, one file for each QAPI module. Entry type: {@link
 * dev.berth.generator.fact.FactFiles}.
 */
@NullMarked
package dev.berth.generator.fact;

import org.jspecify.annotations.NullMarked;
