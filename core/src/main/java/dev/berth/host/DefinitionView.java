package dev.berth.host;

/**
 * A domain's current definition.
 *
 * @param revision counts the domain's definitions, from 1; what {@link DefineCondition.Revision}
 *     compares
 * @param json the definition as canonical JSON, every default filled in
 */
public record DefinitionView(long revision, String json) {}
