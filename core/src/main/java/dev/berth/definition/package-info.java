/**
 * What the user asked for: {@link dev.berth.definition.DomainDefinition}, its documents in YAML and
 * JSON, and their schema. Pure: reads no file and asks no host.
 */
@NullMarked
package dev.berth.definition;

import org.jspecify.annotations.NullMarked;
